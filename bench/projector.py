"""Events the projector applies per second, beside bare nats-py: the same events, fetched and acknowledged with nothing
done about them. PostgreSQL and NATS both with fsync.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.aio.client import Client

from bench.figures import Figure, compared
from libs.contracts.envelope import Envelope, encode
from libs.contracts.intake import QuestionCaptured, QuestionTaken
from libs.kit.actor import SYSTEM
from libs.kit.clock import SystemClock
from libs.kit.connection import api, close, connect
from libs.kit.ids import new_id
from libs.kit.provision import provision
from libs.kit.publishing import Publisher, Row
from libs.kit.running import Running
from libs.kit.streams import PROVISIONER, event_stream
from libs.kit.transaction import Cause
from services.reporting.app import build
from services.reporting.figures.projector import BATCH, projector
from tests.stack.durable import DurableStack

SOURCE, READER = "intake", "reporting"
ROUNDS, EVENTS, TARGET = 3, 20_000, 0.4
LANGUAGES, TOPIC = ("ar", "fa", "ru", "tr", "es"), "unassigned"


def said(count: int) -> list[Envelope]:
    """Questions captured and taken, each aggregate with two versions."""
    found = []
    for n in range(count // 2):
        id, staff = new_id(), new_id()
        captured = QuestionCaptured.model_validate(
            {
                "week": f"2026-W{n % 50 + 1:02}",
                "platform": "facebook",
                "language": LANGUAGES[n % 5],
                "topic": TOPIC,
                "size_class": "under-10000",
                "channel": "public",
                "relation": "new",
                "language_source": "given",
            }
        )
        for version, fact in enumerate((captured, QuestionTaken()), 1):
            found.append(
                Envelope.model_validate(
                    {
                        "id": new_id(),
                        "source": f"/services/{SOURCE}",
                        "type": fact.type,
                        "subject": f"question/{id}",
                        "time": SystemClock().now(),
                        "dataschema": f"urn:lotse:schema:{fact.type}",
                        "programme": "fem-os",
                        "correlationid": str(id),
                        "aggregateversion": version,
                        "staff": staff,
                        "role": "counsellor",
                        "data": fact.model_dump(mode="json"),
                    }
                )
            )
    return found


@asynccontextmanager
async def user(stack: DurableStack, name: str) -> AsyncIterator[Client]:
    client = await connect(stack.nats.url, name, stack.secrets.password(f"nats-{name}"), f"bench-{name}")
    try:
        yield client
    finally:
        await close(client)


async def publish(stack: DurableStack, envelopes: list[Envelope]) -> None:
    """As the relay does it."""
    rows = [Row(seq, one.id, one.subject, one.correlationid, encode(one), None) for seq, one in enumerate(envelopes, 1)]
    async with user(stack, SOURCE) as client:
        publisher = Publisher(client, SOURCE)
        for start in range(0, len(rows), BATCH):
            assert await publisher.publish(rows[start : start + BATCH]) == len(rows[start : start + BATCH])


async def bare(stack: DurableStack, count: int) -> float:
    """Seconds to fetch and acknowledge everything."""
    async with user(stack, READER) as client:
        pull = await client.jetstream().pull_subscribe_bind(durable=READER, stream=event_stream(SOURCE))
        started, taken = time.perf_counter(), 0
        while taken < count:
            messages = await pull.fetch(BATCH, timeout=5)
            for message in messages:
                await message.ack()
            taken += len(messages)
        await client.flush()
        return time.perf_counter() - started


async def from_the_start(stack: DurableStack) -> None:
    """The consumer made anew, so that everything is delivered once more."""
    async with user(stack, PROVISIONER) as client:
        await api(client, f"CONSUMER.DELETE.{event_stream(SOURCE)}.{READER}")
        await provision(client)


async def projected(stack: DurableStack, count: int) -> float:
    """Seconds until the projector has applied everything."""
    running: Running = build(await stack.settings(READER)).state.running
    await running.db.open()
    async with user(stack, READER) as running.client:
        task, started = asyncio.create_task(projector(running)), time.perf_counter()
        while await _kept(running) < count:
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - started
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await running.db.close()
    return seconds


async def _kept(running: Running) -> int:
    async with running.db.transaction(Cause(SYSTEM)) as tx:
        return int(await tx.connection.fetchval("SELECT seq FROM progress WHERE source = $1", SOURCE))


async def measure(folder: Path, scale: float) -> list[Figure]:
    """One figure. Each round reads the same events from the start, bare first, then by the projector into a database of
    its own."""
    count = max(1_000, int(EVENTS * scale) // 2 * 2)
    rounds = [await _round(folder / str(number), count) for number in range(ROUNDS if scale >= 1 else 1)]
    return [compared("projector", "events/s", rounds, TARGET)]


async def _round(folder: Path, count: int) -> tuple[float, float]:
    stack = DurableStack(folder)
    try:
        await stack.start()
        await stack.settings(READER)
        await publish(stack, said(count))
        alone = await bare(stack, count)
        await from_the_start(stack)
        return count / alone, count / await projected(stack, count)
    finally:
        await stack.stop()
