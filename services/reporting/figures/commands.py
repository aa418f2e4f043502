"""Applying events to everything this service keeps, and counting everything anew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from libs.kit.actor import SYSTEM
from libs.kit.database import AWAY, Database, connect, unavailable
from libs.kit.errors import Conflict
from libs.kit.subscribers import Event
from libs.kit.transaction import Cause, Tx
from services.reporting.figures import queries
from services.reporting.figures.domain import BY_CODE, DEFINITIONS, SOURCES, Row, fold, rows, totals
from services.reporting.figures.queries import Asked
from services.reporting.history import commands as history
from services.reporting.history.domain import Arrived
from services.reporting.history.queries import Progress, page, progress

PAGE = 5_000
MOST_CELLS = 10_000
MOST_BUCKETS = 50_000


async def project(tx: Tx, source: str, arrivals: Sequence[Arrived]) -> None:
    """Keep and count events of one source whose turn it is; the caller has locked their gates."""
    if arrivals:
        await queries.hold_still(tx)
        await history.keep(tx, source, arrivals)
        await queries.add(tx, fold(_readable(arrivals)))


def _readable(arrivals: Iterable[Arrived]) -> Iterable[Event[Any]]:
    # A type of the next release is kept in the history, and counted by a rebuild once we know it.
    return (Event(arrival.fact, arrival.envelope) for arrival in arrivals if arrival.fact is not None)


@dataclass(frozen=True)
class Answer:
    """Rows and totals as they may be shown, and how far what they count is complete: all of one moment."""

    definitions: int
    progress: list[Progress]
    rows: list[Row]
    totals: list[Row]


async def answer(tx: Tx, asked: Asked) -> Answer | None:
    """The figures asked for, or None when they would be more than 10,000 cells."""
    await queries.one_moment(tx)
    wholes = {whole for code in asked.measures if (whole := BY_CODE[code].part_of)}
    wider = replace(asked, measures=(*asked.measures, *wholes))
    counts = await queries.counts(tx, wider, MOST_CELLS + 1)
    hours = await queries.hours(tx, wider, MOST_BUCKETS + 1)
    if len(counts) > MOST_CELLS or sum(len(spread.buckets) for spread in hours.values()) > MOST_BUCKETS:
        return None
    counts |= {key: spread.count for key, spread in hours.items()}
    return Answer(
        await queries.definitions(tx),
        [one for one in await progress(tx) if one.source in SOURCES],
        [row for row in rows(counts, hours) if row.key[1] in asked.measures],
        [row for row in totals(counts, hours) if row.key[1] in asked.measures],
    )


async def rebuild(db: Database) -> dict[str, int]:
    """Count all figures anew from the history, and swap them in without a moment's gap.

    Returns the new generation and how many events it counts. Raises `Conflict` rebuild_running, `Unavailable`.
    """
    try:
        lock = await connect(db.settings)
        try:
            if not await lock.fetchval("SELECT pg_try_advisory_lock($1)", queries.REBUILDING):
                raise Conflict("rebuild_running", "The figures are being rebuilt just now.")
            return await _rebuild(db, lock)
        finally:
            await lock.close(timeout=2)
    except AWAY as away:
        raise unavailable() from away


async def _rebuild(db: Database, lock: asyncpg.Connection) -> dict[str, int]:
    async with db.transaction(Cause(SYSTEM)) as tx:
        live = await queries.live_generation(tx)
    await _sweep(db, live)
    events, position, count = 0, 0, PAGE
    while count == PAGE:
        async with db.transaction(Cause(SYSTEM)) as tx:
            count, position = await _count_page(tx, live + 1, position)
        events += count
    # What came meanwhile is about a page: the projector stands still only for that, and readers never.
    async with db.transaction(Cause(SYSTEM)) as tx:
        await queries.hold_still(tx)
        while count:
            count, position = await _count_page(tx, live + 1, position)
            events += count
        # If the lock were gone, somebody else could be filling the same generation: this fails then.
        await lock.execute("SELECT 1")
        await queries.take_over(tx, live + 1, DEFINITIONS)
    await _sweep(db, live + 1)
    return {"generation": live + 1, "events": events}


async def _count_page(tx: Tx, into: int, after: int) -> tuple[int, int]:
    arrivals, position = await page(tx, after, PAGE)
    await queries.add(tx, fold(_readable(arrivals)), into)
    return len(arrivals), position


async def _sweep(db: Database, keep: int) -> None:
    """Leave nothing of other generations, whether they were replaced or never finished."""
    gone = 1
    while gone:
        async with db.transaction(Cause(SYSTEM)) as tx:
            gone = await queries.sweep(tx, keep)
