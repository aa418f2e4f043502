"""A text about a claim in one language: wanted, released by review, used until it is ended.

It is judged like an answer, under the same gate; review keeps it as it keeps a question, and what it released comes
back as every release does. Whether it may be posted is asked of the release, never kept twice.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from libs.contracts.codes import LegalClass, Level, Platform, Urgency
from libs.contracts.intake import Policy
from libs.contracts.intake_misinformation import ReplyKind, Verdict
from libs.kit.errors import Conflict, Gone, LotseError, invalid
from services.intake.programmes.domain import answers

# It is said in public, for everybody who reads the thread.
LEVEL = Level.INFORMATION
# A text is written once for all platforms; its sightings are counted by theirs.
PLATFORM = Platform.OTHER


class Status(StrEnum):
    REQUESTED = "requested"
    ENDED = "ended"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class About:
    """What a text is wanted about: the claim as it stands."""

    claim: UUID
    programme: str
    topic: str
    gist: str | None
    wording: str | None
    kind: ReplyKind
    verdict: Verdict


@dataclass(frozen=True)
class Wanted:
    language: str
    legal_class: LegalClass
    urgency: Urgency


@dataclass(frozen=True)
class Correction:
    id: UUID
    claim: UUID
    programme: str
    version: int
    changed_at: datetime
    status: Status
    topic: str
    language: str
    kind: ReplyKind
    legal_class: LegalClass
    urgency: Urgency
    requested_at: datetime


def check_wanted(policy: Policy, wanted: Wanted) -> None:
    """Only what the programme's policy lets review judge. Raises `Invalid`."""
    if LEVEL not in policy.levels:
        raise invalid("/language", "level_not_offered", "The programme gives no general information in public.")
    if not answers(policy, wanted.legal_class):
        raise invalid("/legal_class", "class_not_offered", "The programme does not answer this legal class.")


def refuse_living(correction: Correction) -> LotseError | None:
    return Gone("forgotten", "This was erased.") if correction.status is Status.FORGOTTEN else None


def refuse_ending(correction: Correction) -> LotseError | None:
    """Also what refuses its use: a text that was ended is posted no more."""
    if correction.status is Status.ENDED:
        return Conflict("text_ended", "This text is used no more.")
    return refuse_living(correction)


def ended(correction: Correction) -> Correction:
    return replace(correction, status=Status.ENDED)


def forgotten(correction: Correction) -> Correction:
    return replace(correction, status=Status.FORGOTTEN)
