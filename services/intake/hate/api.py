"""Hate against our own accounts over HTTP."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict

from libs.contracts.codes import Platform, Role
from libs.contracts.intake_misinformation import HateKind, HateMeasure
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Action, Body, Page, View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.errors import LotseError
from libs.kit.transaction import Reply, Tx
from services.intake.hate import commands, domain, queries
from services.intake.hate.domain import Incident

PREFIX = "/intake/v1"
router = Router("hate incidents", PREFIX)
ROLES = (Role.COUNSELLOR, Role.SPACE_SCOUT, Role.EDITOR, Role.COORDINATOR)


class NewHate(Body):
    """What kind of attack, on which account of ours. Nobody's name and no words: evidence is secured outside."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"account": "0198c0de-0000-7000-8000-000000000005", "language": "de", "kind": "threat"}]
        }
    )

    account: UUID
    language: LanguageTag
    kind: HateKind


class MeasureBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"measure": "reported-to-platform"}]})

    measure: HateMeasure


class HateRef(View):
    id: UUID
    version: int
    is_open: bool


class HateView(HateRef):
    account: UUID
    programme: str
    week: str
    platform: Platform
    language: str
    kind: HateKind
    measures: tuple[HateMeasure, ...]
    actions: list[Action]


class HateList(View):
    items: list[HateView]
    page: Page


class HateFilter(Paged):
    programme: Code | None = None
    state: Literal["open", "closed"] | None = None


@router.command(
    "POST",
    "/hate-incidents",
    allow=ROLES,
    body=NewHate,
    reply=HateRef,
    status=201,
    summary="Record an attack on an account of ours",
    errors=("account_unknown",),
)
async def record_hate(call: Call[NewHate]) -> Reply:
    body = call.body
    async with call.transaction() as tx:
        made = await commands.record(tx, body.account, body.language, body.kind)
        return _reply(tx, made, 201)


@router.get("/hate-incidents", allow=ROLES, query=HateFilter, reply=HateList, summary="Attacks, newest first")
async def list_hate(call: Call[Any, HateFilter]) -> Reply:
    paging = call.paging("recorded_at", tuple[datetime, UUID])
    async with call.transaction() as tx:
        rows, total = await queries.incidents(tx, call.query.programme, call.query.state, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda one: (one.recorded_at, one.id), total)
        return tx.reply(200, HateList(items=[_view(tx, one) for one in shown], page=page))


@router.get("/hate-incidents/{id}", allow=ROLES, reply=HateView, summary="One attack, and what was done about it")
async def read_hate(call: Call) -> Reply:
    async with call.transaction() as tx:
        incident = await queries.incident_by_id(tx, call.uuid("id"))
        return tx.reply(200, _view(tx, incident), version=incident.version)


@router.command(
    "POST",
    "/hate-incidents/{id}/measures",
    allow=ROLES,
    body=MeasureBody,
    reply=HateRef,
    if_match=True,
    summary="Say what was done about it",
    errors=("unchanged", "incident_closed"),
)
async def take_measure(call: Call[MeasureBody]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.take_measure(tx, call.uuid("id"), call.body.measure))


@router.command(
    "POST",
    "/hate-incidents/{id}/closing",
    allow=ROLES,
    reply=HateRef,
    if_match=True,
    summary="Nothing more is to be done; a grave attack needs care for the colleague first",
    errors=("care_missing", "incident_closed"),
)
async def close_hate(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.close(tx, call.uuid("id")))


def _view(tx: Tx, incident: Incident) -> HateView:
    own = {name: getattr(incident, name) for name in HateView.model_fields if name != "actions"}
    measures = [
        _action(incident, measure, "measures", domain.refuse_measure(incident, measure)) for measure in HateMeasure
    ]
    return HateView(**own, actions=[*measures, _action(incident, "close", "closing", domain.refuse_closing(incident))])


def _action(incident: Incident, name: str, path: str, reason: LotseError | None) -> Action:
    href, code = f"{PREFIX}/hate-incidents/{incident.id}/{path}", reason.code if reason else None
    return Action(name=name, method="POST", href=href, allowed=code is None, reason=code)


def _reply(tx: Tx, incident: Incident, status: int = 200) -> Reply:
    location = f"{PREFIX}/hate-incidents/{incident.id}" if status == 201 else None
    return tx.reply(
        status, HateRef.model_validate(incident, from_attributes=True), version=incident.version, location=location
    )
