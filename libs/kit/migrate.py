"""Brings a service's database to this release: kit's tables first, then the service's own.

Forward only. Two migrators at once are harmless: the second waits on an advisory lock and finds nothing to do.
"""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
from sqlalchemy.engine import make_url

from libs.kit.database import connect, disconnect
from libs.kit.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

ROOT = Path(__file__).parents[2]
KIT = "libs/kit/migrations"
LOCK = 0x6C6F_7473_6501


def trees(service: str) -> list[tuple[str, str]]:
    """(folder, version table) of each migration tree, in the order they are run."""
    return [(KIT, "alembic_version_kit"), (f"services/{service}/migrations", "alembic_version")]


def revisions(folder: str) -> list[str]:
    """A tree's revisions, oldest first: each file's name begins with its number."""
    return sorted(path.name.split("_", 1)[0] for path in (ROOT / folder / "versions").glob("[0-9]*_*.py"))


def config(folder: str, version_table: str) -> "Config":
    """An Alembic configuration without an ini file; every tree shares kit's `env.py`."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(ROOT / KIT))
    made.set_main_option("version_locations", str(ROOT / folder / "versions"))
    made.set_main_option("path_separator", "newline")
    made.attributes["version_table"] = version_table
    return made


async def migrate(settings: Settings) -> None:
    """Run every migration that is missing, as the owner role."""
    # Alembic and SQLAlchemy's engine are a fifth of a service's start-up, and only this command needs them.
    from sqlalchemy.ext.asyncio import create_async_engine

    assert settings.migration_database_url is not None, "MIGRATION_DATABASE_URL is needed to migrate"
    runtime = make_url(settings.database_url.get_secret_value()).username
    url = make_url(settings.migration_database_url.get_secret_value()).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, settings.service, runtime)
    finally:
        await engine.dispose()


def _upgrade(connection: "Connection", service: str, runtime: str | None) -> None:
    from alembic import command
    from sqlalchemy import text

    connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
    connection.commit()
    for folder, table in trees(service):
        made = config(folder, table)
        made.attributes.update(connection=connection, runtime_role=runtime)
        command.upgrade(made, "head")
        connection.execute(text(f'GRANT SELECT ON {table} TO "{runtime}"'))
        connection.commit()


async def pending(settings: Settings) -> list[str]:
    """The version tables that are behind this release. A newer database is fine: release N−1 runs on schema N."""
    connection = await connect(settings)
    try:
        return [table for folder, table in trees(settings.service) if await _behind(connection, folder, table)]
    finally:
        await disconnect(connection)


async def _behind(connection: asyncpg.Connection, folder: str, table: str) -> bool:
    try:
        current = await connection.fetchval(f"SELECT version_num FROM {table}")
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return True
    known = revisions(folder)
    return current is None or (current in known and current != known[-1])


def run(settings: Settings) -> None:
    """Blocking form for the command line."""
    asyncio.run(migrate(settings))
