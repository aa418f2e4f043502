"""Reaching inside an installation on this machine: a service's own commands, its database as the owner, and the bus as
the provisioner. What stands elsewhere is mended from inside its pods."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg

from cli.local.databases import Access, access
from cli.local.environment import of_migration, of_service
from cli.local.migrations import ROOT
from cli.local.ports import LOOPBACK
from cli.local.postgres import Postgres
from cli.local.trouble import Trouble
from cli.where import Installation

if TYPE_CHECKING:
    from nats.aio.client import Client as Bus

    from libs.kit.database import Database

BUS_SECONDS = 5.0


def admin_url(place: Installation) -> str:
    """The administrator's address; it holds a password. Raises `Trouble`."""
    directory, ports = place.here()
    if "postgres" in place.children:
        password = directory.secrets.password("postgres-admin")
        return Postgres(directory.root, ports.postgres, password, directory.log("postgres")).url
    given = os.environ.get("ADMIN_DATABASE_URL", "")
    if not given:
        raise Trouble("This `lotse up` uses a PostgreSQL of its own choice: set ADMIN_DATABASE_URL as it had it.")
    return given


def database(place: Installation, service: str) -> Access:
    """The addresses of a service's database; they hold passwords. Raises `Trouble`."""
    directory, _ = place.here()
    return access(admin_url(place), service, lambda role: directory.secrets.password(f"postgres-{role}"))


async def command(place: Installation, service: str, *arguments: str, owner: bool = False) -> Any:
    """What `python -m services.<service> <arguments>` printed, read as JSON; with `owner` it is told the owner role as
    well. Raises `Trouble` with what it said."""
    directory, ports = place.here()
    told = of_migration if owner else of_service
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"services.{service}",
        *arguments,
        cwd=ROOT,
        env=dict(told(service, directory, ports, database(place, service))),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await process.communicate()
    if process.returncode:
        lines = complaint.decode(errors="replace").strip().splitlines()
        raise Trouble(f"{service}: {lines[-1] if lines else 'the command failed without a word.'}")
    return json.loads(out.decode().strip().splitlines()[-1])


@asynccontextmanager
async def store(place: Installation, service: str) -> AsyncIterator["Database"]:
    """A service's database as the service itself uses it: for what needs none of its own code. Raises `Trouble`."""
    from libs.kit.clock import SystemClock
    from libs.kit.database import Database
    from libs.kit.settings import Settings

    directory, _ = place.here()
    settings = {
        "service": service,
        "database_url": database(place, service).runtime,
        "keys_dir": directory.secrets.make_keys(),
    }
    opened = Database(Settings.model_validate(settings), SystemClock())
    await opened.open()
    try:
        yield opened
    finally:
        await opened.close()


@asynccontextmanager
async def owned(place: Installation, service: str) -> AsyncIterator[Any]:
    """A connection to a service's database as its owner, whom no row level security keeps from looking.

    Raises `Trouble` when PostgreSQL is away.
    """
    try:
        connection = await asyncpg.connect(database(place, service).owner, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as failure:
        raise Trouble(f"The database of {service} cannot be used: {type(failure).__name__}. See its log.") from None
    try:
        yield connection
    finally:
        await connection.close()


async def relayed(place: Installation, service: str) -> tuple[int, int]:
    """(how many events the service's relay has published, how many there are)."""
    async with owned(place, service) as connection:
        row = await connection.fetchrow("SELECT published_through, (SELECT count(*) FROM event) FROM relay")
        return int(row[0]), int(row[1])


@asynccontextmanager
async def bus(url: str | None, place: Installation | None) -> AsyncIterator["Bus"]:
    """The bus as the one user who may create there: at `url` with NATS_USER and NATS_PASSWORD, else this machine's.

    Raises `Trouble` when it is away.
    """
    from libs.kit.connection import BUS_AWAY, close, connect
    from libs.kit.streams import PROVISIONER

    user, password = os.environ.get("NATS_USER", PROVISIONER), os.environ.get("NATS_PASSWORD", "")
    if url is None:
        assert place is not None
        directory, ports = place.here()
        url, user = f"nats://{LOOPBACK}:{ports.nats}", PROVISIONER
        password = directory.secrets.password(f"nats-{PROVISIONER}")
    try:
        # A service waits for its bus for ever; somebody at a terminal does not.
        client = await asyncio.wait_for(connect(url, user, password, "lotse-cli"), BUS_SECONDS)
    except BUS_AWAY as failure:
        raise Trouble(f"The bus at {url} cannot be used: {type(failure).__name__}. See `lotse status`.") from None
    try:
        yield client
    finally:
        await close(client)
