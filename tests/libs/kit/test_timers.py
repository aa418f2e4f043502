"""Deadlines are done by one leader, each row in a transaction of its own."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from libs.kit import timers as module
from libs.kit.actor import SYSTEM
from libs.kit.database import Database
from libs.kit.errors import Conflict, Unavailable
from libs.kit.timers import AT_ONCE, Timer, Timers
from libs.kit.transaction import Cause, Tx
from tests.libs.kit.parts import one, rows
from tests.stack.clock import HandClock
from tests.stack.waiting import eventually

STATE = "INSERT INTO gate (source, aggregate, version) VALUES ('timer', $1, 1)"


def listed(*items: str, fails: dict[str, Exception] | None = None) -> Timer:
    """A timer with these rows due, each of which leaves a row, or fails."""

    async def due(tx: Tx, now: datetime, limit: int) -> list[str]:
        return list(items)

    async def run(tx: Tx, item: str) -> None:
        await tx.connection.execute(STATE, item)
        if fails and item in fails:
            raise fails[item]

    return Timer("test.rows", due, run)


async def done(db: Database) -> list[str]:
    found = await rows(db, "SELECT aggregate FROM gate WHERE source = 'timer' ORDER BY aggregate")
    return [row["aggregate"] for row in found]


@pytest.mark.parametrize("failure", [Conflict("not_now", ""), KeyError("a bug"), OSError("a file")])
async def test_a_row_that_fails_leaves_nothing_and_keeps_no_other_from_its_time(
    db: Database, failure: Exception
) -> None:
    assert await Timers(db, [listed("a", "b", "c", fails={"b": failure}), listed("d")]).tick() == 3
    assert await done(db) == ["a", "c", "d"]


async def test_a_row_the_database_refuses_keeps_no_other_from_its_time(db: Database) -> None:
    await Timers(db, [listed("a", "a", "b")]).tick()
    assert await done(db) == ["a", "b"]


async def test_a_timer_that_cannot_say_what_is_due_keeps_no_other_from_its_time(db: Database) -> None:
    async def broken(tx: Tx, now: datetime, limit: int) -> list[Any]:
        await tx.connection.fetchval("SELECT nothing")
        return []

    await Timers(db, [Timer("test.broken", broken, listed().run), listed("a")]).tick()
    assert await done(db) == ["a"]


async def test_now_is_the_services_clock(db: Database, clock: HandClock) -> None:
    seen: list[datetime] = []

    async def due(tx: Tx, now: datetime, limit: int) -> list[Any]:
        seen.append(now)
        return []

    timers = Timers(db, [Timer("test.clock", due, listed().run)])
    await timers.tick()
    clock.advance(days=365)
    await timers.tick()
    assert (seen[1] - seen[0]).days == 365


async def test_rows_that_always_fail_do_not_fill_every_round(db: Database) -> None:
    """More of them than one round takes, and all due before the others."""
    bad = {f"a{n:03}": KeyError("a bug") for n in range(AT_ONCE + 20)}

    async def due(tx: Tx, now: datetime, limit: int) -> list[str]:
        return [*bad, "b"][:limit]

    timers = Timers(db, [Timer("test.rows", due, listed(fails=dict(bad)).run)])
    for _ in range(3):
        await timers.tick()
    assert await done(db) == ["b"]


@pytest.mark.parametrize("statement", ["SET LOCAL statement_timeout = '20ms'", "SET LOCAL lock_timeout = '20ms'"])
async def test_a_row_that_takes_too_long_or_is_locked_keeps_no_other_from_its_time(
    db: Database, statement: str
) -> None:
    async def run(tx: Tx, item: str) -> None:
        if item == "b":
            await tx.connection.execute(statement)
            await tx.connection.execute("SELECT pg_advisory_xact_lock(7)")
        await tx.connection.execute(STATE, item)

    slow = Timer("test.slow", listed("a", "b", "c").due, run)
    async with db.transaction(Cause(SYSTEM)) as holder:
        await holder.connection.execute("SELECT pg_advisory_xact_lock(7)")
        assert await Timers(db, [slow, listed("d")]).tick() == 3
    assert await done(db) == ["a", "c", "d"]


async def test_a_database_that_is_away_stops_the_round(db: Database) -> None:
    done: list[str] = []

    async def run(tx: Tx, item: str) -> None:
        done.append(item)
        closing.append(asyncio.create_task(db.close()))
        await asyncio.sleep(0)

    closing: list[asyncio.Task[None]] = []
    with pytest.raises(Unavailable):
        await Timers(db, [Timer("test.away", listed("a", "b").due, run), Timer("test.b", listed("c").due, run)]).tick()
    await asyncio.gather(*closing)
    assert done == ["a"]


async def test_of_two_instances_one_does_the_work_and_the_other_takes_over(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.05)
    rounds = {"one": 0, "two": 0}

    def counting(name: str) -> Timer:
        async def due(tx: Tx, now: datetime, limit: int) -> list[Any]:
            rounds[name] += 1
            return []

        return Timer(f"test.{name}", due, listed().run)

    tasks = [asyncio.create_task(Timers(db, [counting(name)]).run()) for name in rounds]
    await eventually(lambda: sum(rounds.values()) > 3)
    assert 0 in rounds.values()
    leader = 0 if rounds["one"] else 1
    tasks[leader].cancel()
    await eventually(lambda: all(rounds.values()))
    tasks[1 - leader].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await one(db, "SELECT 1") == 1
