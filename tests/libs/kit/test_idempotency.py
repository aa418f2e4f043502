"""One Idempotency-Key is one effect and one reply."""

import asyncio
import hashlib
from typing import Any

import pytest

from libs.kit.actor import SYSTEM
from libs.kit.database import Database
from libs.kit.errors import Conflict, Invalid
from libs.kit.ids import new_id
from libs.kit.timers import Timers
from libs.kit.transaction import Cause, Key, Replay, Reply
from tests.libs.kit.parts import captured, emit, one
from tests.stack.clock import HandClock


def key(name: str = "a", body: bytes = b"body") -> Key:
    return Key(hashlib.sha256(name.encode()).digest(), hashlib.sha256(body).digest())


async def capture(db: Database, wanted: Key, status: int = 201, **reply: Any) -> Reply:
    """What an endpoint does."""
    async with db.transaction(Cause(SYSTEM, key=wanted)) as tx:
        question = new_id()
        emit(tx, captured(), question, 1)
        return tx.reply(status, {"id": question}, **reply)


async def counted(db: Database) -> tuple[int, int]:
    """(events, remembered replies)"""
    events = await one(db, "SELECT count(*) FROM event")
    return events, await one(db, "SELECT count(*) FROM idempotency")


async def test_the_same_request_again_is_answered_with_the_stored_reply_and_changes_nothing(db: Database) -> None:
    first = await capture(db, key(), version=1, location="/x")
    with pytest.raises(Replay) as replay:
        await capture(db, key())
    again = replay.value.reply
    assert (again.status, again.body) == (201, first.body)
    assert again.headers == {"ETag": '"1"', "Location": "/x", "Idempotency-Replayed": "true"}
    assert await counted(db) == (1, 1)


async def test_a_key_used_for_another_body_is_refused(db: Database) -> None:
    await capture(db, key())
    with pytest.raises(Invalid, match="idempotency_key_reused"):
        await capture(db, key(body=b"another"))
    assert await counted(db) == (1, 1)


async def test_a_key_that_is_being_worked_on_is_a_conflict_and_then_a_replay(db: Database) -> None:
    async with db.transaction(Cause(SYSTEM, key=key())) as tx:
        emit(tx, captured(), new_id(), 1)
        tx.reply(201, {})
        with pytest.raises(Conflict) as conflict:
            await capture(db, key())
        assert (conflict.value.code, conflict.value.retry_after) == ("in_flight", 1)
        await capture(db, key("another"))
    with pytest.raises(Replay):
        await capture(db, key())
    assert await counted(db) == (2, 2)


async def test_of_many_at_once_one_takes_effect(db: Database) -> None:
    asked = await asyncio.gather(*(capture(db, key()) for _ in range(40)), return_exceptions=True)
    assert sum(isinstance(answer, Reply) for answer in asked) == 1
    assert all(isinstance(answer, Reply | Replay | Conflict) for answer in asked)
    assert await counted(db) == (1, 1)


async def test_a_request_that_failed_may_be_sent_again(db: Database) -> None:
    with pytest.raises(ValueError, match="no"):
        async with db.transaction(Cause(SYSTEM, key=key())) as tx:
            tx.reply(201, {})
            raise ValueError("no")
    await capture(db, key())
    assert await counted(db) == (1, 1)


@pytest.mark.parametrize(("status", "stored"), [(200, 1), (201, 1), (202, 1), (303, 0), (404, 0), (409, 0), (503, 0)])
async def test_only_success_is_remembered(db: Database, status: int, stored: int) -> None:
    await capture(db, key(), status)
    assert await counted(db) == (1, stored)


async def test_a_reply_without_a_key_is_not_remembered(db: Database) -> None:
    async with db.transaction(Cause(SYSTEM)) as tx:
        emit(tx, captured(), new_id(), 1)
        assert tx.reply(201, {"id": "x"}).body == b'{"id":"x"}'
    assert await counted(db) == (1, 0)


async def test_a_reply_is_remembered_even_when_nothing_was_said(db: Database) -> None:
    async with db.transaction(Cause(SYSTEM, key=key())) as tx:
        tx.reply(200, {"duplicate": True})
    with pytest.raises(Replay):
        await capture(db, key())
    assert await counted(db) == (0, 1)


async def test_keys_are_dropped_after_24_hours_and_not_before(db: Database, clock: HandClock) -> None:
    timers = Timers(db, [])
    await capture(db, key("old"))
    clock.advance(hours=23, minutes=59)
    await capture(db, key("new"))
    await timers.tick()
    assert await counted(db) == (2, 2)
    clock.advance(minutes=2)
    await timers.tick()
    assert await counted(db) == (2, 1)
    await capture(db, key("old"))
    with pytest.raises(Replay):
        await capture(db, key("new"))


async def test_a_key_that_is_dropped_while_it_is_asked_for_is_no_crash(db: Database, clock: HandClock) -> None:
    await capture(db, key())
    clock.advance(hours=25)
    outcomes = await asyncio.gather(capture(db, key()), Timers(db, []).tick(), return_exceptions=True)
    assert isinstance(outcomes[0], Reply | Replay | Conflict)
