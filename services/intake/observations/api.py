"""Weekly observations over HTTP: a week of a space, a space's weeks, a programme's weeks."""

from typing import Any
from uuid import UUID

from libs.edge.http import Call, Router
from libs.kit.errors import invalid
from libs.kit.transaction import Reply, Tx
from services.intake.observations import commands, queries
from services.intake.observations.domain import Observation
from services.intake.observations.shapes import Observed, ProgrammeWeeks, Week, WeekFilter, WeekList, WeekView
from services.intake.spaces.api import READERS, WRITERS
from services.intake.spaces.queries import space_by_id

PREFIX = "/intake/v1"
router = Router("observations", PREFIX)


@router.command(
    "PUT",
    "/spaces/{id}/observations/{week}",
    allow=WRITERS,
    body=Week,
    reply=Observed,
    if_match=True,
    summary="Write down a week in a space, or correct it; If-Match holds the space's version",
    errors=("week_out_of_reach", "more_than_posts"),
)
async def observe(call: Call[Week]) -> Reply:
    week = call.text("week")
    if len(week) != len("2026-W47") or week[4:6] != "-W" or not (week[:4] + week[6:]).isdecimal():
        raise invalid("/week", "malformed", "Weeks are written 2026-W47.")
    observation = Observation(space=call.uuid("id"), week=week, **call.body.model_dump())
    async with call.transaction() as tx:
        space = await commands.observe(tx, observation)
        reply = Observed(space=space.id, week=week, version=space.version)
        return tx.reply(200, reply, version=space.version)


@router.get(
    "/spaces/{id}/observations",
    allow=READERS,
    query=WeekFilter,
    reply=WeekList,
    summary="A space's weeks, the newest first",
)
async def weeks_of_space(call: Call[Any, WeekFilter]) -> Reply:
    async with call.transaction() as tx:
        space = await space_by_id(tx, call.uuid("id"))
        return await _listed(tx, call, queries.of_space(space.id, call.query.since, call.query.until))


@router.get(
    "/observations",
    allow=READERS,
    query=ProgrammeWeeks,
    reply=WeekList,
    summary="The weeks of all spaces of a programme, the newest first",
)
async def weeks_of_programme(call: Call[Any, ProgrammeWeeks]) -> Reply:
    asked = call.query
    async with call.transaction() as tx:
        return await _listed(tx, call, queries.of_programme(asked.programme, asked.since, asked.until))


async def _listed(tx: Tx, call: Call[Any, Any], wanted: queries.Chosen) -> Reply:
    paging = call.paging("week", tuple[str, UUID])
    rows, total = await queries.listed(tx, wanted, paging.after, paging.limit)
    shown, page = paging.page(rows, lambda one: (one.week, one.space), total)
    items = [WeekView.model_validate(one, from_attributes=True) for one in shown]
    return tx.reply(200, WeekList(items=items, page=page))
