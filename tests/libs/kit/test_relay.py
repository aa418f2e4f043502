"""The relay brings what is committed to the bus, in one dense order, and loses nothing on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nats.aio.client import Client

from libs.contracts.envelope import Envelope, encode
from libs.kit import publishing, replay
from libs.kit.connection import api
from libs.kit.database import Database, connect
from libs.kit.ids import new_id
from libs.kit.provision import provision
from libs.kit.relay import LEADER_LOCK, Relay
from tests.libs.kit.parts import captured, empty_bus, event, messages, one, rows, say, taken, user
from tests.stack.stack import Stack
from tests.stack.waiting import eventually

INSERT = "INSERT INTO event (event_id, aggregate, version, concerns, bytes) VALUES ($1, $2, $3, $4, $5)"
ORDER = "SELECT seq, version, aggregate FROM event_order JOIN event USING (position) ORDER BY seq"


@pytest.fixture
async def relay(db: Database, bus: Client, stack: Stack) -> AsyncIterator[Relay]:
    """A relay that is driven step by step."""
    async with user(stack, "intake") as client:
        yield Relay(db, client)


@pytest.fixture
async def line(db: Database) -> AsyncIterator[Any]:
    """The relay's own connection."""
    connection = await connect(db.settings)
    yield connection
    await connection.close()


@asynccontextmanager
async def at_work(*relays: Relay) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def insert(connection: Any, envelope: Envelope) -> None:
    """One event, in a transaction the test holds open."""
    values = (envelope.id, envelope.subject, envelope.aggregateversion, envelope.correlationid, encode(envelope))
    await connection.execute(INSERT, *values)


async def numbered(db: Database) -> list[tuple[int, int]]:
    return [(row["seq"], row["version"]) for row in await rows(db, ORDER)]


async def sequences(bus: Client) -> list[int]:
    return [int(message["Lotse-Seq"]) for message in await messages(bus)]


async def test_what_is_committed_is_published_in_its_order_with_its_number_and_its_id(
    db: Database, bus: Client, relay: Relay, line: Any
) -> None:
    question = await say(db, captured(), taken(), taken())
    assert await relay.step(line) == 3 and await relay.step(line) == 0
    found = await messages(bus)
    assert [message["Lotse-Seq"] for message in found] == ["1", "2", "3"]
    assert [message["subject"].split(".")[4] for message in found] == ["captured", "taken", "taken"]
    assert {message["subject"].split(".")[3] for message in found} == {str(question)}
    ids = [str(row["event_id"]) for row in await rows(db, "SELECT event_id FROM event ORDER BY position")]
    assert [message["Nats-Msg-Id"] for message in found] == ids
    assert {message["Nats-Expected-Stream"] for message in found} == {"EV_INTAKE"}
    assert await replay.progress(db) == (3, 3)


async def test_a_slow_transaction_that_commits_late_is_numbered_later_and_not_lost(
    db: Database, bus: Client, relay: Relay, line: Any
) -> None:
    slow = await asyncpg.connect(db.settings.database_url.get_secret_value())
    transaction = slow.transaction()
    await transaction.start()
    await insert(slow, event(taken(), new_id(), 77))
    for _ in range(3):
        await say(db, captured())
        await relay.step(line)
    await transaction.commit()
    await say(db, captured())
    await relay.step(line)
    assert await numbered(db) == [(1, 1), (2, 1), (3, 1), (4, 77), (5, 1)]
    assert await sequences(bus) == [1, 2, 3, 4, 5]
    await slow.close()


async def test_a_new_leader_finds_what_was_committed_late_under_an_old_one(
    db: Database, bus: Client, relay: Relay, line: Any, stack: Stack
) -> None:
    slow = await asyncpg.connect(db.settings.database_url.get_secret_value())
    transaction = slow.transaction()
    await transaction.start()
    await insert(slow, event(taken(), new_id(), 77))
    await say(db, captured())
    await relay.step(line)
    await transaction.commit()
    await slow.close()
    async with user(stack, "intake") as client:
        assert await Relay(db, client).step(line) == 1
    assert await numbered(db) == [(1, 1), (2, 77)]


