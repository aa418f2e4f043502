"""What happens to one message: judge it, apply it in one transaction, and only then acknowledge.

Used by the FastStream wiring and by `dead-letters requeue`; both come through the same gate. Connection errors are
never counted against an event; any other exception gets eight attempts with growing delay and then a dead letter.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from libs.contracts.envelope import Envelope, Fact, decode, reading
from libs.kit import gate as gates
from libs.kit import logs, telemetry
from libs.kit.actor import SYSTEM
from libs.kit.database import Database
from libs.kit.deadletters import Poison, bury, conflict, tidy
from libs.kit.errors import Unavailable
from libs.kit.gate import Gate, Verdict, judge
from libs.kit.subscribers import Event, Retry, Subscribers
from libs.kit.transaction import Cause, Tx

ATTEMPTS = 8
GAP_SECONDS = 60.0
PAUSE_SECONDS = 1.0
REMEMBERED = 10_000
Texts = Callable[[Envelope], Awaitable[Any]]


@dataclass(frozen=True)
class Later:
    """Deliver again after `seconds`; the absence of it means: acknowledge."""

    seconds: float


class Consumer:
    """Applies the events of one source to one service."""

    def __init__(self, db: Database, source: str, subscribers: Subscribers, texts: Texts) -> None:
        self.db, self.source, self.subscribers, self.texts = db, source, subscribers, texts
        self.gap_seconds, self.pause_seconds = GAP_SECONDS, PAUSE_SECONDS
        self._failures: OrderedDict[object, int] = OrderedDict()
        self.gaps: OrderedDict[str, float] = OrderedDict()

    async def receive(self, raw: bytes, subject: str, message_id: str | None) -> Later | None:
        """Take one message as it came; None means acknowledge. Never raises for what the message holds."""
        try:
            envelope = trusted(raw, self.source, subject, message_id)
        except Poison as bad:
            return await self._bury(bad, raw)
        with telemetry.span(f"apply {envelope.type}", envelope.traceparent):
            return await self._attempt(envelope, raw)

    async def _attempt(self, envelope: Envelope, raw: bytes, *, parked: bool = False) -> Later | None:
        try:
            later = await self._apply(envelope, raw, parked)
        except Unavailable:
            # The loop that called waits with us: the next message would fare no better.
            await asyncio.sleep(self.pause_seconds)
            return Later(0.1)
        except Retry:
            return Later(0.5)
        except Poison as bad:
            return await self._bury(bad, raw)
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is counted
            return await self._count(envelope, raw, failure)
        if later is None:
            self._failures.pop(envelope.id, None)
        return later

    async def _count(self, envelope: Envelope, raw: bytes, failure: Exception) -> Later | None:
        attempts = self._failures.get(envelope.id, 0) + 1
        remember(self._failures, envelope.id, attempts)
        logs.event("event_failed", logging.ERROR, error=failure, event_id=str(envelope.id), attempt=attempts)
        if attempts < ATTEMPTS:
            return Later(min(30.0, 0.1 * 2**attempts))
        self._failures.pop(envelope.id, None)
        return await self._bury(Poison("failed", telemetry.place(failure), envelope), raw)

    async def _bury(self, bad: Poison, raw: bytes) -> Later | None:
        try:
            async with self.db.transaction(Cause(SYSTEM)) as tx:
                await bury(tx, self.source, bad, raw)
        except Unavailable:
            await asyncio.sleep(self.pause_seconds)
            return Later(0.1)
        return None

    async def _apply(self, envelope: Envelope, raw: bytes, parked: bool) -> Later | None:
        # Only an event that can be applied now must wait for its text: a twin may never have had one.
        text, late = None, None
        try:
            text = await self.text(envelope)
        except Retry as absent:
            late = absent
        async with self.db.transaction(Cause(SYSTEM, event=envelope)) as tx:
            gate = await gates.enter(tx.connection, self.source, envelope.subject)
            verdict = judge(gate, envelope.aggregateversion, envelope.id)
            if verdict is Verdict.GAP:
                verdict = self.gap(envelope.subject)
            if verdict is Verdict.GAP:
                return Later(0.5)
            if verdict is Verdict.APPLY:
                if late is not None and fitting(envelope) is not None:
                    raise late
                await self.run(tx, gate, envelope, raw, text)
            elif verdict is not Verdict.DUPLICATE:
                await self._put_aside(tx, gate, envelope, raw, verdict)
        if verdict is Verdict.APPLY:
            self.gaps.pop(envelope.subject, None)
            if gate.parked and not parked:
                await self.drain(envelope.subject)
        return None

    async def text(self, envelope: Envelope) -> Any:
        """The text beside an event, where a function here wants it; None when it was forgotten. Raises `Retry`."""
        return await self.texts(envelope) if self.subscribers.wants_text(envelope.type) else None

    async def _put_aside(self, tx: Tx, gate: Gate, envelope: Envelope, raw: bytes, verdict: Verdict) -> None:
        """Park it, or bury it where another event holds its version."""
        if verdict is Verdict.CONFLICT or not await gates.park(tx.connection, self.source, envelope, raw):
            await bury(tx, self.source, conflict(envelope), raw)
        elif gate.parked is None:
            await gates.move(tx.connection, self.source, {envelope.subject: replace(gate, parked="gap")})

    def gap(self, aggregate: str) -> Verdict:
        """A gap waits; one that stays open for a minute parks the aggregate, so that the others flow on."""
        now = asyncio.get_running_loop().time()
        since = self.gaps.get(aggregate, now)
        remember(self.gaps, aggregate, since)
        return Verdict.PARK if now - since >= self.gap_seconds else Verdict.GAP

    async def run(self, tx: Tx, gate: Gate, envelope: Envelope, raw: bytes, text: Any) -> None:
        """Hand the event to every function that wants it and move the gate; a forgetting is kept first, so that
        nothing is stored after it, and a text that was forgotten here while it was under way is not handed on. Raises
        `Poison` for data that does not fit."""
        fact = fitting(envelope)
        if fact is not None:
            if fact.forgets and envelope.service != tx.service:
                await mark_forgotten(tx, envelope)
            if text is not None and not await tx.is_kept(envelope.correlationid):
                text = None
            await self.subscribers.apply(tx, Event(fact, envelope), text)
        for whole in self.subscribers.every:
            await whole(tx, envelope, raw)
        passed = replace(gate, version=envelope.aggregateversion, event_id=envelope.id)
        await gates.move(tx.connection, self.source, {envelope.subject: passed})
        if gate.parked:
            await tidy(tx, self.source, envelope.subject, passed.version)

    async def drain(self, aggregate: str) -> int:
        """Apply parked events from the gate's next version on, each in its own transaction; returns how many. What
        fails is counted as ever and stays parked until the timers' next round."""
        applied = 0
        while (raw := await self._next(aggregate)) is not None:
            if await self._attempt(decode(raw), raw, parked=True) is not None:
                break
            applied += 1
        return applied

    async def _next(self, aggregate: str) -> bytes | None:
        """The parked event whose turn it is. When none waits any more, events flow again."""
        try:
            async with self.db.transaction(Cause(SYSTEM)) as tx:
                gate = await gates.enter(tx.connection, self.source, aggregate)
                if gate.parked != "gap":
                    return None
                waiting = await gates.waiting(tx.connection, self.source, aggregate, gate.version)
                if waiting is None:
                    await gates.move(tx.connection, self.source, {aggregate: replace(gate, parked=None)})
                elif waiting.version == gate.version + 1:
                    return waiting.raw
                return None
        except Unavailable:
            return None


