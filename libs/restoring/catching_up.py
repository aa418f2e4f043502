"""A database that came back from a backup learns again what it said and heard since.

What it said is taken back into the event table as the same bytes under the same numbers; what it heard is heard again.
So every erasure since the backup has been done again before a text can be read or published. Records that were made or
changed since do not come back: they stand as in the backup, under the version their log has reached.
"""

import asyncio
import logging
from typing import Any

from nats.aio.client import Client

from libs.contracts.envelope import Envelope
from libs.kit import gate as gates
from libs.kit import logs
from libs.kit.actor import SYSTEM
from libs.kit.consumer import Consumer, fitting, trusted
from libs.kit.database import Database, connect
from libs.kit.deadletters import Poison
from libs.kit.gate import Verdict, judge
from libs.kit.running import Numbering, Running
from libs.kit.streams import event_stream
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Cause, Tx
from libs.restoring.stored import Stored, pages, span

LOCK = 0x6C6F_7473_6504
UNKNOWN = """
SELECT count(*) FROM unnest($2::text[], $3::int[], $4::uuid[]) AS e(aggregate, version, id) WHERE NOT EXISTS (
    SELECT FROM gate g WHERE g.source = $1 AND g.aggregate = e.aggregate AND g.version >= e.version
) AND NOT EXISTS (
    SELECT FROM parked p WHERE p.source = $1 AND p.aggregate = e.aggregate AND p.version = e.version
) AND NOT EXISTS (SELECT FROM dead_letter d WHERE d.event_id = e.id)
"""
TAKE_BACK = """
WITH back AS (
    INSERT INTO event (event_id, aggregate, version, concerns, bytes) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (event_id) DO NOTHING RETURNING position
), numbered AS (
    INSERT INTO event_order (seq, position)
    SELECT $6, coalesce((SELECT position FROM back), (SELECT position FROM event WHERE event_id = $1))
    ON CONFLICT (position) DO NOTHING
)
SELECT EXISTS (SELECT FROM back)
"""
NUMBERED = "SELECT event_id FROM event JOIN event_order USING (position) WHERE event_id = ANY($1)"
PUBLISHED = "UPDATE relay SET published_through = greatest(published_through, $1), rewinds = rewinds + 1"
ANSWERED = """
SELECT EXISTS (SELECT FROM event WHERE concerns = $1 AND convert_from(bytes, 'UTF8')::jsonb ->> 'causationid' = $2)
"""
# An aggregate's own row stands in the table of its name.
ROOT = """
SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = to_regclass($1) AND i.indisprimary AND i.indnatts = 1
    AND EXISTS (SELECT FROM pg_attribute v WHERE v.attrelid = i.indrelid AND v.attname = 'version')
"""


async def unknown(db: Database, source: str, page: list[Stored]) -> int:
    """How many of these events were neither applied nor put aside here; what cannot be read is none."""
    read = [envelope for one in page if (envelope := readable(one, source)) is not None]
    columns = [one.subject for one in read], [one.aggregateversion for one in read], [one.id for one in read]
    async with db.transaction(Cause(SYSTEM)) as tx:
        return int(await tx.connection.fetchval(UNKNOWN, source, *columns))


def readable(one: Stored, source: str) -> Envelope | None:
    """The envelope, or None for what cannot be read or came under a false name."""
    try:
        return trusted(one.raw, source, one.subject, one.message_id)
    except Poison:
        return None


def own(page: list[Stored], service: str) -> list[tuple[Envelope, Stored]]:
    """What its relay published: numbered, and under its name."""
    read = [(readable(one, service), one) for one in page if one.seq]
    return [(envelope, one) for envelope, one in read if envelope is not None]


async def catch_up(client: Client, consumers: list[Consumer], running: Running) -> None:
    """Take back what was said, and hear again what was heard. Two processes of a service do it one after the other."""
    db = running.db
    lock = await connect(db.settings, statement_timeout="0")
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", LOCK)
        taken = await _take_back(db, client, running.subscribers)
        heard = sum([await _hear(client, consumer, running.numbering) for consumer in consumers])
        logs.event("restored", logging.WARNING, count=taken, found=heard)
    finally:
        await lock.close(timeout=2)


