"""Bus and store die under the projector and come back: it goes on by itself, and nothing is lost or counted twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from libs.contracts.envelope import Envelope, encode
from libs.kit.actor import SYSTEM
from libs.kit.connection import close, connect
from libs.kit.ids import new_id
from libs.kit.running import Running
from libs.kit.streams import event_stream
from libs.kit.transaction import Cause
from services.reporting.app import build
from tests.services.reporting import facts
from tests.services.reporting.bus import Eventually
from tests.stack.durable import DurableStack

pytestmark = pytest.mark.faults


@asynccontextmanager
async def started(durable: DurableStack) -> AsyncIterator[Running]:
    running: Running = build(await durable.settings("reporting")).state.running
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


async def publish(durable: DurableStack, *said: Envelope) -> None:
    client = await connect(durable.nats.url, "intake", durable.secrets.password("nats-intake"), "test")
    try:
        for one in said:
            headers = {"Nats-Msg-Id": str(one.id)}
            stream = event_stream("intake")
            await client.jetstream().publish(one.bus_subject, encode(one), stream=stream, headers=headers, timeout=5)
    finally:
        await close(client)


async def kept(running: Running) -> int:
    async with running.db.transaction(Cause(SYSTEM)) as tx:
        return int(await tx.connection.fetchval("SELECT count(*) FROM history"))


async def captured(running: Running) -> int:
    async with running.db.transaction(Cause(SYSTEM)) as tx:
        return int(await tx.connection.fetchval("SELECT sum(count) FROM figure WHERE measure = 'captured'"))


def some(count: int = 20) -> list[Envelope]:
    return [facts.envelope(facts.captured(), new_id(), 1) for _ in range(count)]


async def test_the_projector_goes_on_when_the_bus_was_killed(durable: DurableStack, eventually: Eventually) -> None:
    async with started(durable) as running:
        await publish(durable, *some())
        await eventually(lambda: _has(running, 20), 30)
        assert durable.nats.child is not None
        durable.nats.child.kill()
        await durable.nats.start()
        await publish(durable, *some())
        await eventually(lambda: _has(running, 40), 30)
        assert await captured(running) == 40


async def test_the_projector_goes_on_when_the_store_was_killed(durable: DurableStack, eventually: Eventually) -> None:
    async with started(durable) as running:
        await publish(durable, *some())
        await eventually(lambda: _has(running, 20), 30)
        assert durable.postgres.child is not None
        durable.postgres.child.kill()
        await publish(durable, *some())
        await durable.postgres.start()
        await eventually(lambda: _has(running, 40), 40)
        assert await captured(running) == 40


async def _has(running: Running, count: int) -> bool:
    try:
        return await kept(running) == count
    except Exception as away:  # noqa: BLE001 - the store is away or coming back
        assert "store_unavailable" in str(away) or "connection" in str(away).lower()
        return False
