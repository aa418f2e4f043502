"""Events the relay brings to the bus per second, beside bare nats-py publishing the same bytes in batches of its own.

The bare one reads nothing and marks nothing; both publish atomic batches of up to 500 with `sync_interval: always`. The
other bare figure, single publishes with 64 awaited at a time, is shown beside it.
"""

import asyncio
import time
from pathlib import Path

from nats.aio.client import Client

from bench.figures import Figure, compared
from bench.projector import SOURCE, said, user
from libs.contracts.envelope import Envelope, encode
from libs.kit.clock import SystemClock
from libs.kit.database import Database
from libs.kit.ids import new_id
from libs.kit.provision import provision, remove
from libs.kit.relay import Relay
from libs.kit.streams import PROVISIONER, event_stream
from tests.stack.durable import DurableStack

ROUNDS, EVENTS, BATCH = 3, 10_000, 500
TARGET = 0.4
STORE = """
INSERT INTO event (event_id, aggregate, version, concerns, bytes)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::bytea[])
"""


async def measure(folder: Path, scale: float) -> list[Figure]:
    """One figure. Each round publishes fresh events, bare first, then by the relay, on an empty bus."""
    stack, count = DurableStack(folder), max(BATCH, int(EVENTS * scale) // 2 * 2)
    try:
        await stack.start()
        db = Database(await stack.settings(SOURCE), SystemClock())
        await db.open()
        rounds = []
        for _ in range(ROUNDS if scale >= 1 else 1):
            await _empty(stack)
            bare = await _bare(stack, said(count))
            await _empty(stack)
            rounds.append((count / bare, count / await _relayed(stack, db, said(count))))
        await db.close()
    finally:
        await stack.stop()
    return [compared("relay", "events/s", rounds, TARGET)]


async def _empty(stack: DurableStack) -> None:
    async with user(stack, PROVISIONER) as client:
        await remove(client)
        await provision(client)


async def _bare(stack: DurableStack, envelopes: list[Envelope]) -> float:
    """Seconds until the last batch is acknowledged."""
    rows = [(one.bus_subject, encode(one), str(one.id)) for one in envelopes]
    async with user(stack, SOURCE) as client:
        started = time.perf_counter()
        for start in range(0, len(rows), BATCH):
            await _batch(client, rows[start : start + BATCH])
        return time.perf_counter() - started


async def _batch(client: Client, rows: list[tuple[str, bytes, str]]) -> None:
    batch = str(new_id())
    for number, (subject, raw, id) in enumerate(rows[:-1], 1):
        headers = {"Nats-Msg-Id": id, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        await client.publish(subject, raw, headers=headers)
    subject, raw, id = rows[-1]
    headers = {"Nats-Msg-Id": id, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(len(rows))}
    await client.jetstream(timeout=10).publish(
        subject, raw, stream=event_stream(SOURCE), headers={**headers, "Nats-Batch-Commit": "1"}
    )


async def _relayed(stack: DurableStack, db: Database, envelopes: list[Envelope]) -> float:
    """Seconds until the relay has passed everything that was committed before it began."""
    columns = zip(*((e.id, e.subject, e.aggregateversion, e.correlationid, encode(e)) for e in envelopes), strict=True)
    pool = db._pool
    assert pool is not None
    async with pool.acquire() as connection:
        await connection.execute(STORE, *map(list, columns))
        before = await connection.fetchval("SELECT published_through FROM relay")
    async with user(stack, SOURCE) as client:
        relay = Relay(db, client)
        task, started = asyncio.create_task(relay.run()), time.perf_counter()
        async with pool.acquire() as connection:
            while await connection.fetchval("SELECT published_through FROM relay") < before + len(envelopes):
                await asyncio.sleep(0.02)
        seconds = time.perf_counter() - started
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return seconds
