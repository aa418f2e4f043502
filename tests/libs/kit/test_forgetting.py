"""Texts beside facts: there before their event, overwritten when they are forgotten, and never taken for forgotten when
they are only absent."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from libs.contracts.envelope import Envelope, decode
from libs.contracts.intake import QuestionText
from libs.contracts.registry import all_facts
from libs.kit import replay
from libs.kit.connection import api
from libs.kit.database import Database, connect
from libs.kit.forgetting import TextReader, Texts
from libs.kit.ids import new_id
from libs.kit.provision import provision
from libs.kit.publishing import Row
from libs.kit.relay import Relay
from libs.kit.subscribers import Retry
from tests.libs.kit.parts import captured, empty_bus, event, forgotten, messages, one, rows, say, user
from tests.stack.stack import Stack

STREAM = "FORGETTABLE_INTAKE"


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
async def reader(stack: Stack, bus: Client) -> AsyncIterator[TextReader]:
    """Review reads intake's texts, with review's rights."""
    async with user(stack, "review") as client:
        yield TextReader(client)


async def said(db: Database) -> list[Envelope]:
    return [decode(row["bytes"]) for row in await rows(db, "SELECT bytes FROM event ORDER BY position")]


async def subjects(bus: Client) -> list[str]:
    return [message["subject"] for message in await messages(bus, STREAM)]


def on_disk(stack: Stack, words: str) -> bool:
    """Whether the bytes are in any file of the server's directory."""
    if stack.nats_kind != "wheel":
        pytest.skip("the files of a server that is not ours cannot be read")
    folder = stack.folder / f"gw{stack.worker}" / "nats"
    files = [Path(place) / name for place, _, names in os.walk(folder) for name in names]
    assert files
    return any(words.encode() in file.read_bytes() for file in files)


async def test_a_reader_gets_the_text_beside_an_event(
    db: Database, relay: Relay, line: Any, reader: TextReader
) -> None:
    await say(db, captured(), text="Was kostet das?")
    await relay.step(line)
    assert await reader((await said(db))[0]) == QuestionText(text="Was kostet das?", gist=None)


async def test_a_text_is_there_before_its_event(db: Database, bus: Client, relay: Relay, line: Any) -> None:
    await say(db, captured())
    await api(bus, f"STREAM.DELETE.{STREAM}")
    with pytest.raises(Exception, match=r"(?i)stream"):
        await relay.step(line)
    assert await messages(bus) == []
    await provision(bus)
    assert await relay.step(line) == 1
    assert len(await messages(bus)) == len(await subjects(bus)) == 1


async def test_a_forgotten_text_leaves_the_disk_and_a_tombstone_stands_in_its_place(
    db: Database, bus: Client, relay: Relay, line: Any, reader: TextReader, stack: Stack
) -> None:
    secret, kept = f"Geheimnis {new_id().hex}", f"Offenes {new_id().hex}"
    question = await say(db, captured(), text=secret)
    await say(db, captured(), text=kept)
    await relay.step(line)
    assert on_disk(stack, secret)
    await say(db, forgotten(), id=question, first=2)
    await relay.step(line)
    assert not on_disk(stack, secret) and on_disk(stack, kept)
    assert f"forgettable.intake.{question}.tombstone" in await subjects(bus)
    first, second, _ = await said(db)
    assert await reader(first) is None
    assert await reader(second) == QuestionText(text=kept, gist=None)


async def test_every_text_of_a_question_is_overwritten_whichever_event_brought_it(
    db: Database, bus: Client, relay: Relay, line: Any, stack: Stack
) -> None:
    secrets = [f"Geheimnis {new_id().hex}" for _ in range(3)]
    question = await say(db, captured(), text=secrets[0])
    for version, secret in enumerate(secrets[1:], 2):
        await say(db, captured(), id=question, first=version, text=secret)
    await relay.step(line)
    await say(db, forgotten(), id=question, first=4)
    await relay.step(line)
    assert [secret for secret in secrets if on_disk(stack, secret)] == []
    assert await subjects(bus) == [f"forgettable.intake.{question}.tombstone"]


async def test_a_text_forgotten_before_it_was_published_never_reaches_the_bus(
    db: Database, bus: Client, relay: Relay, line: Any, reader: TextReader
) -> None:
    question = await say(db, captured())
    await say(db, forgotten(), id=question, first=2)
    assert await relay.step(line) == 2
    assert await subjects(bus) == [f"forgettable.intake.{question}.tombstone"]
    assert await reader((await said(db))[0]) is None


