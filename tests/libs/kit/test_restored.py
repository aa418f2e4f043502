"""Events that were restored into another cluster, whose transactions count from the beginning: all of them seem to have
been written by transactions of the future."""

from typing import Any

import asyncpg
from nats.aio.client import Client

from libs.kit.database import Database, connect, disconnect
from libs.kit.relay import Relay
from tests.libs.kit.parts import captured, one, say, user
from tests.stack.stack import Stack

# The last one had not been numbered yet.
RESTORED = """
WITH restored AS (
    INSERT INTO event (xid, event_id, aggregate, version, concerns, bytes)
    SELECT (10^12)::bigint::text::xid8, gen_random_uuid(), 'question/' || n, 1, 'x', '' FROM generate_series(1, 5000) n
    RETURNING position
)
INSERT INTO event_order
SELECT row_number() OVER (ORDER BY position), position FROM restored ORDER BY position LIMIT 4999
"""
READ = """
SELECT seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'event')
FROM pg_stat_user_tables WHERE relname = 'event'
"""
NUMBERED = "SELECT count(*) FROM event_order"


async def test_all_of_them_are_numbered_and_each_later_look_reads_what_is_new(
    stack: Stack, db: Database, bus: Client
) -> None:
    line = await connect(db.settings)
    await line.execute(RESTORED)
    await _analyze(db)
    async with user(stack, "intake") as client:
        relay = Relay(db, client)
        await relay._number(line)
        assert await one(db, NUMBERED) == 5000
        before = await _read(line)
        for count in (5001, 5002):
            await say(db, captured())
            await relay._number(line)
            assert await one(db, NUMBERED) == count
        assert await _read(line) - before < 100
    await disconnect(line)


async def _analyze(db: Database) -> None:
    """What PostgreSQL does by itself after a while."""
    assert db.settings.migration_database_url is not None
    owner = await asyncpg.connect(db.settings.migration_database_url.get_secret_value())
    await owner.execute("ANALYZE event; ANALYZE event_order")
    await owner.close()


async def _read(line: Any) -> int:
    """How many rows of the event table, or of its indexes, have been read."""
    await line.execute("SELECT pg_stat_force_next_flush()")
    await line.execute("SELECT pg_stat_clear_snapshot()")
    return int(await line.fetchval(READ))
