"""Takes the bytes of what was erased off PostgreSQL's disk.

A plain vacuum frees a row's place and leaves its bytes there until something else needs the room (tried: all of them
were still in the file). Only a table that is written anew holds nothing but its rows.
"""

import asyncpg

from libs.kit.database import LIMITS
from libs.kit.settings import Settings

# Tables with rows that end: the facts and the configuration hold no text of anybody.
TABLES = """
SELECT d.adrelid::regclass::text FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE a.attname = 'retention_class'
    AND pg_get_expr(d.adbin, d.adrelid) NOT IN ('''facts''::text', '''configuration''::text')
ORDER BY 1
"""


async def scrub(settings: Settings) -> list[str]:
    """Write every table anew that holds rows with an end, as the owner role; returns their names.

    Each is locked while that takes: requests that need it wait, and are answered 503 after five seconds. The log
    PostgreSQL writes ahead has its own end, see docs/operations/retention.md.
    """
    assert settings.migration_database_url is not None, "MIGRATION_DATABASE_URL is needed to scrub"
    url = settings.migration_database_url.get_secret_value()
    connection = await asyncpg.connect(url, server_settings={**LIMITS, "statement_timeout": "0"}, timeout=5)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES)]
        for table in tables:
            await connection.execute(f"VACUUM (FULL) {table}")
    finally:
        await connection.close()
    return tables
