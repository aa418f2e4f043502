"""From the bus into the tables, hundreds of events in one transaction.

Each source has a loop: fetch, judge every message at its aggregate's gate, apply those whose turn it is, commit, and
only then acknowledge; the next batch is fetched meanwhile. Everything out of the ordinary (poison, a parked aggregate,
a batch that fails for one bad event) goes singly through kit's `Consumer`, with its attempts, its dead letters and its
parking, so that one bad event never holds the others up. Connection errors pause the loop and are counted against
nothing.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext

from libs.contracts.envelope import Envelope
from libs.contracts.registry import sources_for
from libs.kit import gate as gates
from libs.kit import logs, telemetry
from libs.kit.actor import SYSTEM
from libs.kit.connection import BUS_AWAY, ApiError, api
from libs.kit.consumer import Consumer, mark_forgotten, trusted
from libs.kit.database import AWAY
from libs.kit.deadletters import Poison
from libs.kit.errors import Unavailable
from libs.kit.gate import Gate, Verdict, judge
from libs.kit.running import Running
from libs.kit.streams import event_stream
from libs.kit.transaction import Cause, Tx
from services.reporting.figures import commands
from services.reporting.figures.queries import hold_still
from services.reporting.history import queries as history
from services.reporting.history.domain import Arrived

BATCH = 500
FETCH_SECONDS = 1.0
PAUSE_SECONDS = 1.0
GAP_SECONDS = 0.5
HEARTBEAT_SECONDS = 2.0
LOOK_SECONDS = 5.0
_applied = telemetry.meter.create_counter("lotse.projector.events", description="Events applied, by source.")


@dataclass(frozen=True)
class Delivered:
    """A message that holds an event under a name that can be trusted; `fits` is false where its data is not as typed.

    Such a one is a dead letter, but only when it is its turn.
    """

    message: Msg
    event: Arrived
    fits: bool = True

    @property
    def envelope(self) -> Envelope:
        return self.event.envelope


@dataclass
class Sifted:
    """What is to become of a batch: `apply` it together, `done` before, `wait` for a gap, or take it `singly`."""

    apply: list[Delivered] = field(default_factory=list)
    done: list[Delivered] = field(default_factory=list)
    wait: list[Delivered] = field(default_factory=list)
    singly: list[Delivered] = field(default_factory=list)
    moved: dict[str, Gate] = field(default_factory=dict)


class Gaps(Protocol):
    """Kit's consumer, as far as it remembers since when which aggregate has had a gap."""

    gaps: OrderedDict[str, float]

    def gap(self, aggregate: str) -> Verdict:
        """Whether it goes on waiting or is to be parked."""


def sift(opened: dict[str, Gate], batch: Iterable[Delivered], memory: Gaps) -> Sifted:
    """Judge each event at its gate, as the gates stand and as the batch moves them. An aggregate that is parked, whose
    gap has been open for too long, or that has anything else out of the ordinary goes singly from there on: what comes
    after a dead letter must not be applied before it is buried."""
    found, strays = Sifted(), set[str]()
    for one in batch:
        name, version, id = one.envelope.subject, one.envelope.aggregateversion, one.envelope.id
        gate = found.moved.get(name, opened[name])
        verdict = judge(gate, version, id)
        if verdict is Verdict.DUPLICATE:
            found.done.append(one)
        elif verdict is Verdict.APPLY and gate.parked is None and one.fits and name not in strays:
            found.apply.append(one)
            found.moved[name] = Gate(version, id, gate.parked)
            memory.gaps.pop(name, None)
        elif verdict is Verdict.GAP and memory.gap(name) is Verdict.GAP:
            found.wait.append(one)
        else:
            found.singly.append(one)
            strays.add(name)
    return found


