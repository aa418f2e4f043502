"""Incidents over HTTP: what stands in a group without a valid release, and the legal reviewer's decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.review.decisions.commands import record_reading
from services.review.incidents import commands, domain, queries
from services.review.incidents.shapes import (
    PREFIX,
    DecisionBody,
    IncidentFilter,
    IncidentList,
    IncidentRef,
    IncidentView,
    item,
    ref,
    whole,
)
from services.review.questions.commands import situation, situations
from services.review.questions.domain import forgotten
from services.review.questions.queries import question_by_id, questions_by_ids
from services.review.submissions.queries import submissions_by_ids

router = Router("incidents", PREFIX)
DECIDERS = (Role.LEGAL_REVIEWER,)
LISTERS = (Role.LEGAL_REVIEWER, Role.COORDINATOR)


@router.get(
    "/incidents", allow=LISTERS, query=IncidentFilter, reply=IncidentList, summary="Incidents, the soonest due first"
)
async def list_incidents(call: Call[Any, IncidentFilter]) -> Reply:
    paging = call.paging("due_at", tuple[datetime, UUID])
    async with call.transaction() as tx:
        rows, total = await queries.listed(tx, call.query.state, call.query.programme, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda incident: (incident.due_at, incident.id), total)
        questions = await questions_by_ids(tx, [incident.question for incident in shown])
        known = await situations(tx, questions.values())
        items = [item(incident, tx.now, known.get(incident.question)) for incident in shown]
        return tx.reply(200, IncidentList(items=items, page=page))


@router.get(
    "/incidents/{id}",
    allow=DECIDERS,
    reply=IncidentView,
    summary="What stands in the group beside what was released; the reading is recorded",
    errors=("incident_unknown", "not_yet_known", "forgotten"),
)
async def read_incident(call: Call) -> Reply:
    async with call.transaction() as tx:
        incident = await queries.incident_by_id(tx, call.uuid("id"))
        if incident.state is domain.State.FORGOTTEN:
            raise forgotten()
        at = await situation(tx, await question_by_id(tx, incident.question))
        released = await submissions_by_ids(tx, [incident.submission] if incident.submission else [])
        record_reading(tx, incident.programme, incident.question)
        submission = next(iter(released.values()), None)
        return tx.reply(200, whole(incident, submission, at), version=incident.version)


@router.command(
    "POST",
    "/incidents/{id}/decision",
    allow=DECIDERS,
    body=DecisionBody,
    reply=IncidentRef,
    if_match=True,
    summary="Decide what is to become of the posted text; only a cleared one counts as an answer",
    errors=(
        "already_decided",
        "own_posting",
        "not_qualified",
        "class_not_offered",
        "court_goes_to_a_lawyer",
        "not_yet_known",
        "forgotten",
    ),
)
async def decide(call: Call[DecisionBody]) -> Reply:
    async with call.transaction() as tx:
        incident = await commands.decide(tx, call.uuid("id"), call.body.decision)
        return tx.reply(200, ref(incident), version=incident.version)
