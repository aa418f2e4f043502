"""What review knows of a question, and when it can be worked on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from libs.contracts.codes import Land, LegalClass, Level, Platform, Urgency
from libs.contracts.intake import Policy
from libs.kit.clock import iso_week, local_day
from libs.kit.errors import Conflict, Gone, LotseError
from services.review.programmes.domain import refuse_answering
from services.review.supervision.domain import Person


@dataclass(frozen=True)
class KnownQuestion:
    """As last heard from intake. `level` and `legal_class` are None before triage; `topic` is the code it is counted
    under. What can lead back to the person is None once forgotten."""

    id: UUID
    programme: str
    platform: Platform
    language: str
    topic: str
    level: Level | None = None
    legal_class: LegalClass | None = None
    urgency: Urgency = Urgency.NORMAL
    land: Land = Land.UNKNOWN
    due_at: datetime | None = None
    deadline: date | None = None
    text: str | None = None
    gist: str | None = None
    taken_by: UUID | None = None
    closed_at: datetime | None = None
    erasure_requested_at: datetime | None = None
    forgotten_at: datetime | None = None
    held: bool = False

    def days_left(self, now: datetime) -> int | None:
        """Calendar days (Europe/Berlin) until an answer is due; negative when overdue, None once forgotten."""
        return (local_day(self.due_at) - local_day(now)).days if self.due_at else None


@dataclass(frozen=True)
class Situation:
    """Who acts on which question, under which policy, when: what every decision rests on."""

    person: Person
    question: KnownQuestion
    policy: Policy
    now: datetime
    policy_version: int = 0


class Codes(TypedDict):
    """What every counted fact carries."""

    week: str
    platform: Platform
    language: str
    topic: str


def counted(question: KnownQuestion, now: datetime) -> Codes:
    """The codes a fact about this question is counted by, as of now."""
    return Codes(week=iso_week(now), platform=question.platform, language=question.language, topic=question.topic)


def refuse_working(question: KnownQuestion) -> LotseError | None:
    """Nothing new is made for a question that was erased, is being erased, or is closed."""
    if question.forgotten_at is not None:
        return forgotten()
    if question.erasure_requested_at is not None:
        return Conflict("erasure_under_way", "This question is being erased; nothing new is done with it.")
    if question.closed_at is not None:
        return Conflict("question_closed", "This question is closed: nothing more is expected of us.")
    return None


def refuse_gate(at: Situation) -> LotseError | None:
    """The question can be worked on, and the programme answers questions like it."""
    question = at.question
    return refuse_working(question) or refuse_answering(at.policy, question.level, question.legal_class)


def refuse_old_text(question: KnownQuestion, written_at: datetime, now: datetime) -> LotseError | None:
    """A text written before a legal deadline passed does not answer the question after it: the law has changed for
    this person meanwhile."""
    if question.deadline is not None and local_day(written_at) <= question.deadline < local_day(now):
        return Conflict("deadline_passed", "The deadline has passed since this was written; write it anew.")
    return None


def forgotten() -> LotseError:
    return Gone("forgotten", "This was erased.")
