"""Channel decisions over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import Platform, Role
from libs.contracts.intake_channels import ChannelReason, ChannelResult
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Body, Day, Page, View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.ids import new_id
from libs.kit.transaction import Reply
from services.intake.channels import commands, queries
from services.intake.channels.domain import Decision
from services.intake.spaces.shapes import RedactedShort

PREFIX = "/intake/v1"
router = Router("channels", PREFIX)
WRITERS = (Role.COORDINATOR, Role.SPACE_SCOUT)
READERS = (*WRITERS, Role.COUNSELLOR, Role.EDITOR, Role.ADMIN)


class NewDecision(Body):
    """Which platform was chosen for whom, and against which others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "fem-os",
                    "target_group": "Live-in-Betreuungskräfte aus Polen",
                    "languages": ["de", "ar"],
                    "compared": ["facebook", "tiktok", "telegram"],
                    "choice": "facebook",
                    "reason": "questions-asked-there",
                    "decided_on": "2026-11-16",
                    "review_on": "2027-05-17",
                }
            ]
        }
    )

    programme: Code
    target_group: RedactedShort
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1, max_length=20)]
    compared: Annotated[tuple[Platform, ...], Field(min_length=2, max_length=20)]
    choice: Platform
    reason: ChannelReason
    decided_on: Day
    review_on: Day


class Review(Body):
    """A decision that is kept needs a next date."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"result": "kept", "review_on": "2027-11-15"}]})

    result: ChannelResult
    review_on: Day | None = None


class DecisionRef(View):
    id: UUID
    version: int


class DecisionView(DecisionRef):
    programme: str
    target_group: str
    languages: tuple[str, ...]
    compared: tuple[Platform, ...]
    choice: Platform
    reason: ChannelReason
    decided_on: date
    review_on: date
    result: ChannelResult | None


class DecisionList(View):
    items: list[DecisionView]
    page: Page


class DecisionFilter(Paged):
    programme: Code | None = None
    choice: Platform | None = None


@router.command(
    "POST",
    "/channel-decisions",
    allow=WRITERS,
    body=NewDecision,
    reply=DecisionRef,
    status=201,
    summary="Record a channel decision",
    errors=("not_compared", "repeated", "before_start", "in_the_future"),
)
async def decide(call: Call[NewDecision]) -> Reply:
    async with call.transaction() as tx:
        decision = Decision(id=new_id(), version=1, changed_at=tx.now, **call.body.model_dump())
        await commands.decide(tx, decision)
        ref = DecisionRef(id=decision.id, version=1)
        return tx.reply(201, ref, version=1, location=f"{PREFIX}/channel-decisions/{decision.id}")


@router.get(
    "/channel-decisions",
    allow=READERS,
    query=DecisionFilter,
    reply=DecisionList,
    summary="Channel decisions, the next to be looked at first",
)
async def list_decisions(call: Call[Any, DecisionFilter]) -> Reply:
    paging = call.paging("review_on", tuple[date, UUID])
    filters = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.decisions(tx, filters, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda one: (one.review_on, one.id), total)
        items = [DecisionView.model_validate(one, from_attributes=True) for one in shown]
        return tx.reply(200, DecisionList(items=items, page=page))


@router.get("/channel-decisions/{id}", allow=READERS, reply=DecisionView, summary="One channel decision")
async def read_decision(call: Call) -> Reply:
    async with call.transaction() as tx:
        found = await queries.decision_by_id(tx, call.uuid("id"))
        return tx.reply(200, DecisionView.model_validate(found, from_attributes=True), version=found.version)


@router.command(
    "POST",
    "/channel-decisions/{id}/review",
    allow=WRITERS,
    body=Review,
    reply=DecisionRef,
    if_match=True,
    summary="Record what another look at a decision came to",
    errors=("decision_over", "review_missing", "review_unexpected"),
)
async def review(call: Call[Review]) -> Reply:
    async with call.transaction() as tx:
        saved = await commands.review(tx, call.uuid("id"), call.body.result, call.body.review_on)
        return tx.reply(200, DecisionRef(id=saved.id, version=saved.version), version=saved.version)
