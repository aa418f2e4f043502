"""A stream of texts that was made anew is filled again from the database, and holds nothing that was erased."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from nats.aio.client import Client

from libs.contracts.intake import QuestionText
from libs.kit import relay as relaying
from libs.kit.connection import api
from libs.kit.database import Database, connect
from libs.kit.forgetting import TextReader
from libs.kit.provision import provision, renew_texts
from libs.kit.relay import Relay
from libs.kit.watchdog import Readiness, Watchdog
from tests.libs.kit.parts import captured, empty_bus, forgotten, messages, rows, say, user
from tests.libs.kit.test_forgetting import STREAM, on_disk, said
from tests.stack.stack import Stack
from tests.stack.waiting import eventually

STANDS, GONE = "Was kostet die Anerkennung?", "Mein Chef heißt Igelmann"


@pytest.fixture
async def relay(db: Database, bus: Client, stack: Stack) -> AsyncIterator[Relay]:
    async with user(stack, "intake") as client:
        yield Relay(db, client)


@pytest.fixture
async def line(db: Database) -> AsyncIterator[Any]:
    connection = await connect(db.settings)
    yield connection
    await connection.close()


@pytest.fixture
async def told(db: Database, relay: Relay, line: Any) -> list[str]:
    """One question stands, one was forgotten: the subjects of the stream."""
    stands = await say(db, captured(), text=STANDS)
    gone = await say(db, captured(), text=GONE)
    await say(db, forgotten(), id=gone, first=2)
    await relay.step(line)
    await relay.refill(line)
    (event, *_) = await said(db)
    return sorted([f"forgettable.intake.{stands}.{event.id}", f"forgettable.intake.{gone}.tombstone"])


async def subjects(bus: Client) -> list[str]:
    return sorted(message["subject"] for message in await messages(bus, STREAM))


async def test_it_is_filled_with_the_texts_that_stand_and_a_tombstone_for_each_that_was_forgotten(
    db: Database, bus: Client, relay: Relay, line: Any, stack: Stack, told: list[str]
) -> None:
    assert await subjects(bus) == told
    made = await renew_texts(bus)
    assert await subjects(bus) == [], "it is a new one"
    readiness = Readiness("stream")
    watchdog = Watchdog(db, lambda: relay.texts.client, readiness)
    await watchdog.look()
    assert readiness.wrong["stream"] == f"{STREAM} is being filled again"
    await relay.refill(line)
    assert await subjects(bus) == told
    assert (await rows(db, "SELECT texts_of FROM relay"))[0]["texts_of"] == made["intake"]
    async with user(stack, "review") as client:
        first, second, *_ = await said(db)
        assert await TextReader(client)(first) == QuestionText(text=STANDS, gist=None)
        assert await TextReader(client)(second) is None, "forgotten, not absent"


async def test_one_that_was_filled_already_is_left_alone(
    bus: Client, relay: Relay, line: Any, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (await api(bus, f"STREAM.INFO.{STREAM}"))["state"]
    await relay.refill(line)
    assert (await api(bus, f"STREAM.INFO.{STREAM}"))["state"] == before
    monkeypatch.setattr(relaying, "BATCH", 1)
    await renew_texts(bus)
    await relay.refill(line)
    assert await subjects(bus) == told, "in batches of any size"


async def test_bytes_that_a_broken_off_erasure_left_in_the_file_are_gone(
    bus: Client, relay: Relay, line: Any, stack: Stack, told: list[str]
) -> None:
    # A message that is only marked as deleted is what such a kill leaves.
    client = relay.texts.client
    left = await client.jetstream().publish("forgettable.intake.any.text", GONE.encode(), stream=STREAM)
    await api(client, f"STREAM.MSG.DELETE.{STREAM}", {"seq": left.seq, "no_erase": True})
    assert on_disk(stack, GONE)
    await renew_texts(bus)
    await relay.refill(line)
    await eventually(lambda: _off_disk(stack))


async def _off_disk(stack: Stack) -> bool:
    return not on_disk(stack, GONE)


async def test_the_settings_an_operator_gave_it_stay(bus: Client) -> None:
    await provision(bus)
    config = (await api(bus, f"STREAM.INFO.{STREAM}"))["config"]
    await api(bus, f"STREAM.UPDATE.{STREAM}", {**config, "description": "watched"})
    await renew_texts(bus)
    kept = (await api(bus, f"STREAM.INFO.{STREAM}"))["config"]
    assert kept == {**config, "description": "watched"}
    assert await provision(bus, check=True) == []


async def test_a_running_relay_notices_by_itself(
    db: Database, bus: Client, relay: Relay, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "TEXTS_SECONDS", 0.1)
    working = asyncio.create_task(relay.run())
    try:
        await renew_texts(bus)

        async def filled() -> bool:
            return await subjects(bus) == told

        await eventually(filled, 10)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await empty_bus(bus)
