"""Brings a service's database to this release: kit's tables first, then the service's own.

Forward only. Two migrators at once are harmless: the second waits on an advisory lock and finds nothing to do.
"""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from libs.kit.settings import Settings

ROOT = Path(__file__).parents[2]
KIT = "libs/kit/migrations"
LOCK = 0x6C6F_7473_6501


def trees(service: str) -> list[tuple[str, str]]:
    """(folder, version table) of each migration tree, in the order they are run."""
    return [(KIT, "alembic_version_kit"), (f"services/{service}/migrations", "alembic_version")]


def config(folder: str, version_table: str) -> Config:
    """An Alembic configuration without an ini file; every tree shares kit's `env.py`."""
    made = Config()
    made.set_main_option("script_location", str(ROOT / KIT))
    made.set_main_option("version_locations", str(ROOT / folder / "versions"))
    made.set_main_option("path_separator", "newline")
    made.attributes["version_table"] = version_table
    return made


def heads(service: str) -> dict[str, str | None]:
    """The newest revision of each tree, by version table."""
    return {
        table: ScriptDirectory.from_config(config(folder, table)).get_current_head() for folder, table in trees(service)
    }


async def migrate(settings: Settings) -> None:
    """Run every migration that is missing, as the owner role."""
    assert settings.migration_database_url is not None, "MIGRATION_DATABASE_URL is needed to migrate"
    runtime = make_url(settings.database_url.get_secret_value()).username
    url = make_url(settings.migration_database_url.get_secret_value()).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade, settings.service, runtime)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, service: str, runtime: str | None) -> None:
    connection.execute(text(f"SELECT pg_advisory_lock({LOCK})"))
    connection.commit()
    for folder, table in trees(service):
        made = config(folder, table)
        made.attributes.update(connection=connection, runtime_role=runtime)
        command.upgrade(made, "head")
        connection.execute(text(f'GRANT SELECT ON {table} TO "{runtime}"'))
        connection.commit()


async def pending(settings: Settings) -> list[str]:
    """The version tables that are not at this release's head. A newer database is fine: release N−1 runs on schema
    N.
    """
    url = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_pending, settings.service)
    finally:
        await engine.dispose()


def _pending(connection: Connection, service: str) -> list[str]:
    behind = []
    for folder, table in trees(service):
        scripts = ScriptDirectory.from_config(config(folder, table))
        known = {script.revision for script in scripts.walk_revisions()}
        current = MigrationContext.configure(connection, opts={"version_table": table}).get_current_revision()
        if current is None or (current in known and current != scripts.get_current_head()):
            behind.append(table)
    return behind


def run(settings: Settings) -> None:
    """Blocking form for the command line."""
    asyncio.run(migrate(settings))
