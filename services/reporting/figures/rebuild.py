"""Counting everything anew from the history, beside the figures that are read, and taking over in one commit.

What a command line does, so it opens its own transactions. The projector stands still only for the events that came
since the last page; readers never wait and never see less than all.
"""

import asyncpg

from libs.kit.actor import SYSTEM
from libs.kit.database import AWAY, Database, connect, disconnect, unavailable
from libs.kit.errors import Conflict
from libs.kit.transaction import Cause, Tx
from services.reporting.figures import commands, queries
from services.reporting.figures.domain import DEFINITIONS
from services.reporting.history.queries import page

PAGE = 5_000


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
            await disconnect(lock)
    except AWAY as away:
        raise unavailable() from away


async def _rebuild(db: Database, lock: asyncpg.Connection) -> dict[str, int]:
    async with db.transaction(Cause(SYSTEM)) as tx:
        live = await queries.live_generation(tx)
    await sweep(db, live)
    events, position, count = 0, 0, PAGE
    while count == PAGE:
        async with db.transaction(Cause(SYSTEM)) as tx:
            count, position = await count_page(tx, live + 1, position)
        events += count
    async with db.transaction(Cause(SYSTEM)) as tx:
        await queries.hold_still(tx)
        count = PAGE
        while count == PAGE:
            count, position = await count_page(tx, live + 1, position)
            events += count
        # If the lock were gone, somebody else could be filling the same generation: this fails then.
        await lock.execute("SELECT 1")
        await queries.take_over(tx, live + 1, DEFINITIONS)
    await sweep(db, live + 1)
    return {"generation": live + 1, "events": events}


async def count_page(tx: Tx, into: int, after: int) -> tuple[int, int]:
    """Count the events after a position into a generation; returns how many, and the last one's position."""
    arrivals, position = await page(tx, after, PAGE)
    await commands.count(tx, arrivals, into)
    return len(arrivals), position


async def sweep(db: Database, keep: int) -> None:
    """Leave nothing of other generations, whether they were replaced or never finished."""
    gone = 1
    while gone:
        async with db.transaction(Cause(SYSTEM)) as tx:
            gone = await queries.sweep(tx, keep)