# What may happen, in any order: slot n begins or ends (commits or rolls back), or the relay looks.
STEPS = st.lists(st.tuples(st.sampled_from(["begin", "commit", "roll back", "look", "new leader"]), st.integers(0, 3)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
async def test_whatever_the_order_of_commits_every_event_is_numbered_once_and_densely(
    db: Database, relay: Relay, line: Any, steps: list[tuple[str, int]]
) -> None:
    open_ones: dict[int, tuple[Any, Any, Envelope]] = {}
    committed = {str(row["event_id"]) for row in await rows(db, "SELECT event_id FROM event")}
    for step, slot in [*steps, *(("commit", slot) for slot in range(4)), ("look", 0)]:
        if step == "begin" and slot not in open_ones:
            connection = await asyncpg.connect(db.settings.database_url.get_secret_value())
            await (transaction := connection.transaction()).start()
            await insert(connection, envelope := event(taken(), new_id(), 1))
            open_ones[slot] = (connection, transaction, envelope)
        elif step in ("commit", "roll back") and slot in open_ones:
            connection, transaction, envelope = open_ones.pop(slot)
            await (transaction.commit() if step == "commit" else transaction.rollback())
            committed |= {str(envelope.id)} if step == "commit" else set()
            await connection.close()
        elif step == "look":
            await relay._number(line)
        elif step == "new leader":
            relay._low_xid = "0"
    found = await rows(db, "SELECT seq, event_id FROM event_order JOIN event USING (position) ORDER BY seq")
    assert [row["seq"] for row in found] == list(range(1, len(found) + 1))
    assert {str(row["event_id"]) for row in found} == committed


async def test_a_crash_between_commit_and_publish_loses_nothing(
    db: Database, bus: Client, relay: Relay, line: Any, stack: Stack
) -> None:
    await say(db, captured(), taken())
    await relay._number(line)
    async with user(stack, "intake") as client:
        assert await Relay(db, client).step(line) == 2
    assert await sequences(bus) == [1, 2]


async def test_a_crash_between_publish_and_mark_publishes_again_under_the_same_ids(
    db: Database, bus: Client, relay: Relay, line: Any, stack: Stack
) -> None:
    await say(db, captured(), taken())
    await relay.step(line)
    await line.execute("UPDATE relay SET published_through = 0")
    async with user(stack, "intake") as client:
        assert await Relay(db, client).step(line) == 2
    assert await sequences(bus) == [1, 2]
    assert await replay.progress(db) == (2, 2)


async def test_a_second_relay_takes_over_when_the_leaders_connection_dies(
    db: Database, bus: Client, stack: Stack
) -> None:
    async with user(stack, "intake") as one_client, user(stack, "intake") as other_client:
        relays = [Relay(db, one_client), Relay(db, other_client)]
        async with at_work(*relays):
            await eventually(lambda: any(relay.leading for relay in relays))
            assert sum(relay.leading for relay in relays) == 1
            for _ in range(2):
                await asyncio.gather(*(say(db, captured(), taken()) for _ in range(20)), _end_leader(stack, db))
            await eventually(lambda: _all_published(db, 80), 10)
    assert sorted(set(await sequences(bus))) == list(range(1, 81))


HOLDER = """
SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND granted
AND classid::bigint << 32 | objid::bigint = $1 AND datname = $2
"""


async def _end_leader(stack: Stack, db: Database) -> None:
    admin = await asyncpg.connect(stack.admin_url)
    name = await one(db, "SELECT current_database()")
    leader = await eventually(lambda: admin.fetchval(HOLDER, LEADER_LOCK, name))
    assert await admin.fetchval("SELECT pg_terminate_backend($1)", leader)
    await admin.close()


async def _all_published(db: Database, count: int) -> bool:
    return await replay.progress(db) == (count, count)


async def test_nothing_is_lost_when_the_mark_is_set_back_while_the_relay_publishes(
    db: Database, bus: Client, relay: Relay
) -> None:
    async with at_work(relay):
        for _ in range(3):
            await asyncio.gather(*(say(db, captured(), taken()) for _ in range(60)), _burn_and_replay(bus, db))
        await eventually(lambda: _all_published(db, 360), 15)
        found = await eventually(lambda: _whole(bus, 360), 5)
    assert found


async def _burn_and_replay(bus: Client, db: Database) -> None:
    await empty_bus(bus)
    await replay.rewind(db)


async def _whole(bus: Client, count: int) -> bool:
    return sorted(set(await sequences(bus))) == list(range(1, count + 1))


async def test_a_rewind_to_where_the_batch_began_is_not_overrun(
    db: Database, bus: Client, relay: Relay, line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say(db, captured(), taken())
    publish = relay.publisher.publish

    async def then_the_bus_burns(batch: list[publishing.Row]) -> int:
        passed = await publish(batch)
        await _burn_and_replay(bus, db)
        return passed

    monkeypatch.setattr(relay.publisher, "publish", then_the_bus_burns)
    await relay.step(line)
    monkeypatch.undo()
    await relay.step(line)
    assert await sequences(bus) == [1, 2]


async def test_a_stream_of_another_name_gets_nothing(db: Database, bus: Client, relay: Relay, line: Any) -> None:
    await api(bus, "STREAM.DELETE.EV_INTAKE")
    await api(bus, "STREAM.CREATE.OTHER", {"name": "OTHER", "subjects": ["ev.intake.>"], "allow_atomic": True})
    try:
        for count in (1, 100):
            await asyncio.gather(*(say(db, taken()) for _ in range(count)))
            with pytest.raises(Exception, match=r"(?i)stream"):
                await relay.step(line)
            assert (await api(bus, "STREAM.INFO.OTHER"))["state"]["messages"] == 0
    finally:
        await api(bus, "STREAM.DELETE.OTHER")
    await provision(bus)
    assert await relay.step(line) == 101


async def test_a_relay_that_fails_goes_on_by_itself(db: Database, bus: Client, relay: Relay) -> None:
    await api(bus, "STREAM.DELETE.EV_INTAKE")
    async with at_work(relay):
        await say(db, captured(), taken())
        await asyncio.sleep(0.3)
        assert await replay.progress(db) == (0, 2)
        await provision(bus)
        await eventually(lambda: _all_published(db, 2))
