"""A claim's life and a sighting's, as pure functions.

A claim is what is said, never who says it: spotted → assessed → watched → closed, and assessed when it comes back. A
sighting is one place where it stands; below it our account corrects or affirms with a text that was reviewed, and what
stands there without being covered is repaired. A rule is `refuse_<verb>`: it returns why not, or None.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from libs.contracts.codes import Platform, RepairResult, SizeClass, Standing
from libs.contracts.intake_misinformation import ReplyKind, Verdict
from libs.kit.errors import Conflict, Gone, Invalid, LotseError
from libs.text.redaction import RedactionFailed, redact

MOST_VARIANTS = 100
OPEN_REPAIR = "open"
COUNTS = (Standing.MATCHING, Standing.REVIEW_NOT_REQUIRED)


class Status(StrEnum):
    SPOTTED = "spotted"
    ASSESSED = "assessed"
    WATCHED = "watched"
    CLOSED = "closed"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class Claim:
    """`gist` says in German what is claimed, redacted; None once forgotten."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    status: Status
    topic: str
    gist: str | None
    spotted_week: str
    verdict: Verdict | None = None
    closed_at: datetime | None = None
    held: bool = False


@dataclass(frozen=True)
class Variant:
    """The words in which a claim goes round in one language, redacted; None once forgotten."""

    id: UUID
    claim: UUID
    programme: str
    language: str
    wording: str | None
    added_at: datetime


@dataclass(frozen=True)
class Sighting:
    """One place where a claim stands. `link`, `space`, `seen_on` and `text` lead back to it and are forgotten."""

    id: UUID
    claim: UUID
    variant: UUID
    programme: str
    version: int
    changed_at: datetime
    week: str
    platform: Platform
    language: str
    size_class: SizeClass
    space: UUID | None
    link: str | None
    seen_on: date | None
    recorded_at: datetime
    correction: UUID | None = None
    kind: ReplyKind | None = None
    submission: UUID | None = None
    standing: Standing | None = None
    replied_at: datetime | None = None
    text: str | None = None
    repair: str | None = None

    @property
    def answered(self) -> bool:
        """Whether what stands below it is covered by a release, or was cleared by review."""
        covered = self.standing in COUNTS and self.repair in (None, RepairResult.CORRECTED)
        return covered or self.repair == RepairResult.CLEARED


@dataclass(frozen=True)
class Replied:
    """What our account posted below a sighting, judged."""

    correction: UUID
    kind: ReplyKind
    submission: UUID | None
    standing: Standing
    at: datetime
    text: str | None


def kept(words: str) -> str:
    """Redacted like everything that is stored. Raises `Invalid` when it cannot be: then nothing is stored."""
    try:
        return redact(words).text
    except RedactionFailed:
        raise Invalid("redaction_failed", "Personal data could not be looked for, so nothing was stored.") from None


def reply_kind(verdict: Verdict) -> ReplyKind:
    """A right answer of others is affirmed; everything else is corrected."""
    return ReplyKind.AFFIRMATION if verdict is Verdict.RIGHT else ReplyKind.CORRECTION


# --- claims


def refuse_living(claim: Claim) -> LotseError | None:
    return Gone("forgotten", "This was erased.") if claim.status is Status.FORGOTTEN else None


def refuse_variant(claim: Claim, there: int) -> LotseError | None:
    if there >= MOST_VARIANTS:
        return Conflict("too_many_variants", f"A claim has at most {MOST_VARIANTS} variants; enter another claim.")
    return refuse_living(claim)


def refuse_assessing(claim: Claim, verdict: Verdict, replying: bool) -> LotseError | None:
    """`replying`: a text about it is in use. It rests on the verdict, so it ends before the verdict is changed."""
    if claim.status is Status.CLOSED:
        return Conflict("claim_closed", "This claim is closed; a new sighting opens it again.")
    if claim.verdict is verdict:
        return Conflict("unchanged", "The claim has this verdict already.")
    if replying:
        return Conflict("text_in_use", "Texts about this claim rest on the old verdict; end them first.")
    return refuse_living(claim)


def refuse_answering(claim: Claim) -> LotseError | None:
    """A text about it needs a verdict."""
    if claim.status is Status.SPOTTED:
        return Conflict("not_assessed", "Nobody has said yet what is wrong or right about it.")
    if claim.status is Status.CLOSED:
        return Conflict("claim_closed", "This claim is closed; a new sighting opens it again.")
    return refuse_living(claim)


def refuse_watching(claim: Claim) -> LotseError | None:
    if claim.status is Status.WATCHED:
        return Conflict("unchanged", "The claim is watched already.")
    return refuse_answering(claim)


def refuse_closing(claim: Claim, repairs: int) -> LotseError | None:
    """Closed is what needs nothing more of us: no open repair."""
    if repairs:
        return Conflict("repair_open", "Something still stands that should not; repair it first.")
    return refuse_answering(claim)


def refuse_forgetting(claim: Claim) -> LotseError | None:
    if claim.held:
        return Conflict("held", "A hold keeps this from being erased.")
    return refuse_living(claim)


def assessed(claim: Claim, verdict: Verdict) -> Claim:
    return replace(claim, status=Status.ASSESSED, verdict=verdict)


def watched(claim: Claim) -> Claim:
    return replace(claim, status=Status.WATCHED)


def closed(claim: Claim, now: datetime) -> Claim:
    return replace(claim, status=Status.CLOSED, closed_at=now)


def reopened(claim: Claim) -> Claim:
    """It is sighted again. The verdict stands: whoever finds it outdated by now changes it."""
    return replace(claim, status=Status.ASSESSED, closed_at=None)


def forgotten(claim: Claim) -> Claim:
    return replace(claim, status=Status.FORGOTTEN, gist=None)


# --- sightings


def refuse_replying(sighting: Sighting) -> LotseError | None:
    """One reply below one sighting, unless the earlier one was removed."""
    if sighting.standing is not None and sighting.repair != RepairResult.REMOVED:
        return Conflict("already_replied", "Our account has replied here already.")
    return None


def refuse_repair(sighting: Sighting) -> LotseError | None:
    awaited = sighting.repair == OPEN_REPAIR
    return None if awaited else Conflict("nothing_to_repair", "No repair is open for this reply.")


def replied(sighting: Sighting, reply: Replied) -> Sighting:
    return replace(
        sighting,
        correction=reply.correction,
        kind=reply.kind,
        submission=reply.submission,
        standing=reply.standing,
        replied_at=reply.at,
        text=reply.text,
        repair=None,
    )


def to_repair(sighting: Sighting, standing: Standing) -> Sighting:
    return replace(sighting, standing=standing, repair=OPEN_REPAIR)


def corrected(sighting: Sighting, reply: Replied) -> Sighting:
    return replace(replied(sighting, reply), repair=RepairResult.CORRECTED)


def repaired(sighting: Sighting, result: RepairResult) -> Sighting:
    return replace(sighting, repair=result)
