"""Readiness that tells the truth: what is wrong, by name, in words an operator can act on.

A burnt JetStream directory under a running server still looks healthy, acknowledges into nothing and reads from its
memory; a deleted durable is a silent hot loop; lazy fsync loses acknowledged messages when the power fails. The server
reports none of that by itself.
"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import asyncpg
import httpx
from nats.aio.client import Client

from libs.contracts.registry import facts_of, sources_for
from libs.kit import logs, telemetry
from libs.kit.actor import SYSTEM
from libs.kit.connection import BUS_AWAY, NOT_FOUND, ApiError, api
from libs.kit.database import Database
from libs.kit.errors import Unavailable
from libs.kit.provision import differences
from libs.kit.streams import consumers, event_stream, says_text, streams, text_stream
from libs.kit.transaction import Cause

GLANCE_SECONDS = 1.0
GLANCES = 10
CHECK_SECONDS = 5.0
STILL_SECONDS = 60.0
AWAY = "cannot be reached"
UNCONNECTED = "not connected; events wait in the event table"
REPLAY = "not what was published: run `lotse replay`"
PROVISION = "is missing: run `lotse bus provision`"

STATE = """
SELECT published_through AS through, coalesce((SELECT max(seq) FROM event_order), 0) AS last,
    coalesce((SELECT max(position) FROM event), 0) AS said,
    coalesce((SELECT max(position) FROM event_order), 0) AS numbered
