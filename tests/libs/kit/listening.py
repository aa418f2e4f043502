"""A listener whose effects can be counted: review hears intake, and writes each event into a table of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg

from libs.contracts.envelope import Envelope
from libs.kit import gate as gates
from libs.kit.actor import SYSTEM
from libs.kit.consumer import Consumer, Later, Texts
from libs.kit.database import Database
from libs.kit.settings import Settings
from libs.kit.subscribers import Subscribers
from libs.kit.transaction import Cause, Tx
from tests.libs.kit.parts import NOON, message, opened, rows
from tests.stack.clock import HandClock

EFFECTS = """
CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, aggregate text, version int, event_id uuid);
GRANT SELECT, INSERT ON effect TO review
"""
WRITE = "INSERT INTO effect (aggregate, version, event_id) VALUES ($1, $2, $3)"


class Listener:
    """Review's gate for intake. `failing` holds the ids of events whose function raises after its effect."""

    def __init__(self, db: Database, texts: Texts) -> None:
        self.db = db
        self.failing: dict[UUID, Exception] = {}
        self.subscribers = Subscribers()
        self.subscribers.on_every(self._hear)
        self.consumer = Consumer(db, "intake", self.subscribers, texts)
        self.consumer.pause_seconds = 0.0

    async def _hear(self, tx: Tx, envelope: Envelope, raw: bytes) -> None:
        await tx.connection.execute(WRITE, envelope.subject, envelope.aggregateversion, envelope.id)
        if envelope.id in self.failing:
            raise self.failing[envelope.id]

    async def hear(self, *envelopes: Envelope) -> list[Later | None]:
        """Bring events as the bus would; what the gate said to each."""
        return [await self.consumer.receive(*message(envelope)) for envelope in envelopes]

    async def round(self) -> None:
        """What the timers do."""
        async with self.db.transaction(Cause(SYSTEM)) as tx:
            drainable = await gates.drainable(tx.connection)
        for _, aggregate in drainable:
            await self.consumer.drain(aggregate)

    async def effects(self, aggregate: str | None = None) -> list[int]:
        """The versions applied, in the order in which they were."""
        found = await rows(self.db, "SELECT aggregate, version FROM effect ORDER BY n")
        return [row["version"] for row in found if aggregate in (None, row["aggregate"])]

    async def gate(self, aggregate: str) -> tuple[int, str | None]:
        """(version, why parked)"""
        found = await rows(self.db, "SELECT version, parked FROM gate WHERE aggregate = $1", aggregate)
        return (found[0]["version"], found[0]["parked"]) if found else (0, None)

    async def parked(self) -> list[int]:
        return [row["version"] for row in await rows(self.db, "SELECT version FROM parked ORDER BY version")]

    async def letters(self, state: str = "open") -> list[tuple[str, int | None]]:
        """(reason, version) of dead letters."""
        sql = "SELECT reason, version FROM dead_letter WHERE state = $1 ORDER BY id"
        return [(row["reason"], row["version"]) for row in await rows(self.db, sql, state)]

    async def letter(self) -> UUID:
        """The id of the one open dead letter."""
        (row,) = await rows(self.db, "SELECT id FROM dead_letter WHERE state = 'open'")
        found: UUID = row["id"]
        return found


async def no_text(_: Envelope) -> Any:
    return None


@asynccontextmanager
async def listening(settings: Settings, texts: Texts = no_text) -> AsyncIterator[Listener]:
    """A listener on this database, which must be fresh."""
    assert settings.migration_database_url is not None
    owner = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    await owner.execute(EFFECTS)
    await owner.close()
    async with opened(settings, HandClock(NOON)) as db:
        yield Listener(db, texts)
