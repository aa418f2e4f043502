"""Rules on a referral's life. With a code: offered → redeemed → accepted → ended, or declined, expired, withdrawn.

A rule is `refuse_<verb>`: it returns why not, or None; the step of the same name returns the referral as it is
afterwards. Commands raise what a rule returns and `actions[]` shows it, so that what is offered is what succeeds. Every
step ends in `tidied`: what the new state needs no longer is gone with the step itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.contracts.codes import (
    DeclineReason,
    DeletionAnswer,
    LegalClass,
    Level,
    OfficeKind,
    Outcome,
    QuestionTextPolicy,
    ReferralMode,
    Role,
    Urgency,
)
from libs.contracts.intake import Policy
from libs.kit.actor import Actor
from libs.kit.errors import Conflict, Forbidden, LotseError, NotFound, invalid
from services.referral.directory.domain import Notice, Office

EXPIRES_DAYS = 30
# How long an office that was told to delete may take to confirm it; then its id goes too.
DELETION_DAYS = 30


class State(StrEnum):
    ADDRESS_GIVEN = "address-given"
    OFFERED = "offered"
    REDEEMED = "redeemed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FORGOTTEN = "forgotten"


class Deletion(StrEnum):
    """What became of *delete what you hold* (art. 19 GDPR)."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    NO_ANSWER = "no-answer"


READABLE = frozenset({State.REDEEMED, State.ACCEPTED})
LIVING = READABLE | {State.OFFERED}
AT_OFFICE = READABLE | {State.DECLINED, State.ENDED}
REVOCABLE = AT_OFFICE | {State.OFFERED}
# § 35 SGB I, §§ 67 ff. SGB X: what these know of a person is social data.
BENEFIT_AGENCIES = frozenset({OfficeKind.JOBCENTER, OfficeKind.ARBEITSAGENTUR})
COUNSEL = frozenset({OfficeKind.LAWYER, OfficeKind.LAW_CLINIC})


@dataclass(frozen=True)
class Referral:
    """The working record. With `address-only` it says nothing but that an address of some kind of office was given."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    mode: ReferralMode
    state: State
    made_at: datetime
    office_kind: OfficeKind
    question: UUID | None = None
    office: UUID | None = None
    made_by: UUID | None = None
    urgency: Urgency | None = None
    summary: str | None = None
    summary_language: str | None = None
    expires_at: datetime | None = None
    code_hash: bytes | None = None
    redeemed_at: datetime | None = None
    reason: DeclineReason | None = None
    outcome: Outcome | None = None
    released: bool = False
    deletion: Deletion | None = None
    deletion_asked_at: datetime | None = None
    held: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a counsellor asks for. None leaves the urgency to triage and the days to `EXPIRES_DAYS`."""

    question: UUID
    office: UUID
    mode: ReferralMode
    urgency: Urgency | None = None
    summary: str | None = None
    summary_language: str | None = None
    expires_days: int | None = None


def check_wanted(wanted: Wanted, policy: Policy, office: Office) -> None:
    """Raises `Invalid` or `Conflict` for a referral that the programme or the directory does not allow."""
    if wanted.summary is not None and wanted.mode is not ReferralMode.CODE:
        raise invalid("/summary", "only_with_code", "An address is given without any record about the person.")
    if wanted.summary is not None and policy.question_text is QuestionTextPolicy.NONE:
        raise invalid(
            "/summary", "summary_not_kept", "This programme keeps no text of a question, so no summary either."
        )
    if Level.REFERRAL not in policy.levels:
        raise Conflict("referral_not_offered", "This programme does not refer.")
    if not office.entry.active:
        raise Conflict("office_inactive", "This office is not active; choose another one.")


def state_at(referral: Referral, now: datetime) -> State:
    """The state at a moment: a code that ran out is expired also before the timer has said so."""
    if referral.state is State.OFFERED and referral.expires_at is not None and referral.expires_at <= now:
        return State.EXPIRED
    return referral.state


def seen_by(referral: Referral, office: UUID | None) -> bool:
    """Whether an office may know of it: after it redeemed the code, and while it has something to delete."""
    if office is None or referral.office != office:
        return False
    return referral.state in AT_OFFICE or referral.deletion is Deletion.ASKED


def shown_office(referral: Referral) -> UUID | None:
    """The office for whoever referred, or for the holder of the code."""
    return None if referral.state in (State.WITHDRAWN, State.FORGOTTEN) else referral.office


def readable_summary(referral: Referral) -> str | None:
    """The summary, for the office that redeemed the code, while it works with it."""
    return referral.summary if referral.state in READABLE else None


def notices(office: Office, legal_class: LegalClass | None) -> list[Notice]:
    """What must be told with a referral there."""
    found = [office.notice] if office.notice else []
    if legal_class is LegalClass.COURT and office.entry.kind not in COUNSEL:
        # The RDG covers out-of-court advice only.
        found.append(Notice.NEEDS_LAWYER)
    return found