async def test_a_text_that_was_under_way_when_its_question_was_forgotten_does_not_come_back(
    db: Database, bus: Client, relay: Relay, line: Any
) -> None:
    """A former leader had read it, and stores it when its successor has erased."""
    question = await say(db, captured(), text="Geheimnis")
    found = await rows(db, "SELECT event_id, aggregate, concerns, bytes FROM event")
    late = Row(1, found[0]["event_id"], found[0]["aggregate"], str(question), found[0]["bytes"], b"Geheimnis")
    await say(db, forgotten(), id=question, first=2)
    await relay.step(line)
    await relay.texts.store([late])
    assert await subjects(bus) == [f"forgettable.intake.{question}.tombstone"]


async def test_storing_and_erasing_again_changes_nothing(db: Database, bus: Client, relay: Relay, line: Any) -> None:
    question = await say(db, captured())
    await relay.step(line)
    await replay.rewind(db)
    await relay.step(line)
    assert len(await subjects(bus)) == 1
    await say(db, forgotten(), id=question, first=2)
    for _ in range(2):
        await relay.step(line)
        await replay.rewind(db)
    assert await subjects(bus) == [f"forgettable.intake.{question}.tombstone"]


async def test_storing_again_when_the_server_has_forgotten_the_message_id_changes_nothing(
    bus: Client, stack: Stack
) -> None:
    envelope = event(captured(), new_id(), 1)
    async with user(stack, "intake") as client:
        texts = Texts(client, "intake")
        for event_id in (envelope.id, envelope.id):
            await texts._put(f"forgettable.intake.q.{event_id}", b"text", str(new_id()), {})
    assert len(await subjects(bus)) == 1


async def test_a_stream_that_is_full_is_a_failure_and_not_a_text_that_was_there(bus: Client, stack: Stack) -> None:
    config = (await api(bus, f"STREAM.INFO.{STREAM}"))["config"]
    await api(bus, f"STREAM.UPDATE.{STREAM}", {**config, "max_bytes": 10})
    async with user(stack, "intake") as client:
        with pytest.raises(Exception, match="maximum bytes"):
            await Texts(client, "intake")._put("forgettable.intake.q.e", b"text", "e", {})
    assert await subjects(bus) == []


async def test_what_is_on_a_burnt_bus_comes_back_without_what_was_forgotten(
    db: Database, bus: Client, relay: Relay, line: Any, reader: TextReader, stack: Stack
) -> None:
    secret = f"Geheimnis {new_id().hex}"
    question, other = await say(db, captured(), text=secret), await say(db, captured(), text="Offenes")
    await relay.step(line)
    await say(db, forgotten(), id=question, first=2)
    await relay.step(line)
    await empty_bus(bus)
    await replay.rewind(db)
    await relay.step(line)
    assert not on_disk(stack, secret)
    first, second, _ = await said(db)
    assert second.correlationid == str(other)
    assert await reader(first) is None and (await reader(second)).text == "Offenes"


async def test_an_absent_text_without_a_tombstone_is_tried_again_and_never_gone(
    bus: Client, reader: TextReader
) -> None:
    with pytest.raises(Retry, match="text_absent"):
        await reader(event(captured(), new_id(), 1))


async def test_an_absent_stream_and_an_absent_bus_are_tried_again(bus: Client, reader: TextReader) -> None:
    await api(bus, f"STREAM.DELETE.{STREAM}")
    with pytest.raises(Retry):
        await reader(event(captured(), new_id(), 1))


async def test_a_relay_survives_streams_that_vanish_while_it_erases(
    db: Database, bus: Client, relay: Relay, line: Any
) -> None:
    question = await say(db, captured())
    await relay.step(line)
    await say(db, forgotten(), id=question, first=2)
    await api(bus, f"STREAM.DELETE.{STREAM}")
    with pytest.raises(Exception, match=r"(?i)stream"):
        await relay.step(line)
    task = asyncio.create_task(relay.run())
    await asyncio.sleep(0.3)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await one(db, "SELECT published_through FROM relay") == 1


def test_every_fact_that_forgets_is_found_by_its_name() -> None:
    """The relay looks for the name before it parses an event."""
    for fact in all_facts():
        assert fact.forgets is (".forgotten." in fact.type)


def test_no_text_is_longer_than_a_message_may_be() -> None:
    longest = json.dumps({"text": "\U0001f600" * 20_000, "gist": "\U0001f600" * 20_000}, ensure_ascii=False)
    assert len(longest.encode()) < 1_048_576
