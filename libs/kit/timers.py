"""Deadlines are columns. One leader loop a service asks each capability what is due and runs its command for each row.

No job table and no cron: retention, leases and expiries are all the same loop, and every command re-checks what it
does, because between asking and doing somebody may have been faster.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from libs.kit import logs
from libs.kit.actor import SYSTEM
from libs.kit.database import AWAY, Database, connect, disconnect
from libs.kit.errors import Unavailable
from libs.kit.transaction import Cause, Tx

EVERY_SECONDS = 5.0
AT_ONCE = 100
LEADER_LOCK = 0x6C6F_7473_6503
KEY_HOURS = 24


@dataclass(frozen=True)
class Timer:
    """`due(tx, now, limit)` names what is due, `run(tx, item)` does one of it in a transaction of its own."""

    name: str
    due: Callable[[Tx, datetime, int], Awaitable[list[Any]]]
    run: Callable[[Tx, Any], Awaitable[object]]


class Timers:
    """The leader loop."""

    def __init__(self, db: Database, timers: list[Timer]) -> None:
        self.db, self.timers = db, [*timers, FORGET_KEYS]
        self._failing: dict[str, int] = {}

    async def run(self) -> None:
        """Lead when nobody else does, and start over after every failure."""
        while True:
            try:
                await self._lead()
            except (*AWAY, Unavailable, asyncpg.PostgresError) as failure:
                logs.event("timers_interrupted", logging.ERROR, error=failure)
            await asyncio.sleep(EVERY_SECONDS)

    async def _lead(self) -> None:
        connection = await connect(self.db.settings)
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEADER_LOCK):
                await asyncio.sleep(EVERY_SECONDS)
            while True:
                # A lock whose connection died is somebody else's; asking over it is how the leader learns that.
                await connection.execute("SELECT 1")
                await self.tick()
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            await disconnect(connection)

    async def tick(self) -> int:
        """One round; returns how many rows were done. What cannot be done, be it a row or a whole timer, keeps nothing
        else from its time."""
        done = 0
        for timer in self.timers:
            items = await self._due(timer)
            did = sum([await self._one(timer, item) for item in items])
            # The rows that fail come first again in the next round; they must not fill it.
            self._failing[timer.name] = len(items) - did
            done += did
        return done

    async def _due(self, timer: Timer) -> list[Any]:
        limit = AT_ONCE + self._failing.get(timer.name, 0)
        try:
            async with self.db.transaction(Cause(SYSTEM)) as tx:
                return await timer.due(tx, tx.now, limit)
        except Exception as refused:  # noqa: BLE001 - logged, and tried again with the next round
            await self._refused(timer, refused)
            return []

    async def _one(self, timer: Timer, item: Any) -> bool:
        try:
            async with self.db.transaction(Cause(SYSTEM)) as tx:
                await timer.run(tx, item)
        except Exception as refused:  # noqa: BLE001 - logged, and tried again with the next round
            await self._refused(timer, refused)
            return False
        return True

    async def _refused(self, timer: Timer, refused: Exception) -> None:
        """Raises `Unavailable` when the database is away for everybody, not for one row that somebody has locked."""
        logs.event("timer_refused", logging.ERROR, error=refused, timer=timer.name)
        if isinstance(refused, Unavailable):
            async with self.db.transaction(Cause(SYSTEM)):
                pass


async def _old_keys(tx: Tx, now: datetime, limit: int) -> list[datetime]:
    cutoff = now - timedelta(hours=KEY_HOURS)
    found = await tx.connection.fetchval("SELECT EXISTS (SELECT FROM idempotency WHERE created_at < $1)", cutoff)
    return [cutoff] if found else []


async def _drop_keys(tx: Tx, cutoff: datetime) -> None:
    await tx.connection.execute("DELETE FROM idempotency WHERE created_at < $1", cutoff)


FORGET_KEYS = Timer("idempotency.keys", _old_keys, _drop_keys)
