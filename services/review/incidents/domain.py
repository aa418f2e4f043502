"""An incident: something stands in a group that no valid release covers. A legal reviewer looks at it within 24 hours;
until she clears it, it does not count as an answer.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from libs.contracts.codes import IncidentDecision, Standing
from libs.kit.errors import Conflict, Forbidden, LotseError
from services.review.programmes.domain import refuse_answering
from services.review.questions.domain import Situation, forgotten
from services.review.supervision.domain import refuse_reviewing

DUE = timedelta(hours=24)
# A deviating text, one that never was approved, and one whose approval had been withdrawn when it was posted.
OPENING = (Standing.WITHOUT_APPROVAL, Standing.DEVIATING, Standing.SUPERSEDED)


class State(StrEnum):
    OPEN = "open"
    DECIDED = "decided"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True)
class KnownPosting:
    """What intake said of a posting. `submission` is the release it was compared with."""

    id: UUID
    programme: str
    question: UUID
    submission: UUID | None
    posted_by: UUID | None


@dataclass(frozen=True)
class Incident:
    """`text` is what was posted, as intake keeps it; None where that is the released text, and once forgotten."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    question: UUID
    posting: UUID
    submission: UUID | None
    posted_by: UUID | None
    standing: Standing
    state: State
    opened_at: datetime
    due_at: datetime
    text: str | None
    decision: IncidentDecision | None = None
    decided_by: UUID | None = None
    held: bool = False


def opened(
    id: UUID, posting: KnownPosting, standing: Standing, text: str | None, held: bool, now: datetime
) -> Incident:
    return Incident(
        id=id,
        programme=posting.programme,
        version=1,
        changed_at=now,
        question=posting.question,
        posting=posting.id,
        submission=posting.submission,
        posted_by=posting.posted_by,
        standing=standing,
        state=State.OPEN,
        opened_at=now,
        due_at=now + DUE,
        text=text,
        held=held,
    )


def refuse_deciding(incident: Incident, at: Situation) -> LotseError | None:
    """A qualified legal reviewer decides, and never on what she posted herself."""
    if incident.state is State.FORGOTTEN or at.question.forgotten_at is not None:
        return forgotten()
    if incident.state is not State.OPEN:
        return Conflict("already_decided", "This incident has been decided.")
    if incident.posted_by is not None and incident.posted_by == at.person.staff:
        return Forbidden("own_posting", "Somebody else must look at what you posted.")
    return refuse_reviewing(at.person)


def refuse_clearing(incident: Incident, at: Situation) -> LotseError | None:
    """What is cleared counts as an answer, so the legal gate holds here too."""
    question = at.question
    return refuse_deciding(incident, at) or refuse_answering(at.policy, question.level, question.legal_class)


def decide(incident: Incident, decision: IncidentDecision, at: Situation) -> Incident:
    """Raises what refuses it."""
    rule = refuse_clearing if decision is IncidentDecision.CLEARED else refuse_deciding
    refusal = rule(incident, at)
    if refusal is not None:
        raise refusal
    return _next(replace(incident, state=State.DECIDED, decision=decision, decided_by=at.person.staff), at.now)


def forget(incident: Incident, now: datetime) -> Incident:
    """The question was forgotten: the text goes, the decision stays; what was open can no longer be judged."""
    return _next(replace(incident, state=State.FORGOTTEN, text=None), now)


def _next(incident: Incident, now: datetime) -> Incident:
    return replace(incident, version=incident.version + 1, changed_at=max(now, incident.changed_at))
