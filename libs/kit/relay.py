"""The relay: brings committed events to the bus, in one dense order, without losing one.

One leader a service (session advisory lock). It numbers what is committed (`event_order`), then publishes by number:
few waiting events singly, in waves of at most one an aggregate; many as atomic batches. Polling is the guarantee and
the wake-up after a commit a hint. Texts go before their event, erasures are done when their event is passed.
"""

import asyncio
import contextlib
import logging
import time
from typing import Any
from uuid import UUID

import asyncpg
from nats.aio.client import Client

from libs.kit import logs
from libs.kit.database import Database, connect, disconnect
from libs.kit.forgetting import Texts
from libs.kit.publishing import Publisher, Row

POLL_SECONDS = 0.2
GATHER_SECONDS = 0.02
BATCH = 500
TEXTS_SECONDS = 5.0
NUMBERED_AT_ONCE = 5_000
LEADER_LOCK = 0x6C6F_7473_6502
# Ten million events take a new leader some twenty seconds; each look after that is short.
FIRST_LOOK_SECONDS = 600.0

# Whatever becomes visible later was written by a transaction that had not ended when `xmin` was taken, so its xid is at
# least that: a slow transaction is found however late it commits, and the look back stays short. Nothing visible was
# written by one that had not begun by `xmax`, but for what was restored from a cluster that had come further.
SNAPSHOT = "SELECT pg_snapshot_xmin(s)::text, pg_snapshot_xmax(s)::text FROM pg_current_snapshot() AS s"
BEYOND_ALL = str(2**64 - 1)
NUMBER = """
WITH fresh AS (
    SELECT e.position FROM event e LEFT JOIN event_order o USING (position)
    WHERE e.xid >= $1::text::xid8 AND e.xid < $2::text::xid8 AND o.position IS NULL ORDER BY e.position LIMIT $3
)
INSERT INTO event_order (seq, position)
SELECT (SELECT coalesce(max(seq), 0) FROM event_order) + row_number() OVER (ORDER BY position), position FROM fresh
"""
NEXT = """
SELECT o.seq, e.event_id, e.aggregate, e.concerns, e.bytes, f.payload FROM event_order o
JOIN event e USING (position) LEFT JOIN forgettable f USING (event_id)
WHERE o.seq > $1 ORDER BY o.seq LIMIT $2
"""
# Only from where this batch began: a replay that set the mark back meanwhile must not be overrun, not even one that
# set it back to the same place.
# It waits for no disk: a mark that a crash takes back lets events be published again, under ids and numbers that are
# safe on disk, as after a crash between publishing and this statement.
PASSED = """
UPDATE relay SET published_through = $1
WHERE published_through = $2 AND rewinds = $3 AND set_config('synchronous_commit', 'off', true) = 'off'
"""


# What the stream of texts has to hold, by the key each is kept under.
FORGOTTEN = "SELECT concerns FROM forgotten WHERE concerns > $1 ORDER BY concerns LIMIT $2"
KEPT = """
SELECT 0, event_id, '', concerns, ''::bytea, payload FROM forgettable WHERE event_id > $1 ORDER BY event_id LIMIT $2
"""
NIL = UUID(int=0)


class Relay:
    """Runs until cancelled; takes over when the leader dies."""

    def __init__(self, db: Database, client: Client) -> None:
        self.db = db
        service = db.settings.service
        self.publisher = Publisher(client, service)
        self.texts = Texts(client, service)
        self.leading = False
        self._low_xid = "0"

    async def run(self) -> None:
        """Lead when nobody else does, and start over after every failure: what is committed waits in the event table,
        so nothing that goes wrong here may end the process that commits it."""
        while True:
            try:
                await self._lead()
            except Exception as failure:  # noqa: BLE001 - logged, and the watchdog sees that nothing moves
                logs.event("relay_interrupted", logging.ERROR, error=failure)
            self.leading = False
            await asyncio.sleep(POLL_SECONDS * 5)

    async def _lead(self) -> None:
        connection = await connect(self.db.settings, statement_timeout=f"{FIRST_LOOK_SECONDS:g}s")
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEADER_LOCK):
                await asyncio.sleep(1)
            # A new leader looks through everything once: it cannot know what its predecessor left unnumbered.
            self.leading, self._low_xid, looked = True, "0", 0.0
            while True:
                if time.monotonic() - looked > TEXTS_SECONDS:
                    await self.refill(connection)
                    looked = time.monotonic()
                passed = await self.step(connection)
                if not passed:
                    await self._wait()
                elif 1 < passed < BATCH:
                    # Several at once: much is being said, and it costs everybody less in fewer and larger steps.
                    await asyncio.sleep(GATHER_SECONDS)
        finally:
            await disconnect(connection)

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.db.wake.wait(), POLL_SECONDS)
        self.db.wake.clear()

    async def step(self, connection: "asyncpg.Connection[Any]") -> int:
        """Number what is new and publish one batch; returns how many events were passed."""
        await self._number(connection)
        through, rewinds = await connection.fetchrow("SELECT published_through, rewinds FROM relay")
        rows = [Row(*record) for record in await connection.fetch(NEXT, through, BATCH)]
        if not rows:
            return 0
        await self.texts.store(rows)
        passed = await self.publisher.publish(rows)
        await self.texts.erase(rows[:passed])
        await connection.execute(PASSED, rows[passed - 1].seq, through, rewinds)
        return passed

    async def refill(self, connection: "asyncpg.Connection[Any]") -> None:
        """Fill a stream of texts that was made anew, with every text there still is and a tombstone for every question
        that was forgotten. Interrupted, it is done again."""
        made = await self.texts.made()
        if made is None or made == await connection.fetchval("SELECT texts_of FROM relay"):
            return
        last: Any = ""
        while gone := [row[0] for row in await connection.fetch(FORGOTTEN, last, BATCH)]:
            await self.texts.bury(gone)
            last = gone[-1]
        last = NIL
        while kept := [Row(*record) for record in await connection.fetch(KEPT, last, BATCH)]:
            await self.texts.store(kept)
            last = kept[-1].event_id
        await connection.execute("UPDATE relay SET texts_of = $1", made)

    async def _number(self, connection: "asyncpg.Connection[Any]") -> None:
        xmin, xmax = await connection.fetchrow(SNAPSHOT)
        first = self._low_xid == "0"
        status = await connection.execute(
            NUMBER,
            self._low_xid,
            BEYOND_ALL if first else xmax,
            NUMBERED_AT_ONCE,
            timeout=FIRST_LOOK_SECONDS if first else None,
        )
        if int(status.rsplit(" ", 1)[1]) < NUMBERED_AT_ONCE:
            self._low_xid = xmin
