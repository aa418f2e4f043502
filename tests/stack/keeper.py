"""`python -m tests.stack.keeper DIR WORKERS`: starts the session's servers, writes where they are to DIR/servers.json,
and stops them when the session is over: when the lock on DIR/session.lock, which pytest holds while it lives, can be
had."""

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from cli.local.bus import provision_bus
from cli.local.child import held
from cli.local.secrets import Secrets, write_private
from libs.kit.streams import PROVISIONER
from tests.stack.servers import Server, start_nats, start_postgres
from tests.stack.session import KEEPER, SERVERS, session_is_over


async def keep(folder: Path, workers: int) -> None:
    """Start all at once, say where, wait for the end of the session, stop all."""
    secrets = Secrets(folder / "secrets")
    secrets.make_keys()
    started: list[Server] = []

    async def postgres() -> Server:
        started.append(server := await start_postgres(folder, secrets.password))
        return server

    async def nats(worker: int) -> Server:
        started.append(server := await start_nats(folder / f"gw{worker}", secrets.password))
        await provision_bus(*login(server.url, PROVISIONER, secrets.password))
        return server

    try:
        database, *buses = await asyncio.gather(postgres(), *(nats(worker) for worker in range(workers)))
        _say(folder, database, buses)
        await asyncio.to_thread(session_is_over, folder)
        if database.kind == "given":
            await _drop(database.url, folder)
    finally:
        await asyncio.gather(*(server.stop() for server in started))


def login(url: str, user: str, password: Callable[[str], str]) -> tuple[str, str, str]:
    """Address without user, user and password: those in a given address, else ours."""
    parts = urlsplit(url)
    if parts.username:
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        return bare, unquote(parts.username), unquote(parts.password or "")
    return url, user, password(f"nats-{user}")


def _say(folder: Path, database: Server, buses: list[Server]) -> None:
    where = {
        "postgres": {"kind": database.kind, "url": database.url},
        "nats": [{"kind": bus.kind, "url": bus.url, "monitor_url": bus.monitor_url} for bus in buses],
    }
    draft = folder / f".{SERVERS}.new"
    write_private(draft, json.dumps(where).encode())
    draft.replace(folder / SERVERS)


async def _drop(url: str, folder: Path) -> None:
    """A server that was lent to us is given back as it was, but for the roles."""
    made = folder / "databases"
    connection = await asyncpg.connect(url)
    try:
        for name in made.read_text().split() if made.exists() else []:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await connection.close()


def main(folder: Path, workers: int) -> None:
    """Ctrl-C at the terminal is meant for pytest: the keeper outlives it by the moment it takes to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lock = held(folder / KEEPER)
    if lock is None:
        raise SystemExit("another keeper is at work")
    try:
        asyncio.run(keep(folder, workers))
    finally:
        shutil.rmtree(folder / "postgres", ignore_errors=True)
        lock.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
