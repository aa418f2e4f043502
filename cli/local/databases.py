"""One database and two roles per service, on any PostgreSQL that an administrator's address leads to: the owner makes
tables, the runtime role uses what it was granted, and neither can enter another service's database."""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from cli.local.trouble import Trouble
from libs.contracts.envelope import SERVICES

OLDEST = 15
SCRAM_ROUNDS = 4096
EXTENSIONS = ("pg_trgm",)
LOCK = 0x6C6F_7473_6502


@dataclass(frozen=True)
class Access:
    """The two addresses of one service's database; both hold passwords."""

    runtime: str = field(repr=False)
    owner: str = field(repr=False)


def owner_of(service: str) -> str:
    """The role that owns a service's database and runs its migrations."""
    return f"{service}_owner"


def access(admin_url: str, service: str, password: Callable[[str], str], suffix: str = "") -> Access:
    """The addresses of a service's database on the administrator's server. `password` gives a role's password."""
    return Access(
        *(address(admin_url, service + suffix, role, password(role)) for role in (service, owner_of(service)))
    )


def address(admin_url: str, database: str, user: str | None = None, password: str = "") -> str:
    """The same server, another database; with `user` as somebody else."""
    parts = urlsplit(admin_url)
    netloc = (
        parts.netloc if user is None else f"{quote(user)}:{quote(password, safe='')}@{parts.netloc.rpartition('@')[2]}"
    )
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


async def provision(
    admin_url: str,
    password: Callable[[str], str],
    *,
    services: tuple[str, ...] = SERVICES,
    suffix: str = "",
    alone: bool = False,
) -> Mapping[str, Access]:
    """Make what is missing and mend what differs; each run sets the roles' passwords anew, so rotating one is running
    again.

    `suffix` is for databases only (a test worker's own); roles belong to the server. `alone` says that the server is
    ours: then the roles are kept out of its maintenance databases too. Raises `Trouble` for a server that is away or
    too old.
    """
    admin = await _connect(admin_url)
    try:
        _check_release(admin)
        # Two supervisors or test workers at once would meet in the catalogue: "tuple concurrently updated".
        await admin.execute(f"SELECT pg_advisory_lock({LOCK})")
        for service in services:
            for role in (service, owner_of(service)):
                await _role(admin, role, password(role))
            await _database(admin, service + suffix, service)
        if alone:
            await admin.execute("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        for service in services:
            await _inside(address(admin_url, service + suffix), service)
    finally:
        await admin.close()
    return {service: access(admin_url, service, password, suffix) for service in services}


async def _connect(url: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
        where = urlsplit(url).netloc.rpartition("@")[2]
        raise Trouble(
            f"PostgreSQL at {where} cannot be used: {type(failure).__name__}. Check ADMIN_DATABASE_URL."
        ) from None


def _check_release(admin: asyncpg.Connection) -> None:
    found = admin.get_server_version()
    if found.major < OLDEST:
        raise Trouble(f"This server is PostgreSQL {found.major}; Lotse needs {OLDEST} or newer.")


async def _role(admin: asyncpg.Connection, role: str, password: str) -> None:
    if not await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
        await admin.execute(f'CREATE ROLE "{role}"')
    await admin.execute(
        f"ALTER ROLE \"{role}\" WITH LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD '{scram(password)}'"
    )
    # Who is no superuser must be able to become the owner to make its database; 15 has no right of its own for that.
    right = "SET" if admin.get_server_version().major > 15 else "MEMBER"
    able = f"SELECT rolsuper OR pg_has_role(current_user, $1, '{right}') FROM pg_roles WHERE rolname = current_user"
    if not await admin.fetchval(able, role):
        await admin.execute(f'GRANT "{role}" TO CURRENT_USER')


async def _database(admin: asyncpg.Connection, database: str, service: str) -> None:
    owner = owner_of(service)
    if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", database):
        await admin.execute(f'CREATE DATABASE "{database}" OWNER "{owner}" ENCODING \'UTF8\' TEMPLATE template0')
    await admin.execute(f'ALTER DATABASE "{database}" OWNER TO "{owner}"')
    await admin.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    await admin.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{service}"')


async def _inside(url: str, service: str) -> None:
    """The schema and the extensions; an extension is the administrator's, because some need a superuser."""
    connection = await _connect(url)
    try:
        for extension in EXTENSIONS:
            await connection.execute(f'CREATE EXTENSION IF NOT EXISTS "{extension}" SCHEMA public')
        await connection.execute(f'ALTER SCHEMA public OWNER TO "{owner_of(service)}"')
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await connection.execute(f'GRANT USAGE ON SCHEMA public TO "{service}"')
    finally:
        await connection.close()


def scram(password: str) -> str:
    """What PostgreSQL stores for a password (RFC 5803): sent instead of it, so that no statement log can hold it."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ROUNDS)
    client, server = (hmac.digest(salted, key, "sha256") for key in (b"Client Key", b"Server Key"))
    parts = [base64.b64encode(part).decode() for part in (salt, hashlib.sha256(client).digest(), server)]
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{parts[0]}${parts[1]}:{parts[2]}"