FROM relay
"""
NEWEST_TEXT = """
SELECT e.concerns, e.event_id FROM event_order o JOIN event e USING (position) JOIN forgettable f USING (event_id)
WHERE o.seq <= $1 ORDER BY o.seq DESC LIMIT 1
"""


ASIDE = """
SELECT (SELECT count(*) FROM dead_letter WHERE state = 'open') AS dead, (SELECT count(*) FROM parked) AS parked
"""
_waiting = telemetry.meter.create_gauge("lotse.relay.waiting", description="Events that are not on the bus yet.")
_pending = telemetry.meter.create_gauge("lotse.consumer.pending", description="Events of a source not handed out yet.")
_dead = telemetry.meter.create_gauge("lotse.dead_letters", description="Dead letters nobody has decided about.")
_parked = telemetry.meter.create_gauge("lotse.parked", description="Events that wait for one before them.")
_ready = telemetry.meter.create_gauge("lotse.ready", description="1 while a check of /readyz finds nothing wrong.")


class Readiness:
    """Named checks and what is wrong with each; a check that was never made is wrong."""

    def __init__(self, *names: str) -> None:
        self.reasons: dict[str, str | None] = dict.fromkeys(names, "not checked yet")

    def set(self, name: str, reason: str | None) -> None:
        if self.reasons.get(name) != reason and reason is not None:
            logs.event("not_ready", code=name)
        self.reasons[name] = reason
        _ready.set(reason is None, {"check": name})

    @property
    def wrong(self) -> dict[str, str]:
        return {name: reason for name, reason in self.reasons.items() if reason is not None}


class Watchdog:
    """Looks every ten seconds, and every second while something is wrong; in between it glances at what goes away most
    often."""

    def __init__(self, db: Database, client: Callable[[], Client | None], readiness: Readiness) -> None:
        self.db, self.readiness, self._client = db, readiness, client
        self.service = db.settings.service
        self.still_seconds = STILL_SECONDS
        self._moved: dict[str, tuple[object, float]] = {}

    @property
    def client(self) -> Client:
        """The connection to the bus. Raises `Unavailable` while there is none."""
        client = self._client()
        if client is None or not client.is_connected:
            raise Unavailable("bus_unavailable", UNCONNECTED)
        return client

    async def run(self) -> None:
        while True:
            await self.look()
            for _ in range(GLANCES):
                await asyncio.sleep(GLANCE_SECONDS)
                await asyncio.gather(self._check("database", self._database), self._check("bus", self._bus))
                if self.readiness.wrong:
                    break

    async def look(self) -> None:
        """Make every check once, all at the same time: one that hangs must not hold up the others' truth."""
        checks = {
            "database": self._database,
            "bus": self._bus,
            "stream": self._stream,
            "consumers": self._consumers,
            "sync": self._sync,
        }
        await asyncio.gather(*(self._check(name, check) for name, check in checks.items()))

    async def _check(self, name: str, check: Callable[[], Awaitable[str | None]]) -> None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                self.readiness.set(name, await check())
        except (Unavailable, ApiError, asyncpg.PostgresError, *BUS_AWAY):
            self.readiness.set(name, AWAY)

    async def _database(self) -> str | None:
        aside = await self._row(ASIDE)
        _dead.set(aside["dead"])
        _parked.set(aside["parked"])
        return None

    async def _bus(self) -> str | None:
        client = self._client()
        return None if client is not None and client.is_connected else UNCONNECTED

    async def _stream(self) -> str | None:
        """The streams hold what was published, up to the last, and what was said is being published."""
        if not facts_of(self.service):
            return None
        state = await self._row(STATE)
        # Numbers leave no gap; the places of what has no number yet may, after a rollback.
        _waiting.set(state["last"] - state["through"] + max(state["said"] - state["numbered"], 0))
        return (
            await self._events(state["through"])
            or (says_text(self.service) and await self._texts(state["through"]))
            or self._waiting(state)
            or None
        )

    async def _events(self, through: int) -> str | None:
        name = event_stream(self.service)
        held, wrong = await self._held(name)
        if wrong:
            return wrong
        if held["state"]["messages"] < through:
            return f"{name} holds {held['state']['messages']} of {through} events, {REPLAY}"
        return None

    async def _texts(self, through: int) -> str | None:
        """The newest text that should be there is there."""
        name = text_stream(self.service)
        held, wrong = await self._held(name)
        if wrong:
            return wrong
        if (row := await self._row(NEWEST_TEXT, through)) is None:
            return None
        place = f"forgettable.{self.service}.{row['concerns']}.{row['event_id']}"
        reply = await self.client.request(f"$JS.API.DIRECT.GET.{name}.{place}", timeout=CHECK_SECONDS)
        if (reply.headers or {}).get("Nats-Subject") == place:
            return None
        # It may have been forgotten between the two looks.
        still = await self._row("SELECT FROM forgettable WHERE event_id = $1", row["event_id"])
        if still is None:
            return None
        filled = (await self._row("SELECT texts_of FROM relay"))["texts_of"] == held["created"]
        return f"{name} has lost a text, {REPLAY}" if filled else f"{name} is being filled again"

    async def _held(self, name: str) -> tuple[dict[str, Any], str | None]:
        """(what the server says of the stream, what is wrong with its configuration)"""
        try:
            info = await api(self.client, f"STREAM.INFO.{name}")
        except ApiError as refused:
            if refused.code in NOT_FOUND:
                return {}, f"{name} {PROVISION}"
            raise
        wanted = next(stream for stream in streams(info["config"]["num_replicas"]) if stream["name"] == name)
        drift = differences(wanted, info["config"])
        return info, f"{name} differs in {', '.join(drift)}: run `lotse bus check`" if drift else None

    def _waiting(self, state: asyncpg.Record) -> str | None:
        waits = state["said"] > state["numbered"] or state["last"] > state["through"]
        progress = (state["through"], state["numbered"]) if waits else None
        return "events wait and none is published" if self._stands_still("relay", progress) else None

    async def _consumers(self) -> str | None:
        """Every durable exists, is configured as wanted, and moves when something waits."""
        wanted = {stream: config for stream, config in consumers() if config["name"] == self.service}
        for source in sources_for(self.service):
            stream = event_stream(source)
            name = f"{stream}/{self.service}"
            try:
                info = await api(self.client, f"CONSUMER.INFO.{stream}.{self.service}")
            except ApiError as refused:
                if refused.code in NOT_FOUND:
                    return f"{name} {PROVISION}"
                raise
            _pending.set(info["num_pending"], {"source": source})
            if drift := differences(wanted[stream], info["config"]):
                return f"{name} differs in {', '.join(drift)}: run `lotse bus check`"
            if info.get("paused"):
                return f"{name} is paused"
            if self._stands_still(stream, info["delivered"]["consumer_seq"] if info["num_pending"] else None):
                return f"{name} has events waiting and does not move"
        return None

    def _stands_still(self, name: str, progress: object) -> bool:
        """Whether it has been the same for a minute; `None` is: nothing to do."""
        before, since = self._moved.get(name, (None, 0.0))
        if progress is None or progress != before:
            self._moved[name] = (progress, time.monotonic())
            return False
        return time.monotonic() - since > self.still_seconds

    async def _sync(self) -> str | None:
        """The server can write to its disk, and does before it acknowledges."""
        return await self._writes() or await self._syncs()

    async def _writes(self) -> str | None:
        """Make the server write: a pause that is over already changes nothing, but it is kept in a file. Reading would
        prove nothing, because a server whose directory was burnt reads from its memory."""
        over = (datetime.now(UTC) - timedelta(days=1)).isoformat()
        for source in sources_for(self.service):
            stream = event_stream(source)
            try:
                await api(self.client, f"CONSUMER.PAUSE.{stream}.{self.service}", {"pause_until": over})
            except ApiError as refused:
                if refused.code not in NOT_FOUND:
                    return f"the server cannot write to {stream}: look at its disk, then run `lotse replay`"
        return None

    async def _syncs(self) -> str | None:
        settings = self.db.settings
        if not settings.require_sync_always:
            return None
        if settings.nats_monitor_url is None:
            return "NATS_MONITOR_URL is not set, so nobody can tell whether the server syncs"
        try:
            async with httpx.AsyncClient(timeout=2, verify=_certificates()) as http:
                config = (await http.get(f"{settings.nats_monitor_url}/jsz")).json().get("config") or {}
        except (httpx.HTTPError, ValueError):
            return "the server's monitor port cannot be reached"
        return None if config.get("sync_always") else "set `sync_interval: always` in the server's jetstream block"

    async def _row(self, sql: str, *values: object) -> Any:
        async with self.db.transaction(Cause(SYSTEM)) as tx:
            return await tx.connection.fetchrow(sql, *values)


@cache
def _certificates() -> ssl.SSLContext:
    # Read once: it takes 16 ms at best, in which no request is answered.
    return httpx.create_ssl_context()
