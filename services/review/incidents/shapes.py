"""What goes in and comes out over HTTP for incidents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import IncidentDecision, Standing
from libs.contracts.types import Code
from libs.edge.bodies import Action, Body, Page, View
from libs.edge.cursors import Paged
from services.review.decisions.shapes import QuestionTextView, question_codes
from services.review.incidents import domain
from services.review.incidents.domain import Incident, State
from services.review.questions.domain import Situation
from services.review.submissions.domain import Submission

PREFIX = "/review/v1"


class DecisionBody(Body):
    """What is to become of the posted text; only `cleared` lets it count as an answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "correct-the-comment"}]})

    decision: IncidentDecision


class IncidentFilter(Paged):
    state: State = State.OPEN
    programme: Code | None = None


class IncidentRef(View):
    id: UUID
    version: int
    state: State
    decision: IncidentDecision | None


class IncidentItem(IncidentRef):
    """An incident without any text. `overdue` when the 24 hours are over and nobody has decided."""

    programme: str
    question: UUID
    posting: UUID
    submission: UUID | None
    standing: Standing
    opened_at: datetime
    due_at: datetime
    overdue: bool
    decided_by: UUID | None
    actions: list[Action]


class IncidentView(IncidentItem):
    """What stands in the group beside what was released. Without `posted` the released text itself stands there."""

    asked: QuestionTextView
    posted: str | None
    released: str | None = Field(description="The text of the release it was compared with, if there was one.")


class IncidentList(View):
    items: list[IncidentItem]
    page: Page


def ref(incident: Incident) -> IncidentRef:
    return IncidentRef(id=incident.id, version=incident.version, state=incident.state, decision=incident.decision)


def item(incident: Incident, now: datetime, at: Situation | None) -> IncidentItem:
    """`at` is None while its question is not known here yet."""
    return IncidentItem(**_item(incident, now, at))


def whole(incident: Incident, submission: Submission | None, at: Situation) -> IncidentView:
    asked = QuestionTextView(**question_codes(at), text=at.question.text, gist=at.question.gist)
    text = submission.released_text if submission else None
    released = text.words if text else None
    return IncidentView(**_item(incident, at.now, at), asked=asked, posted=incident.text, released=released)


def _item(incident: Incident, now: datetime, at: Situation | None) -> dict[str, Any]:
    names = set(IncidentItem.model_fields) - {"overdue", "actions"}
    own = {name: getattr(incident, name) for name in names}
    overdue = incident.state is State.OPEN and incident.due_at < now
    return {**own, "overdue": overdue, "actions": _actions(incident, at)}


def _actions(incident: Incident, at: Situation | None) -> list[Action]:
    """Each decision that could be taken, or why not."""
    made = []
    for decision in IncidentDecision:
        rule = domain.refuse_clearing if decision is IncidentDecision.CLEARED else domain.refuse_deciding
        reason = rule(incident, at) if at else None
        code = reason.code if reason else None if at else "not_yet_known"
        href = f"{PREFIX}/incidents/{incident.id}/decision"
        made.append(Action(name=decision, method="POST", href=href, allowed=code is None, reason=code))
    return made
