"""The four services on real servers, in this process: their applications behind ASGI, and behind each its relay and its
consumers, which can be stopped and started again one by one, or all at once with everything they held in memory.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
from nats.aio.client import Client

from libs.contracts.envelope import SERVICES, Envelope, decode
from libs.contracts.registry import sources_for
from libs.kit.bus import Bus
from libs.kit.connection import api, close, connect
from libs.kit.consumer import Consumer
from libs.kit.forgetting import TextReader
from libs.kit.provision import provision, remove
from libs.kit.relay import Relay
from libs.kit.running import Running
from libs.kit.settings import Settings
from libs.kit.streams import PROVISIONER, SECOND, consumers, event_stream
from libs.kit.timers import Timers
from tests.services.probe import MONDAY, Desk, Probe, desk
from tests.stack.clock import HandClock
from tests.stack.stack import Stack
from tests.stack.waiting import eventually

# What a process held when it ended comes back sooner than in production, where five seconds do no harm.
ACK_WAIT = SECOND
QUIET_SECONDS = 15.0
PUBLISHED = """
SELECT (SELECT count(*) FROM event) = published_through
    AND published_through = (SELECT coalesce(max(seq), 0) FROM event_order)
FROM relay
"""
FIGURES = """
SELECT measure, week, language, topic, count FROM figure
WHERE generation = (SELECT live FROM generation) AND programme = $1 AND count <> 0
"""
HOURS = """
SELECT measure, week, language, topic, bucket, count FROM duration
WHERE generation = (SELECT live FROM generation) AND programme = $1 AND count <> 0
"""


class Process:
    """One service as a process holds it."""

    probe: Probe
    running: Running

    def __init__(self, name: str, settings: Settings, at: Desk) -> None:
        self.name, self.settings, self.desk = name, settings, at
        self._relaying: asyncio.Task[None] | None = None
        self._projecting: asyncio.Task[None] | None = None
        self._bus: Bus | None = None

    async def start(self, clock: HandClock) -> None:
        """Built anew, with nothing but what is on disk."""
        app = import_module(f"services.{self.name}.app").build(self.settings, clock)
        self.running = app.state.running
        await self.running.db.open()
        if self.running.seed is not None:
            await self.running.seed(self.running.db)
        password = self.settings.nats_password.get_secret_value()
        self.running.client = await connect(self.settings.nats_url, self.settings.nats_user, password, self.name)
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://lotse.test")
        self.probe = Probe(self.name, app, self.settings, clock, self.desk, http, self.running.db)
        self.speak()
        await self.listen()

    async def stop(self) -> None:
        await self.fall_silent()
        await self.stop_listening()
        await self.probe.http.aclose()
        await close(self.client)
        await self.running.db.close()

    @property
    def client(self) -> Client:
        assert self.running.client is not None
        return self.running.client

    def speak(self) -> None:
        self._relaying = asyncio.create_task(Relay(self.running.db, self.client).run())

    async def fall_silent(self) -> None:
        await _ended(self._relaying)
        self._relaying = None

    async def listen(self) -> None:
        if self.running.projector is not None:
            self._projecting = asyncio.create_task(self.running.projector(self.running))
        else:
            self._bus = Bus(self.running.db, self.running.subscribers, TextReader(self.client))
            await self._bus.start()

    async def stop_listening(self) -> None:
        await _ended(self._projecting)
        self._projecting = None
        if self._bus is not None:
            await self._bus.stop()
            self._bus = None

    async def hear(self, envelope: Envelope, raw: bytes) -> None:
        """Bring one event to the gate past the bus, as a delivery that is not acknowledged before the process ends."""
        texts: Any = _no_text if self.running.projector is not None else TextReader(self.client)
        consumer = Consumer(self.running.db, envelope.service, self.running.subscribers, texts)
        await consumer.receive(raw, envelope.bus_subject, str(envelope.id))

    async def publish_again(self, envelope: Envelope, raw: bytes) -> None:
        """An event of this service once more on the bus. Without its id, as if the window of duplicates were over."""
        stream = event_stream(self.name)
        await self.client.jetstream().publish(envelope.bus_subject, raw, stream=stream, timeout=5)

    async def tick(self) -> None:
        """Timers until nothing is due any more."""
        while await Timers(self.running.db, self.running.timers).tick():
            pass

    async def rows(self, sql: str, *values: Any) -> list[Any]:
        pool = self.running.db._pool
        assert pool is not None
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SET LOCAL lotse.programmes = '*'")
            return list(await connection.fetch(sql, *values))

    async def said_after(self, position: int) -> list[tuple[int, Envelope, bytes]]:
        """What its event table holds beyond a position."""
        rows = await self.rows("SELECT position, bytes FROM event WHERE position > $1 ORDER BY position", position)
        return [(row["position"], decode(row["bytes"]), row["bytes"]) for row in rows]


async def _ended(task: asyncio.Task[None] | None) -> None:
    """Again and again: in Python 3.11 `wait_for` can lose a cancellation."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=1)


async def _no_text(_: Envelope) -> Any:
    return None


class Platform:
    """The four of them, a clock moved by hand for all, and who may look at the bus."""

    def __init__(self, processes: dict[str, Process], provisioner: Client) -> None:
        self.processes, self.provisioner = processes, provisioner
        self.clock = HandClock(MONDAY)

    def __getitem__(self, service: str) -> Process:
        return self.processes[service]

    async def restart(self, service: str) -> None:
        await self[service].stop()
        await self[service].start(self.clock)

    async def quiet(self, mute: Collection[str], deaf: Collection[str]) -> None:
        """Until all that can get through has got through."""
        await eventually(lambda: self._is_quiet(mute, deaf), QUIET_SECONDS)

    async def _is_quiet(self, mute: Collection[str], deaf: Collection[str]) -> bool:
        for service in SERVICES:
            if service not in mute and not (await self[service].rows(PUBLISHED))[0][0]:
                return False
        for hearer in SERVICES:
            for source in sources_for(hearer) if hearer not in deaf else ():
                info = await api(self.provisioner, f"CONSUMER.INFO.{event_stream(source)}.{hearer}")
                if info["num_pending"] or info["num_ack_pending"]:
                    return False
        return True

    async def nothing_was_put_aside(self) -> bool:
        """Neither parked nor a dead letter, anywhere."""
        for service in SERVICES:
            assert await self[service].rows("SELECT reason, aggregate FROM dead_letter") == []
            assert await self[service].rows("SELECT aggregate, version FROM parked") == []
        return True


@asynccontextmanager
async def platform(stack: Stack, folder: Path) -> AsyncIterator[Platform]:
    """On fresh databases and an empty bus."""
    with desk(folder) as at:
        settings: Callable[[str], Settings] = lambda name: stack.fresh(name, oidc_issuer=at.url)  # noqa: E731
        provisioner = await connect(*stack.nats_login(PROVISIONER), "test")
        await remove(provisioner)
        await provision(provisioner)
        await _hurry(provisioner)
        made = Platform({name: Process(name, settings(name), at) for name in SERVICES}, provisioner)
        try:
            for process in made.processes.values():
                await process.start(made.clock)
            yield made
        finally:
            for process in made.processes.values():
                await process.stop()
            await close(provisioner)


async def _hurry(provisioner: Client) -> None:
    for stream, config in consumers():
        subject = f"CONSUMER.CREATE.{stream}.{config['name']}.{config['filter_subject']}"
        wanted = {"stream_name": stream, "config": {**config, "ack_wait": ACK_WAIT}, "action": "update"}
        await api(provisioner, subject, wanted)
