"""Takes the bytes of what was erased off PostgreSQL's disk.

A plain vacuum frees a row's place and leaves its bytes there until something else needs the room (tried: all of them
were still in the file). Only a table that is written anew holds nothing but its rows.
"""

import asyncio
import re
import time

import asyncpg

from libs.kit.database import LIMITS
from libs.kit.errors import Unavailable
from libs.kit.settings import Settings

# Tables with rows that end: the facts and the configuration hold no text of anybody.
TABLES = """
SELECT d.adrelid::regclass::text FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE a.attname = 'retention_class'
    AND pg_get_expr(d.adbin, d.adrelid) NOT IN ('''facts''::text', '''configuration''::text')
ORDER BY 1
"""
# A row that a transaction which began before may still see is written anew with the rest, and a service that was killed
# has one until its connection is found to be gone. PostgreSQL tells how many there were, first in its details.
KEPT = re.compile(r"\d+")
PATIENCE_SECONDS = 60.0


async def scrub(settings: Settings) -> list[str]:
    """Write every table anew that holds rows with an end, as the owner role; returns their names.

    Each is locked while that takes: requests that need it wait, and are answered 503 after five seconds. The log
    PostgreSQL writes ahead has its own end, see docs/operations/retention.md. Raises `Unavailable` where a transaction
    does not end.
    """
    assert settings.migration_database_url is not None, "MIGRATION_DATABASE_URL is needed to scrub"
    url = settings.migration_database_url.get_secret_value()
    connection = await asyncpg.connect(url, server_settings={**LIMITS, "statement_timeout": "0"}, timeout=5)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES)]
        for table in tables:
            await _rewrite(connection, table)
    finally:
        await connection.close()
    return tables


async def _rewrite(connection: "asyncpg.Connection[asyncpg.Record]", table: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while await _kept(connection, table):
        if time.monotonic() > deadline:
            raise Unavailable("transaction_open", "A transaction that began before does not end; scrub again later.")
        await asyncio.sleep(0.2)


async def _kept(connection: "asyncpg.Connection[asyncpg.Record]", table: str) -> int:
    """Write a table anew; returns how many deleted rows it still holds, 1 where it is in use."""
    told: list[str] = []

    def listen(_: object, message: asyncpg.PostgresLogMessage) -> None:
        told.append(message.detail or "")

    connection.add_log_listener(listen)
    try:
        await connection.execute(f"VACUUM (FULL, VERBOSE) {table}")
    except asyncpg.LockNotAvailableError:
        return 1
    finally:
        # Messages come to their listeners by the event loop.
        await asyncio.sleep(0)
        connection.remove_log_listener(listen)
    counts = [int(found[0]) for detail in told if (found := KEPT.match(detail))]
    assert counts, "PostgreSQL did not say what it kept"
    return sum(counts)