async def _take_back(db: Database, client: Client, subscribers: Subscribers) -> int:
    """Put what is on the own stream and not in the event table back there, under its old number. In the stream's order
    and each with its consequences, so that the last of them is only known when all have been dealt with."""
    service, taken, seq = db.settings.service, 0, 0
    stream = event_stream(service)
    async for page in pages(client, stream, *await span(client, stream)):
        said = own(page, service)
        async with db.transaction(Cause(SYSTEM)) as tx:
            numbered = {row[0] for row in await tx.connection.fetch(NUMBERED, [envelope.id for envelope, _ in said])}
        for envelope, one in said:
            seq = max(seq, one.seq)
            if envelope.id not in numbered:
                taken += await _put(db, envelope, one, subscribers)
    async with db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute(PUBLISHED, seq)
    return taken


async def _put(db: Database, envelope: Envelope, one: Stored, subscribers: Subscribers) -> bool:
    """Put one back, and let the service's own functions learn of it: it never comes to them by the bus. False when it
    was there and had only no number."""
    values = envelope.id, envelope.subject, envelope.aggregateversion, envelope.correlationid, one.raw, one.seq
    async with db.transaction(Cause(SYSTEM, event=envelope)) as tx:
        if not await tx.connection.fetchval(TAKE_BACK, *values):
            return False
        if (fact := fitting(envelope)) is not None:
            if fact.forgets:
                tx.outgoing.forgets.append((envelope.correlationid, envelope.id))
            await subscribers.apply(tx, Event(fact, envelope), None)
            _say_nothing(tx)
        await _renumber(tx, envelope.subject)
    return True


async def _hear(client: Client, consumer: Consumer, numbering: Numbering | None) -> int:
    """Bring everything a source ever said to the gates again; returns how many events were new."""
    db, source, stream, heard = consumer.db, consumer.source, event_stream(consumer.source), 0
    async for page in pages(client, stream, *await span(client, stream)):
        if not await unknown(db, source, page):
            continue
        for one in page:
            if await unknown(db, source, [one]):
                await _hear_one(consumer, one, numbering)
                heard += 1
    return heard


async def _hear_one(consumer: Consumer, one: Stored, numbering: Numbering | None) -> None:
    envelope = readable(one, consumer.source)
    assert envelope is not None, "only what could be read is unknown"
    if numbering is not None:
        async with consumer.db.transaction(Cause(SYSTEM)) as tx:
            await numbering(tx, envelope, one.raw, one.seq)
    if await _answered(consumer, envelope, one.raw):
        return
    while (later := await consumer.receive(one.raw, one.subject, one.message_id)) is not None:
        await asyncio.sleep(later.seconds)


async def _answered(consumer: Consumer, envelope: Envelope, raw: bytes) -> bool:
    """Pass an event whose answer stands in the log already: it is not given again. Only a forgetting is carried out
    once more, without a word."""
    async with consumer.db.transaction(Cause(SYSTEM, event=envelope)) as tx:
        if not await tx.connection.fetchval(ANSWERED, envelope.correlationid, str(envelope.id)):
            return False
        gate = await gates.enter(tx.connection, consumer.source, envelope.subject)
        if judge(gate, envelope.aggregateversion, envelope.id) is not Verdict.APPLY:
            return False
        fact = fitting(envelope)
        if fact is None or not fact.forgets:
            passed = gates.Gate(envelope.aggregateversion, envelope.id)
            await gates.move(tx.connection, consumer.source, {envelope.subject: passed})
            return True
        await consumer.run(tx, gate, envelope, raw, None)
        for aggregate in _say_nothing(tx):
            await _renumber(tx, aggregate)
    return True


def _say_nothing(tx: Tx) -> list[str]:
    """Drop what would be said a second time; returns the aggregates it was about."""
    about = sorted({aggregate for _, aggregate, *_ in tx.outgoing.events})
    tx.outgoing.events.clear()
    tx.outgoing.texts.clear()
    return about


async def _renumber(tx: Tx, aggregate: str) -> None:
    """Give an aggregate's row the version that its log has reached: the next event is the next in line."""
    table, _, id = aggregate.partition("/")
    key: Any = await tx.connection.fetchval(ROOT, table)
    if key is not None:
        reached = "(SELECT max(version) FROM event WHERE aggregate = $1)"
        await tx.connection.execute(
            f'UPDATE "{table}" SET version = {reached} WHERE "{key}"::text = $2 AND version <> {reached}', aggregate, id
        )
