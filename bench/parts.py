"""What several measurements start: durable servers with a fleet of services, a bare program, a request to send."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from cli.local.child import Child, Program
from tests.faults.fleet import Fleet, Process
from tests.services.probe import desk
from tests.stack.durable import DurableStack
from tests.stack.waiting import eventually

ROOT = Path(__file__).parents[1]
TEXT = (
    "Muss ich für die Anerkennung meines Zeugnisses als Pflegefachkraft bezahlen, und wie lange dauert das Verfahren?"
)


@asynccontextmanager
async def fleet(folder: Path, **services: str) -> AsyncIterator[Fleet]:
    """Services by name on servers of their own, both with fsync: `fleet(folder, intake="intake")`."""
    stack = DurableStack(folder)
    with desk(folder / "issuer") as at_desk:
        try:
            await stack.start()
            made = Fleet(stack, at_desk, folder)
            try:
                await made.start(**services)
                yield made
            finally:
                await made.stop()
        finally:
            await stack.stop()


async def headers_of(made: Fleet, intake: Process) -> dict[str, str]:
    """The request that captures a question in a space made for it."""
    space = await made.prepare(intake)
    body = {"space": space, "text": TEXT, "channel": "public", "language": "de"}
    return {
        "path": "/intake/v1/questions",
        "authorization": f"Bearer {made.token('counsellor')}",
        "body": json.dumps(body, ensure_ascii=False),
    }


async def bench_database(stack: DurableStack) -> str:
    """An empty database beside the services' own; its address."""
    connection = await asyncpg.connect(stack.postgres.url)
    try:
        await connection.execute("CREATE DATABASE bench")
    finally:
        await connection.close()
    return stack.postgres.url.rpartition("/")[0] + "/bench"


@asynccontextmanager
async def started(name: str, arguments: tuple[str, ...], port: int) -> AsyncIterator[Child]:
    """A Python program of ours that listens on `port`."""
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"lotse-bench-{os.getpid()}"
    program = Program(
        name, (sys.executable, *arguments), folder / f"{name}.log", os.environ, folder / f"{name}.lock", cwd=ROOT
    )
    child = await Child.start(program)
    try:
        await eventually(lambda: _listens(port), 30)
        yield child
    finally:
        child.kill()
        await child.finished(5)


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
