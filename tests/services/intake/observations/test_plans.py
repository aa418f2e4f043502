"""The lists of weeks stay one range of one index, however many there are: PostgreSQL is asked for its plan."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from libs.kit.actor import SYSTEM
from libs.kit.statements import compiled
from libs.kit.transaction import Cause
from services.intake.observations import queries
from services.intake.observations.queries import Chosen
from tests.services.intake.observations.many import fill
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

WEEKS = 150


async def _many(intake: Probe) -> tuple[Situation, UUID]:
    here = await situation(intake)
    owner = intake.settings.migration_database_url
    assert owner is not None
    await fill(owner.get_secret_value(), here.programme, spaces=200, weeks=WEEKS)
    page = await here.counsellor.get("/intake/v1/spaces", programme=here.programme, limit=1)
    return here, UUID(page["items"][0]["id"])


async def plan(intake: Probe, programme: str, statement: Chosen) -> list[dict[str, Any]]:
    """The nodes of the plan that a caller with a role in this programme gets, with what was read."""
    cause = Cause(SYSTEM, programmes=frozenset({programme}))
    sql, values = compiled(statement, {})
    async with intake.db.transaction(cause) as tx:
        said = await tx.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *values)
    return list(_nodes(json.loads(said)[0]["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def faults(nodes: list[dict[str, Any]], most: int, sorts: tuple[str, ...] = ("Sort", "Incremental Sort")) -> list[str]:
    """What in a plan grows with the table: a whole table read, a sort, or more rows read than the page needs."""
    found = [node["Node Type"] for node in nodes if node["Node Type"] in ("Seq Scan", *sorts)]
    read = [node["Actual Rows"] + node.get("Rows Removed by Filter", 0) for node in nodes]
    return found + [f"{rows} rows" for rows in read if rows > most]


async def test_each_page_of_weeks_is_a_range_of_an_index(intake: Probe) -> None:
    here, space = await _many(intake)
    for since, until in ((None, None), ("2025-W01", "2025-W20")):
        for after in (None, ("2025-W10", space)):
            weeks = queries.page(queries.of_programme(here.programme, since, until), after, 50)
            assert faults(await plan(intake, here.programme, weeks), 51) == []
            # One space has so few weeks that sorting them is as good as the index's own order.
            weeks = queries.page(queries.of_space(space, since, until), after, 50)
            assert faults(await plan(intake, here.programme, weeks), WEEKS, ()) == []


async def test_a_total_reads_no_more_than_the_cap(intake: Probe) -> None:
    here, _ = await _many(intake)
    nodes = await plan(intake, here.programme, queries.counted(queries.of_programme(here.programme, None, None)))
    assert faults(nodes, 10_001) == []


async def test_a_list_without_an_index_would_be_seen(intake: Probe) -> None:
    here, _ = await _many(intake)
    unsorted = queries.of_programme(here.programme, None, None).order_by(queries.observed.c.posts).limit(51)
    assert faults(await plan(intake, here.programme, unsorted), 51)
