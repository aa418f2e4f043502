"""Whether a database knows all it knew once: held against the bus before anybody is let in.

The bus remembers: the service's own stream holds what it said, and its durables how far it had acknowledged what it
heard. A database that knows less was restored from a backup, and may hold what was erased since.
"""

import asyncio
import logging
import os
import signal
from dataclasses import dataclass

import asyncpg
from nats.aio.client import Client

from libs.contracts.envelope import Envelope
from libs.contracts.registry import facts_of, sources_for
from libs.kit import logs
from libs.kit.actor import SYSTEM
from libs.kit.connection import BUS_AWAY, NOT_FOUND, ApiError, api
from libs.kit.consumer import Consumer
from libs.kit.database import AWAY, Database
from libs.kit.errors import Conflict, Unavailable
from libs.kit.forgetting import TextReader
from libs.kit.running import Running
from libs.kit.streams import ACK_PENDING, event_stream
from libs.kit.transaction import Cause
from libs.restoring.catching_up import catch_up, own, unknown
from libs.restoring.stored import AT_ONCE, Stored, pages, span

CHECK = "restored"
RETRY_SECONDS = 0.5
LOOK_SECONDS = 1.0
WAITS = "this database came from elsewhere: it waits for the bus, to learn what it does not know yet"
CATCHES_UP = "restored from a backup: it learns again what was said and heard since"
BEYOND = "this database came from elsewhere, and the bus does not hold all it said: see retention.md, 'Restoring'"
CONTRADICTS = "what this database says since the backup contradicts the bus: restore it once more, with the bus there"
# A dump that was loaded, a standby that was promoted, a recovery to a moment: each changes one of these. A copy of the
# files does not, and is found out by the bus alone.
PLACE = """
concat_ws('/', (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
    (SELECT oid FROM pg_database WHERE datname = current_database()), pg_relation_filenode('relay'))
"""
AT_HOME = f"SELECT home IS NOT DISTINCT FROM {PLACE} FROM relay"
SETTLE = f"UPDATE relay SET home = {PLACE}"


@dataclass(frozen=True)
class Found:
    """How a database stands to the bus. `older`: it does not know what it said; `forgot`: the sources of which it does
    not know all that it acknowledged; `beyond`: it has published what the bus does not hold."""

    older: bool
    forgot: tuple[str, ...]
    beyond: bool


class Agreement:
    """Made by kit's `Running` for itself; holds its database until it agrees with the bus."""

    def __init__(self, running: Running) -> None:
        self.running, self.db, self.readiness = running, running.db, running.readiness

    async def at_home(self) -> bool:
        """Whether the database is where it last agreed with the bus, and so can be served from while that is away."""
        return await at_home(self.db)

    async def reach(self, client: Client) -> None:
        """Hold the database against the bus, and let nobody in while it does not know all it knew once."""
        while True:
            try:
                if (wrong := await self._disagreement(client)) is None:
                    return await settle(self.db)
                self.readiness.set(CHECK, wrong)
            except (Unavailable, ApiError, *BUS_AWAY, *AWAY) as away:
                self.readiness.set(CHECK, WAITS if self.db.held else None)
                logs.event("not_compared", logging.ERROR, error=away)
            await asyncio.sleep(RETRY_SECONDS)

    async def _disagreement(self, client: Client) -> str | None:
        found = await compare(self.db, client)
        if found.beyond and not await at_home(self.db):
            return BEYOND
        if found.older or found.forgot:
            self.db.held = True
            self.readiness.set(CHECK, CATCHES_UP)
            texts, subscribers = TextReader(client), self.running.subscribers
            consumers = [Consumer(self.db, source, subscribers, texts) for source in found.forgot]
            try:
                await catch_up(client, consumers, self.running)
            except (Conflict, asyncpg.UniqueViolationError):
                return CONTRADICTS
        return None

    async def watch(self) -> None:
        """End the process when another database is put in the place of the one that agreed: it starts anew and asks."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await at_home(self.db):
                    continue
            except (Unavailable, asyncpg.PostgresError):
                continue
            logs.event("database_replaced", logging.ERROR, error=RuntimeError("replaced"))
            os.kill(os.getpid(), signal.SIGTERM)


async def at_home(db: Database) -> bool:
    """Whether this is where the database last agreed with the bus, so that it holds all it ever held."""
    async with db.transaction(Cause(SYSTEM)) as tx:
        return bool(await tx.connection.fetchval(AT_HOME))


async def settle(db: Database) -> None:
    """From here on the database is taken for whole in this place."""
    async with db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute(SETTLE)


async def compare(db: Database, client: Client) -> Found:
    """Hold a database against the bus. Raises `Unavailable` when either is away."""
    service = db.settings.service
    last = await _last(client, service) if facts_of(service) else None
    forgot = [source for source in sources_for(service) if await _forgot(db, client, source)]
    async with db.transaction(Cause(SYSTEM)) as tx:
        through = await tx.connection.fetchval("SELECT published_through FROM relay")
        known = "SELECT EXISTS (SELECT FROM event WHERE event_id = $1)"
        older = last is not None and not await tx.connection.fetchval(known, last[0].id)
    return Found(older, tuple(forgot), through > (last[1].seq if last else 0))


async def _last(client: Client, service: str) -> tuple[Envelope, Stored] | None:
    """The last of the service's own events on its stream, among whatever else may have been put there after it."""
    stream = event_stream(service)
    first, last = await span(client, stream)
    said = [one async for page in pages(client, stream, max(first, last - AT_ONCE), last) for one in own(page, service)]
    return said[-1] if said else None


async def _forgot(db: Database, client: Client, source: str) -> bool:
    """Whether more of what was delivered is unknown here than still waits to be acknowledged. What is asked first can
    only be overtaken by the database, so one that is whole never looks as if it were not."""
    stream = event_stream(source)
    try:
        info = await api(client, f"CONSUMER.INFO.{stream}.{db.settings.service}")
    except ApiError as refused:
        if refused.code in NOT_FOUND:
            return False
        raise
    last = info["delivered"]["stream_seq"]
    # One that had to wait may have been acknowledged after many that came later: so many back at most.
    first = max(min(info["ack_floor"]["stream_seq"], last - ACK_PENDING), 1)
    missing = 0
    async for page in pages(client, stream, first, last):
        missing += await unknown(db, source, page)
    return missing > int(info["num_ack_pending"])
