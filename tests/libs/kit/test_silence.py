"""A connection that goes silent without ending, as when a machine loses its power: nobody waits for it for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from nats.aio.client import Client
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from libs.kit import database, replay, timers
from libs.kit.database import connect
from libs.kit.relay import Relay
from libs.kit.settings import Settings
from libs.kit.timers import Timer, Timers
from libs.kit.transaction import Tx
from tests.libs.kit.parts import captured, opened, say, user
from tests.libs.kit.test_relay import at_work
from tests.stack.stack import Stack
from tests.stack.waiting import eventually


class Line:
    """What lies between a service and its database. After `hush` the server has noticed that the connections of
    before are gone, and the service has not; new ones are as good as ever."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.open: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []

    async def serve(self, reader: asyncio.StreamReader, near: asyncio.StreamWriter) -> None:
        far_reader, far = await asyncio.open_connection(self.host, self.port)
        self.open.append(both := (near, far))
        pumps = [asyncio.create_task(_pump(*ends)) for ends in ((reader, far), (far_reader, near))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        if both not in self.open:
            # Silent, until the service itself gives up.
            await asyncio.wait(pumps[:1])
        near.close()
        far.close()
        await asyncio.gather(*pumps, return_exceptions=True)

    def hush(self) -> None:
        for _, far in self.open:
            far.close()
        self.open.clear()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)


@asynccontextmanager
async def line_to(settings: Settings) -> AsyncIterator[tuple[Line, Settings]]:
    url = make_url(settings.database_url.get_secret_value())
    line = Line(str(url.host), int(url.port or 5432))
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    through = url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    told = SecretStr(through.render_as_string(hide_password=False))
    try:
        yield line, settings.model_copy(update={"database_url": told})
    finally:
        line.hush()
        server.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SILENCE_SECONDS", 0.3)
    monkeypatch.setattr(database, "CLOSE_SECONDS", 0.3)
    monkeypatch.setattr(timers, "EVERY_SECONDS", 0.05)


async def test_a_relay_whose_connection_went_silent_leads_again(stack: Stack, bus: Client) -> None:
    settings = stack.fresh("intake")
    async with (
        line_to(settings) as (line, through),
        user(stack, "intake") as client,
        opened(through) as db,
        opened(settings) as straight,
        at_work(relay := Relay(db, client)),
    ):
        await say(straight, captured())
        # A new leader gives its first look much longer, so the line stays until that is over.
        await eventually(lambda: _published(straight, 1))
        assert relay.leading
        line.hush()
        await say(straight, captured())
        await eventually(lambda: _published(straight, 2))


async def _published(db: database.Database, events: int) -> bool:
    return await replay.progress(db) == (events, events)


async def test_timers_whose_connection_went_silent_go_on(stack: Stack) -> None:
    rounds = 0

    async def due(tx: Tx, now: datetime, limit: int) -> list[Any]:
        nonlocal rounds
        rounds += 1
        return []

    async def never(tx: Tx, item: object) -> None: ...

    async with line_to(stack.fresh("intake")) as (line, through), opened(through) as db:
        work = asyncio.create_task(Timers(db, [Timer("test.rounds", due, never)]).run())
        await eventually(lambda: rounds)
        line.hush()
        before = rounds
        await eventually(lambda: rounds > before + 1)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_the_server_is_told_to_notice_a_machine_that_is_gone(stack: Stack) -> None:
    """By default it keeps such a leader's lock for two hours."""
    connection = await connect(stack.fresh("intake"))
    found = [int(await connection.fetchval(f"SHOW tcp_keepalives_{name}")) for name in ("idle", "interval", "count")]
    await connection.close()
    assert found[0] + found[1] * found[2] <= 30
