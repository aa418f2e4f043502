"""Bringing everything back onto a burnt bus, and mending dead letters, from the command line of one service."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from libs.contracts.envelope import decode
from libs.kit import deadletters, logs, telemetry
from libs.kit import gate as gates
from libs.kit.actor import SYSTEM
from libs.kit.connection import BUS_AWAY, bus_away, close, connect
from libs.kit.consumer import Consumer, check
from libs.kit.database import Database
from libs.kit.deadletters import DeadLetter, Poison
from libs.kit.errors import Conflict, LotseError
from libs.kit.forgetting import TextReader
from libs.kit.settings import Settings
from libs.kit.subscribers import Retry, Subscribers
from libs.kit.transaction import Cause

CONNECT_SECONDS = 10.0


async def rewind(db: Database) -> int:
    """Set the relay's mark back to the beginning; returns how many events it will publish again. The running relay
    notices: it never moves a mark that is not where it left it."""
    async with db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute("UPDATE relay SET published_through = 0, rewinds = rewinds + 1")
        return int(await tx.connection.fetchval("SELECT count(*) FROM event"))


async def progress(db: Database) -> tuple[int, int]:
    """(published, numbered) of this service's events."""
    async with db.transaction(Cause(SYSTEM)) as tx:
        row = await tx.connection.fetchrow(
            "SELECT published_through, (SELECT coalesce(max(seq), 0) FROM event_order) FROM relay"
        )
        return int(row[0]), int(row[1])


async def with_consumer(
    settings: Settings, db: Database, subscribers: Subscribers, source: str, work: Callable[[Consumer], Awaitable[int]]
) -> int:
    """Run `work` with a consumer of one source, outside the running service: both come through the same gate."""
    password = settings.nats_password.get_secret_value()
    try:
        connecting = connect(settings.nats_url, settings.nats_user, password, f"{settings.service}-mend")
        client = await asyncio.wait_for(connecting, CONNECT_SECONDS)
    except (TimeoutError, *BUS_AWAY) as away:
        raise bus_away() from away
    try:
        return await work(Consumer(db, source, subscribers, TextReader(client)))
    finally:
        await close(client)


async def requeue(consumer: Consumer, id: UUID) -> int:
    """Apply a dead letter again, now that its cause is mended, and then what waited behind it; returns how many
    events were applied. Raises `Conflict` when it is still poison, not its turn or fails again, and `NotFound`."""
    async with consumer.db.transaction(Cause(SYSTEM)) as tx:
        letter = await deadletters.shown(tx, id)
    try:
        await _apply(consumer, letter)
    except LotseError:
        raise
    except Retry as missing:
        raise Conflict(missing.code, "Something this event needs is not here yet.", retry_after=1) from missing
    except Exception as failure:
        logs.event("requeue_failed", logging.ERROR, error=failure)
        raise Conflict("failed_again", f"It failed again, at {telemetry.place(failure)}.") from failure
    assert letter.aggregate is not None
    return 1 + await consumer.drain(letter.aggregate)


async def _apply(consumer: Consumer, letter: DeadLetter) -> None:
    try:
        envelope = check(letter.raw, letter.source, decode(letter.raw).bus_subject, None)
    except (Poison, ValueError):
        raise Conflict("still_poison", "This message still cannot be read; skip it with a reason.") from None
    text = await consumer.text(envelope)
    async with consumer.db.transaction(Cause(SYSTEM, event=envelope)) as tx:
        gate = await deadletters.open_gate(tx, letter)
        if gate is None or gate.version + 1 != envelope.aggregateversion:
            raise Conflict(
                "not_its_turn", "An earlier event of this aggregate is missing, or this one was applied before."
            )
        await consumer.run(tx, gate, envelope, letter.raw, text)
        await deadletters.decide(tx, letter, "requeued", None)
        await deadletters.release(tx, letter, await gates.enter(tx.connection, letter.source, envelope.subject))


async def skip(db: Database, id: UUID, reason: str) -> DeadLetter:
    """Move on without a dead letter, for a coded reason. What waited behind it follows within the timers' next
    round.
    """
    async with db.transaction(Cause(SYSTEM)) as tx:
        letter = await deadletters.shown(tx, id)
        await deadletters.skip(tx, letter, reason)
        return letter
