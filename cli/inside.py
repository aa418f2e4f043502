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
from cli.local.environment import of_service
from cli.local.migrations import ROOT
from cli.local.ports import LOOPBACK
from cli.local.postgres import Postgres
from cli.local.trouble import Trouble
from cli.where import Installation

if TYPE_CHECKING:
    from nats.aio.client import Client as Bus


def database(place: Installation, service: str) -> Access:
    """The addresses of a service's database; they hold passwords. Raises `Trouble`."""
    directory, ports = place.here()
    if "postgres" in place.children:
        password = directory.secrets.password("postgres-admin")
        admin = Postgres(directory.root, ports.postgres, password, directory.log("postgres")).url
    else:
        admin = os.environ.get("ADMIN_DATABASE_URL", "")
        if not admin:
            raise Trouble("This `lotse up` uses a PostgreSQL of its own choice: set ADMIN_DATABASE_URL as it had it.")
    return access(admin, service, lambda role: directory.secrets.password(f"postgres-{role}"))


async def command(place: Installation, service: str, *arguments: str) -> Any:
    """What `python -m services.<service> <arguments>` printed, read as JSON. Raises `Trouble` with what it said."""
    directory, ports = place.here()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"services.{service}",
        *arguments,
        cwd=ROOT,
        env=dict(of_service(service, directory, ports, database(place, service))),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaint = await process.communicate()
    if process.returncode:
        lines = complaint.decode(errors="replace").strip().splitlines()
        raise Trouble(f"{service}: {lines[-1] if lines else 'the command failed without a word.'}")
    return json.loads(out.decode().strip().splitlines()[-1])


async def relayed(place: Installation, service: str) -> tuple[int, int]:
    """(how many events the service's relay has published, how many there are)."""
    connection = await asyncpg.connect(database(place, service).runtime)
    try:
        row = await connection.fetchrow("SELECT published_through, (SELECT count(*) FROM event) FROM relay")
    finally:
        await connection.close()
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
        client = await connect(url, user, password, "lotse-cli")
    except BUS_AWAY as failure:
        raise Trouble(f"The bus at {url} cannot be used: {type(failure).__name__}. See `lotse status`.") from None
    try:
        yield client
    finally:
        await close(client)
