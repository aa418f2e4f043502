"""A service at work: pool, bus, relay, timers and watchdog, started in the order they need each other.

A service starts and answers while the bus is away (the event table absorbs what is said) and waits for a database
that is away. A background task that ends for a reason nobody foresaw ends the process: its supervisor starts it anew,
and nothing is lost by that.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from nats.aio.client import Client

from libs.contracts.envelope import Envelope
from libs.kit import connection, logs, migrate
from libs.kit.bus import Bus
from libs.kit.clock import Clock
from libs.kit.connection import BUS_AWAY
from libs.kit.consumer import Consumer
from libs.kit.database import AWAY, Database
from libs.kit.errors import Unavailable
from libs.kit.forgetting import TextReader
from libs.kit.relay import Relay
from libs.kit.settings import Settings
from libs.kit.subscribers import Subscribers
from libs.kit.timers import Timer, Timers
from libs.kit.transaction import Tx
from libs.kit.watchdog import Readiness, Watchdog

RETRY_SECONDS = 0.5
HELD = "it is found out first whether this database was restored from a backup"
DRAIN_SECONDS = 5.0


Numbering = Callable[[Tx, Envelope, bytes, int], Awaitable[None]]


class Agreement(Protocol):
    """What tells whether a database may be served from; see libs/restoring."""

    async def at_home(self) -> bool: ...
    async def reach(self, client: Client) -> None: ...
    async def watch(self) -> None: ...


@dataclass
class Running:
    """Everything of one service that lives as long as its process. `projector` replaces the FastStream subscribers
    where a service reads in batches: it is called with this object and runs until cancelled. `numbering` is told an
    event's number before it is heard again singly. With an `agreement` nobody is let in before that says that the
    database knows all it knew once."""

    settings: Settings
    clock: Clock
    subscribers: Subscribers = field(default_factory=Subscribers)
    timers: list[Timer] = field(default_factory=list)
    seed: Any = None
    projector: Any = None
    numbering: Numbering | None = None
    agreement: "Callable[[Running], Agreement] | None" = None

    def __post_init__(self) -> None:
        self.db = Database(self.settings, self.clock)
        self.readiness = Readiness("migrations", "restored", "database", "bus", "stream", "consumers", "sync")
        self.client: Client | None = None
        self.bus: Bus | None = None
        self.consumers: list[Consumer] = []
        self.relay: Relay | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = self._seeded = False

    async def start(self) -> None:
        self.db.held = True
        self._spawn(self._up())

    async def stop(self) -> None:
        """Stop fetching, finish what is in hand, then let go of bus and database."""
        self._stopping = True
        if self.bus is not None:
            await _within(DRAIN_SECONDS, self.bus.stop())
        # Again and again: in Python 3.11 `wait_for` can lose a cancellation.
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks, timeout=1)
        if self.client is not None:
            await _within(DRAIN_SECONDS, connection.close(self.client))
        await _within(DRAIN_SECONDS, self.db.close())

    async def _up(self) -> None:
        agreement = self.agreement(self) if self.agreement is not None else None
        await self._open_database(agreement)
        self._spawn(Watchdog(self.db, lambda: self.client, self.readiness).run())
        self.client = await self._connect()
        if agreement is not None:
            await agreement.reach(self.client)
            self._spawn(agreement.watch())
            await self._let_in()
        self.relay = Relay(self.db, self.client)
        self._spawn(self.relay.run())
        if self.projector is not None:
            self._spawn(self.projector(self))
        else:
            await self._subscribe()

    async def _open_database(self, agreement: Agreement | None) -> None:
        """Wait for the database and its migrations; let people in at once where it is not to be held."""
        while True:
            try:
                await self.db.open()
                behind = await migrate.pending(self.settings)
                self.readiness.set("migrations", f"behind: {', '.join(behind)}" if behind else None)
                if not behind:
                    if agreement is None or await agreement.at_home():
                        return await self._let_in()
                    return self.readiness.set("restored", HELD)
            except (Unavailable, *AWAY) as away:
                self.readiness.set("database", "cannot be reached")
                logs.event("database_away", logging.ERROR, error=away)
            # A pool that is left behind at each attempt would take the server's last connections.
            await _within(DRAIN_SECONDS, self.db.close())
            await asyncio.sleep(RETRY_SECONDS)

    async def _let_in(self) -> None:
        """Seed the database, and take requests from here on."""
        if not self._seeded:
            if self.seed is not None:
                await self.seed(self.db)
            self._spawn(Timers(self.db, [*self.timers, self._drain_timer()]).run())
        self._seeded, self.db.held = True, False
        self.readiness.set("restored", None)

    async def _connect(self) -> Client:
        settings = self.settings
        while True:
            try:
                return await connection.connect(
                    settings.nats_url,
                    settings.nats_user,
                    settings.nats_password.get_secret_value(),
                    f"{settings.service}-relay",
                )
            except BUS_AWAY as away:
                self.readiness.set("bus", "not connected; events wait in the event table")
                logs.event("bus_away", logging.ERROR, error=away)
                await asyncio.sleep(RETRY_SECONDS)

    async def _subscribe(self) -> None:
        assert self.client is not None
        texts = TextReader(self.client)
        while True:
            made = Bus(self.db, self.subscribers, texts)
            try:
                await made.start()
            except (*BUS_AWAY, Unavailable) as away:
                logs.event("subscribers_not_started", logging.ERROR, error=away)
                await _within(DRAIN_SECONDS, made.stop())
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self.bus, self.consumers = made, made.consumers
            return

    def _drain_timer(self) -> Timer:
        from libs.kit import gate

        async def due(tx: Any, now: object, limit: int) -> list[tuple[str, str]]:
            return await gate.drainable(tx.connection)

        async def run(tx: Any, item: tuple[str, str]) -> None:
            for consumer in self.consumers:
                if consumer.source == item[0]:
                    self._spawn(_ignore_result(consumer.drain(item[1])))

        return Timer("gate.drain", due, run)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None and not self._stopping:
            logs.event("background_task_failed", logging.ERROR, error=task.exception() or RuntimeError())
            os.kill(os.getpid(), signal.SIGTERM)


async def _ignore_result(work: Coroutine[Any, Any, Any]) -> None:
    await work


async def _within(seconds: float, work: Coroutine[Any, Any, Any]) -> None:
    """Wait for a clean end, but not for ever: what is cut off here is redelivered or rolled back."""
    try:
        await asyncio.wait_for(work, seconds)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the rest must still be stopped
        logs.event("stopped_hard", logging.ERROR, error=failure)
