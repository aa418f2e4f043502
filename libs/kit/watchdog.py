"""Readiness that tells the truth: what is wrong, by name, in words an operator can act on.

A burnt JetStream directory under a running server still looks healthy and acknowledges into nothing, a deleted
durable is a silent hot loop, and lazy fsync loses acknowledged messages when the power fails: the server reports none
of that by itself.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
from nats.aio.client import Client

from libs.contracts.registry import facts_of, sources_for
from libs.kit import logs
from libs.kit.actor import SYSTEM
from libs.kit.connection import BUS_AWAY, NOT_FOUND, ApiError, api
from libs.kit.database import Database
from libs.kit.errors import Unavailable
from libs.kit.provision import differences
from libs.kit.streams import consumers, event_stream, streams
from libs.kit.transaction import Cause

EVERY_SECONDS = 10.0
STILL_SECONDS = 60.0
REPLAY = "not what was published: run `lotse replay`"


class Readiness:
    """Named checks and what is wrong with each; a check that was never made is wrong."""

    def __init__(self, *names: str) -> None:
        self.reasons: dict[str, str | None] = dict.fromkeys(names, "not checked yet")

    def set(self, name: str, reason: str | None) -> None:
        if self.reasons.get(name) != reason and reason is not None:
            logs.event("not_ready", code=name)
        self.reasons[name] = reason

    @property
    def wrong(self) -> dict[str, str]:
        return {name: reason for name, reason in self.reasons.items() if reason is not None}


class Watchdog:
    """Looks every ten seconds, and at once when asked."""

    def __init__(self, db: Database, client: Client, readiness: Readiness, leading: Callable[[], bool]) -> None:
        self.db, self.client, self.readiness, self.leading = db, client, readiness, leading
        self.service = db.settings.service
        self._moved: dict[str, tuple[int, float]] = {}

    async def run(self) -> None:
        while True:
            await self.look()
            quick = bool(self.readiness.wrong)
            await asyncio.sleep(1.0 if quick else EVERY_SECONDS)

    async def look(self) -> None:
        """Make every check once."""
        for name, check in (
            ("database", self._database),
            ("bus", self._bus),
            ("stream", self._stream),
            ("consumers", self._consumers),
            ("sync", self._sync),
        ):
            try:
                self.readiness.set(name, await check())
            except (Unavailable, *BUS_AWAY):
                self.readiness.set(name, "cannot be reached")

    async def _database(self) -> str | None:
        async with self.db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.fetchval("SELECT 1")
        return None

    async def _bus(self) -> str | None:
        return None if self.client.is_connected else "not connected; events wait in the event table"

    async def _stream(self) -> str | None:
        """The stream holds what was published, up to the last."""
        if not facts_of(self.service):
            return None
        name = event_stream(self.service)
        through = await self._published_through()
        try:
            info = await api(self.client, f"STREAM.INFO.{name}")
        except ApiError as refused:
            return f"{name} is missing: run `lotse bus provision`" if refused.code in NOT_FOUND else "refused"
        wanted = next(stream for stream in streams(info["config"]["num_replicas"]) if stream["name"] == name)
        if drift := differences(wanted, info["config"]):
            return f"{name} differs in {', '.join(drift)}: run `lotse bus check`"
        state = info["state"]
        if state["messages"] < through:
            return f"{name} holds {state['messages']} of {through} events, {REPLAY}"
        return await self._last_is_there(name, state["last_seq"]) if state["messages"] else None

    async def _last_is_there(self, name: str, last_seq: int) -> str | None:
        # Asked for by number, because that is read from the disk: the counters of a burnt stream live on in memory.
        try:
            reply = await self.client.request(
                f"$JS.API.DIRECT.GET.{name}", f'{{"seq": {last_seq}}}'.encode(), timeout=2
            )
        except BUS_AWAY:
            return f"{name} does not give back its last event, {REPLAY}"
        headers = reply.headers or {}
        return None if headers.get("Lotse-Seq") else f"{name} has lost its last event, {REPLAY}"

    async def _published_through(self) -> int:
        async with self.db.transaction(Cause(SYSTEM)) as tx:
            return int(await tx.connection.fetchval("SELECT published_through FROM relay"))

    async def _consumers(self) -> str | None:
        """Every durable exists, is configured as wanted, and moves when something waits."""
        wanted = {stream: config for stream, config in consumers() if config["name"] == self.service}
        for source in sources_for(self.service):
            name = event_stream(source)
            try:
                info = await api(self.client, f"CONSUMER.INFO.{name}.{self.service}")
            except ApiError as refused:
                return (
                    f"{name}/{self.service} is missing: run `lotse bus provision`"
                    if refused.code in NOT_FOUND
                    else "refused"
                )
            if drift := differences(wanted[name], info["config"]):
                return f"{name}/{self.service} differs in {', '.join(drift)}: run `lotse bus check`"
            if self._stands_still(name, info):
                return f"{name}/{self.service} has events waiting and does not move"
        return None

    def _stands_still(self, name: str, info: dict[str, Any]) -> bool:
        delivered, waiting = info["delivered"]["consumer_seq"], info["num_pending"]
        before, since = self._moved.get(name, (-1, 0.0))
        if delivered != before or not waiting:
            self._moved[name] = (delivered, time.monotonic())
            return False
        return time.monotonic() - since > STILL_SECONDS

    async def _sync(self) -> str | None:
        """The server writes to the disk before it acknowledges."""
        settings = self.db.settings
        if not settings.require_sync_always or settings.nats_monitor_url is None:
            return None
        try:
            async with httpx.AsyncClient(timeout=2) as http:
                config = (await http.get(f"{settings.nats_monitor_url}/jsz")).json().get("config") or {}
        except (httpx.HTTPError, ValueError):
            return "the server's monitor port cannot be reached"
        return None if config.get("sync_always") else "set `sync_interval: always` in the server's jetstream block"