class Projector:
    """Reads one source until cancelled."""

    def __init__(self, running: Running, client: Client, source: str) -> None:
        self.db, self.client, self.source = running.db, client, source
        self.stream, self.durable = event_stream(source), running.settings.service
        # Kit's own timer drains through these what was skipped or requeued by hand.
        self.consumer = Consumer(running.db, source, running.subscribers, _no_text)
        running.consumers.append(self.consumer)
        self._looked = 0.0
        self._ahead: asyncio.Task[list[Msg]] | None = None

    async def run(self) -> None:
        """Fetch and take for ever, through every outage."""
        while not _asked_to_stop():
            try:
                pull = await self.client.jetstream().pull_subscribe_bind(durable=self.durable, stream=self.stream)
                await self._read(pull)
            except (*BUS_AWAY, *AWAY, ApiError, Unavailable, asyncpg.PostgresError) as failure:
                logs.event("projector_interrupted", logging.ERROR, error=failure, stream=self.stream)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _read(self, pull: JetStreamContext.PullSubscription) -> None:
        ahead = self._fetch(pull)
        try:
            while not _asked_to_stop():
                messages = await ahead
                ahead = self._fetch(pull)
                if messages:
                    await self.take(messages)
                else:
                    await self._look()
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)
            self._ahead = None
            if not self.client.is_closed:
                await pull.unsubscribe()

    def _fetch(self, pull: JetStreamContext.PullSubscription) -> asyncio.Task[list[Msg]]:
        self._ahead = asyncio.create_task(_fetched(pull))
        return self._ahead

    def _held(self) -> list[Msg]:
        """What was fetched ahead and waits for its turn."""
        ahead = self._ahead
        done = ahead is not None and ahead.done() and not ahead.cancelled() and ahead.exception() is None
        return ahead.result() if ahead is not None and done else []

    async def take(self, messages: Sequence[Msg]) -> None:
        """Apply what was delivered and acknowledge it; what cannot be applied now is asked for again later."""
        batch, nameless = self._read_all(messages)
        async with _beating(lambda: (*messages, *self._held())):
            try:
                sifted = await self._together(batch)
            except Unavailable:
                raise
            except Exception as failure:  # noqa: BLE001 - each event is now tried and counted by itself
                logs.event("batch_failed", logging.ERROR, error=failure, count=len(batch), stream=self.stream)
                sifted = await self._apart(batch)
            for one in (*sifted.apply, *sifted.done):
                await one.message.ack()
            for one in sifted.wait:
                await one.message.nak(delay=GAP_SECONDS)
            for message in (*nameless, *(one.message for one in sifted.singly)):
                await self._singly(message)

    def _read_all(self, messages: Sequence[Msg]) -> tuple[list[Delivered], list[Msg]]:
        """In the stream's order, which redelivery breaks: the events, and what has no name that can be trusted."""
        batch: list[Delivered] = []
        nameless: list[Msg] = []
        for message in sorted(messages, key=lambda one: one.metadata.sequence.stream):
            try:
                envelope = trusted(message.data, self.source, message.subject, _header(message, "Nats-Msg-Id"))
                event = Arrived(envelope, message.data, _number(message))
                batch.append(Delivered(message, event, _fits(event)))
            except Poison:
                nameless.append(message)
        return batch, nameless

    async def _together(self, batch: Sequence[Delivered]) -> Sifted:
        async with self.db.transaction(Cause(SYSTEM)) as tx:
            names = [one.envelope.subject for one in batch]
            opened = await gates.enter_many(tx.connection, self.source, names)
            sifted = sift(opened, batch, self.consumer)
            await self._forget(tx, sifted.apply)
            await commands.project(tx, self.source, [one.event for one in sifted.apply])
            await gates.move(tx.connection, self.source, sifted.moved)
            await history.put_aside(tx, self.source, [one.event for one in sifted.singly])
        _applied.add(len(sifted.apply), {"source": self.source})
        return sifted

    async def _forget(self, tx: Tx, applied: Iterable[Delivered]) -> None:
        # In the order of what they concern, so that two transactions lock the same concerns in the same order.
        for one in sorted(applied, key=lambda one: one.envelope.correlationid):
            fact = one.event.fact
            if fact is not None and fact.forgets and one.envelope.service != tx.service:
                await mark_forgotten(tx, one.envelope)

    async def _apart(self, batch: list[Delivered]) -> Sifted:
        """Everything singly; the numbers are remembered first, because kit's consumer does not know them."""
        async with self.db.transaction(Cause(SYSTEM)) as tx:
            await history.put_aside(tx, self.source, [one.event for one in batch])
        return Sifted(singly=batch)

    async def _singly(self, message: Msg) -> None:
        later = await self.consumer.receive(message.data, message.subject, _header(message, "Nats-Msg-Id"))
        if later is None:
            await message.ack()
        else:
            await message.nak(delay=later.seconds)

    async def _look(self) -> None:
        """Nothing came: now and then see whether that means that we have everything, and take note of the moment."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        info = await api(self.client, f"CONSUMER.INFO.{self.stream}.{self.durable}")
        async with self.db.transaction(Cause(SYSTEM)) as tx:
            # Two who move the mark at once would set it back, behind numbers that are not asked for again.
            await hold_still(tx)
            await history.advance(tx, self.source)
            if not info["num_pending"] and not info["num_ack_pending"]:
                await history.caught_up(tx, self.source)


async def projector(running: Running) -> None:
    """Read every source at once, until cancelled: what `Service(projector=...)` runs."""
    assert running.client is not None
    readers = [Projector(running, running.client, source) for source in sources_for(running.settings.service)]
    async with asyncio.TaskGroup() as group:
        for reader in readers:
            group.create_task(reader.run())


def _asked_to_stop() -> bool:
    """In Python 3.11 `wait_for`, on which nats-py and asyncpg stand, can lose a cancellation; the task remembers it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _fetched(pull: JetStreamContext.PullSubscription) -> list[Msg]:
    try:
        return await pull.fetch(BATCH, timeout=FETCH_SECONDS)
    except TimeoutError:
        return []


@asynccontextmanager
async def _beating(messages: Callable[[], Sequence[Msg]]) -> AsyncIterator[None]:
    """Tell the server that a slow batch is still being worked on, well inside `ack_wait`."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for message in messages():
                if not message.is_acked:
                    await message.in_progress()

    heart = asyncio.create_task(beat())
    try:
        yield
    finally:
        heart.cancel()
        await asyncio.gather(heart, return_exceptions=True)


def _fits(event: Arrived) -> bool:
    try:
        _ = event.fact
    except (ValueError, RecursionError):
        return False
    return True


def _header(message: Msg, name: str) -> str | None:
    return (message.headers or {}).get(name)


def _number(message: Msg) -> int | None:
    number = _header(message, "Lotse-Seq") or ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None


async def _no_text(envelope: Any) -> Any:
    raise AssertionError("reporting reads no text")