def tidied(referral: Referral) -> Referral:
    """Without what the state needs no longer; a hold restricts instead of deleting (art. 18 GDPR)."""
    if referral.held:
        return referral
    kept = referral
    if kept.state not in LIVING:
        kept = replace(kept, summary=None, summary_language=None)
    if kept.state in (State.WITHDRAWN, State.FORGOTTEN) and kept.deletion is not Deletion.ASKED:
        kept = replace(kept, office=None)
    if kept.state is State.FORGOTTEN:
        link = kept.question if kept.deletion is Deletion.ASKED else None
        kept = replace(kept, question=link, code_hash=None, made_by=None)
    return kept


def _asking_deletion(referral: Referral, now: datetime) -> Referral:
    """An office that redeemed the code may hold what it read: tell it, once, to delete that."""
    if referral.redeemed_at is None or referral.deletion is not None:
        return referral
    return replace(referral, deletion=Deletion.ASKED, deletion_asked_at=now)


def refuse_code(referral: Referral, actor: Actor, now: datetime) -> LotseError | None:
    if referral.made_by != actor.staff and not actor.holds(referral.programme, Role.REFERRAL_COORDINATOR):
        return Forbidden("not_yours", "Who made the referral, or a referral coordinator, issues its code.")
    return _unless(referral, now, State.OFFERED)


def with_code(referral: Referral, code_hash: bytes) -> Referral:
    """A fresh code; the one before opens nothing any more."""
    return replace(referral, code_hash=code_hash)


def refuse_redemption(referral: Referral, office: UUID | None, now: datetime) -> LotseError | None:
    """Whoever tries codes learns nothing: foreign, run out and withdrawn look like never issued. Only the office that
    redeemed a code is told so."""
    if seen_by(referral, office) and referral.state in AT_OFFICE:
        return Conflict("code_redeemed", "Your office has redeemed this code already.", referral=str(referral.id))
    if referral.office != office or state_at(referral, now) is not State.OFFERED:
        return code_unknown()
    return None


def redeemed(referral: Referral, now: datetime) -> Referral:
    return tidied(replace(referral, state=State.REDEEMED, redeemed_at=now))


def refuse_answer(referral: Referral, now: datetime) -> LotseError | None:
    """Of accepting and declining."""
    return _unless(referral, now, State.REDEEMED) or _social_data(referral)


def accepted(referral: Referral) -> Referral:
    return tidied(replace(referral, state=State.ACCEPTED))


def declined(referral: Referral, reason: DeclineReason) -> Referral:
    return tidied(replace(referral, state=State.DECLINED, reason=reason))


def refuse_outcome(referral: Referral, now: datetime) -> LotseError | None:
    return _unless(referral, now, State.ACCEPTED) or _social_data(referral)


def reported(referral: Referral, outcome: Outcome) -> Referral:
    """After the first contact something else may follow; every other outcome is the end. Raises `Conflict`."""
    if referral.outcome is outcome:
        raise Conflict("outcome_known", "This outcome was reported already.")
    state = State.ACCEPTED if outcome is Outcome.FIRST_CONTACT else State.ENDED
    return tidied(replace(referral, state=state, outcome=outcome))


def _social_data(referral: Referral) -> LotseError | None:
    if referral.office_kind in BENEFIT_AGENCIES and not referral.released:
        return Conflict(
            "social_data", "What a benefit agency does for a person is social data: she has not released it to us."
        )
    return None


def refuse_release(referral: Referral, now: datetime) -> LotseError | None:
    if referral.office_kind not in BENEFIT_AGENCIES:
        return Conflict("release_not_needed", "This office answers without a release.")
    if referral.released:
        return Conflict("already_released", "This was released already.")
    return _unless(referral, now, *LIVING)


def released(referral: Referral) -> Referral:
    return replace(referral, released=True)


def refuse_withdrawal(referral: Referral, now: datetime) -> LotseError | None:
    return _unless(referral, now, *REVOCABLE)


def withdrawn(referral: Referral, now: datetime) -> Referral:
    """Her consent ends: her contact is gone here, and the office that redeemed the code is told to delete."""
    return tidied(_asking_deletion(replace(referral, state=State.WITHDRAWN), now))


def refuse_deletion_answer(referral: Referral) -> LotseError | None:
    if referral.deletion is not Deletion.ASKED:
        return Conflict("nothing_to_delete", "Nothing was asked to be deleted, or it was answered before.")
    return None


def deletion_answered(referral: Referral, answer: DeletionAnswer) -> Referral:
    return tidied(replace(referral, deletion=Deletion(answer.value)))


def answer_overdue(referral: Referral, now: datetime) -> bool:
    asked = referral.deletion_asked_at
    return referral.deletion is Deletion.ASKED and asked is not None and asked + timedelta(days=DELETION_DAYS) <= now


def expired(referral: Referral) -> Referral:
    return tidied(replace(referral, state=State.EXPIRED))


def forgotten(referral: Referral, now: datetime) -> Referral:
    """Erasure wins over everything; who read the summary is told to delete it, too."""
    return tidied(_asking_deletion(replace(referral, state=State.FORGOTTEN, held=False), now))


def code_unknown() -> NotFound:
    return NotFound("code_unknown", "This code opens nothing here. Read it again, or ask for a new one.")


def _unless(referral: Referral, now: datetime, *states: State) -> LotseError | None:
    state = state_at(referral, now)
    return (
        None if state in states else Conflict("wrong_state", "The referral's state does not allow this.", state=state)
    )
