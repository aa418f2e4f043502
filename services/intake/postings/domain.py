"""What a posted text is against what was released, and when it counts as an answer.

The comment already stands in the group when it is recorded, so nothing is refused here: a text that deviates, or stands
without approval, is recorded as what it is and opens a repair task. "Impossible" holds for our own paths, not for the
world.
"""

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from uuid import UUID

from libs.contracts.codes import LegalClass, Standing
from libs.contracts.intake import Policy
from libs.kit.errors import Conflict, LotseError
from services.intake.programmes.domain import answers, needs_review

COUNTS = (Standing.MATCHING, Standing.REVIEW_NOT_REQUIRED)


@dataclass(frozen=True)
class Release:
    """Intake's copy of a released variant. `text` is None once forgotten; `withdrawn_at` is the moment from which it
    may not be posted."""

    submission: UUID
    question: UUID
    language: str
    text: str | None
    released_at: datetime
    withdrawn_at: datetime | None

    def holds_at(self, moment: datetime) -> bool:
        """Whether the variant could be posted at a moment."""
        return self.released_at <= moment and (self.withdrawn_at is None or moment < self.withdrawn_at)


@dataclass(frozen=True)
class Posting:
    """Something that stands, or stood, in a group."""

    id: UUID
    question: UUID
    programme: str
    version: int
    changed_at: datetime
    recorded_at: datetime
    posted_at: datetime | None
    link: str | None
    text: str | None
    submission: UUID | None
    standing: Standing
    repair: str | None
    parts: int
    language: str


def standing(
    policy: Policy, legal_class: LegalClass, release: Release | None, matches: bool, posted_at: datetime
) -> Standing:
    """Hold a posted text against the legal gate and the release it was compared with.

    A class the programme does not answer is never covered, whatever was released before the class was raised.
    """
    if not answers(policy, legal_class):
        return Standing.WITHOUT_APPROVAL
    if release is not None and release.holds_at(posted_at):
        return Standing.MATCHING if matches else Standing.DEVIATING
    if not needs_review(policy, legal_class):
        return Standing.REVIEW_NOT_REQUIRED
    if release is not None and release.withdrawn_at is not None and posted_at >= release.withdrawn_at:
        return Standing.SUPERSEDED
    return Standing.WITHOUT_APPROVAL


def counts(found: Standing) -> bool:
    """Whether a posting of this standing answers its question. The others wait for the repair or for review."""
    return found in COUNTS


def hours_between(earlier: datetime, later: datetime) -> int:
    """Whole hours, rounded up; never negative."""
    return max(0, ceil((later - earlier).total_seconds() / 3600))


def refuse_repair(posting: Posting) -> LotseError | None:
    return None if posting.repair == "open" else Conflict("nothing_to_repair", "No repair is open for this posting.")
