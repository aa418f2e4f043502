"""The real bus as reporting's projector meets it: other services publish, with their own rights and dense numbers."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg

from libs.contracts.envelope import SERVICES, Envelope, encode
from libs.kit.actor import SYSTEM
from libs.kit.connection import api, close, connect
from libs.kit.provision import provision, remove
from libs.kit.running import Running
from libs.kit.streams import PROVISIONER, event_stream
from libs.kit.transaction import Cause
from services.reporting.app import build
from services.reporting.figures.projector import Projector
from services.reporting.history.queries import Progress, progress
from tests.services.reporting.recount import Place, recount
from tests.stack.stack import Stack

Eventually = Callable[..., Any]
FIGURES = """
SELECT programme, measure, week, language, topic, platform, count FROM figure
WHERE generation = coalesce($2, (SELECT live FROM generation)) AND programme = $1 AND count <> 0
"""
HOURS = """
SELECT programme, measure, week, language, topic, platform, bucket, count, slots FROM duration
WHERE generation = coalesce($2, (SELECT live FROM generation)) AND programme = $1 AND count <> 0
"""


@dataclass
class Bus:
    """Publishers of all services, and reporting behind them; nothing of it is replaced. `idle` is a reporting of which
    only the database is open."""

    stack: Stack
    idle: Running
    provisioner: Client
    publishers: dict[str, Client]
    first: dict[str, int]
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def publish(self, *said: Envelope) -> None:
        """Each as its service's relay would: under its subject, with the next dense number."""
        waiting = []
        for envelope in said:
            number = self.number(envelope)
            waiting.append(self.send(envelope.service, envelope.bus_subject, encode(envelope), number, envelope.id))
        await asyncio.gather(*waiting)

    def number(self, envelope: Envelope) -> int:
        self.numbers[envelope.service] += 1
        return self.first[envelope.service] + self.numbers[envelope.service]

    async def send(self, service: str, subject: str, raw: bytes, number: int | None = None, id: object = None) -> None:
        """Any bytes under any subject; without an id the stream does not know a repetition."""
        headers = {"Lotse-Seq": str(number)} if number is not None else {}
        if id is not None:
            headers["Nats-Msg-Id"] = str(id)
        stream = event_stream(service)
        await self.publishers[service].jetstream().publish(subject, raw, stream=stream, headers=headers, timeout=5)

    async def waiting(self, source: str = "intake") -> int:
        """Messages not delivered or not acknowledged."""
        info = await api(self.provisioner, f"CONSUMER.INFO.{event_stream(source)}.reporting")
        return int(info["num_pending"] + info["num_ack_pending"])

    async def progress(self, source: str = "intake") -> Progress:
        """How far a source is, its number counted from where this test began."""
        async with self.idle.db.transaction(Cause(SYSTEM)) as tx:
            found = next(one for one in await progress(tx) if one.source == source)
        return Progress(found.source, found.seq - self.first[source], found.through, found.caught_up_at, found.waiting)

    async def figures(self, programme: str, generation: int | None = None) -> tuple[dict[Place, int], dict[Any, Any]]:
        """All that is counted of a programme, in the live generation or another."""
        counts = await self.rows(FIGURES, programme, generation)
        hours = await self.rows(HOURS, programme, generation)
        return {tuple(row)[:6]: row[6] for row in counts}, {tuple(row)[:7]: (row[7], row[8]) for row in hours}

    async def history(self, programme: str) -> list[bytes]:
        rows = await self.rows("SELECT bytes FROM history WHERE programme = $1 ORDER BY position", programme)
        return [row[0] for row in rows]

    async def rows(self, sql: str, *values: object) -> list[Any]:
        async with self.idle.db.transaction(Cause(SYSTEM)) as tx:
            return list(await tx.connection.fetch(sql, *values))

    async def is_right(self, programme: str, said: Iterable[Envelope]) -> bool:
        """Whether exactly these events are in the history, and the figures equal a count of their bytes."""
        raws = [encode(envelope) for envelope in said]
        assert sorted(await self.history(programme)) == sorted(raws)
        counts, _ = recount(raws)
        found, _ = await self.figures(programme)
        assert found == counts
        return True

    async def fetched(self, one: Projector, count: int) -> Sequence[Msg]:
        """Messages as the projector would fetch them, in the caller's hands."""
        pull = await one.client.jetstream().pull_subscribe_bind(durable=one.durable, stream=one.stream)
        return await pull.fetch(count, timeout=2)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Client]:
        """Another connection with reporting's own rights."""
        client = await connect(*self.stack.nats_login("reporting"), "reporting-test")
        try:
            yield client
        finally:
            if not client.is_closed:
                await close(client)

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Running]:
        """The whole service behind its HTTP edge, until the block ends: projector, relay, timers, watchdog."""
        running: Running = build(self.stack.settings("reporting")).state.running
        await running.start()
        try:
            yield running
        finally:
            await running.stop()


@asynccontextmanager
async def opened(stack: Stack) -> AsyncIterator[Bus]:
    """An empty bus, and reporting's database with its marks where the numbers of this test begin."""
    idle: Running = build(stack.settings("reporting")).state.running
    await idle.db.open()
    provisioner = await connect(*stack.nats_login(PROVISIONER), "test")
    await remove(provisioner)
    await provision(provisioner)
    publishers = {service: await connect(*stack.nats_login(service), "test") for service in SERVICES}
    try:
        yield Bus(stack, idle, provisioner, publishers, await _marks(idle))
    finally:
        for client in (*publishers.values(), provisioner):
            await close(client)
        await idle.db.close()


async def _marks(running: Running) -> dict[str, int]:
    """Beyond all numbers that earlier tests left: nothing is truncated between tests."""
    async with running.db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute("DELETE FROM aside")
        used = "SELECT coalesce(max(seq), 0) FROM history"
        await tx.connection.execute(
            f"UPDATE progress SET seq = greatest(seq, ({used})), through = NULL, caught_up_at = NULL"
        )
        rows = await tx.connection.fetch("SELECT source, seq FROM progress")
    return {row["source"]: row["seq"] for row in rows}