async def mark_forgotten(tx: Tx, envelope: Envelope) -> None:
    """From here on this service stores nothing more that concerns the question."""
    await tx.connection.execute("SELECT lotse_forget($1, $2)", envelope.correlationid, envelope.id)


def check(raw: bytes, source: str, subject: str, message_id: str | None) -> Envelope:
    """Bytes to envelope. Raises `Poison` for what cannot be read, came under a false name, or does not fit its type."""
    envelope = trusted(raw, source, subject, message_id)
    fitting(envelope)
    return envelope


def trusted(raw: bytes, source: str, subject: str, message_id: str | None) -> Envelope:
    """Bytes to envelope. Raises `Poison` for what cannot be read, and for what came under a false name."""
    try:
        envelope = decode(raw)
    except (ValidationError, ValueError, RecursionError):
        raise Poison("unreadable", "not a CloudEvent of ours") from None
    named = envelope.bus_subject == subject and message_id in (None, str(envelope.id))
    if not (named and envelope.consistent and envelope.service == source):
        raise Poison("forged", "subject, source or message id disagree with the body")
    return envelope


def fitting(envelope: Envelope) -> Fact | None:
    """The fact inside, None when this release does not know its type. Raises `Poison` when its data does not fit: only
    when it is its turn, because a dead letter stands for the next version of its aggregate."""
    try:
        return reading(envelope)
    except (ValidationError, ValueError, RecursionError):
        raise Poison("invalid_data", "the data does not fit its type", envelope) from None


def remember(memory: "OrderedDict[Any, Any]", key: object, value: object) -> None:
    """Keep at most `REMEMBERED` entries, dropping the oldest."""
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
