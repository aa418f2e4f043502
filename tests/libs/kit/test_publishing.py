"""Waves and atomic batches, on a real stream."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nats.aio.client import Client

from libs.contracts.envelope import encode
from libs.kit import publishing
from libs.kit.connection import api
from libs.kit.ids import new_id
from libs.kit.publishing import WAVE, Publisher, Row, waves
from tests.libs.kit.parts import event, messages, taken, user
from tests.stack.stack import Stack


def made(count: int, aggregates: int = 7) -> list[Row]:
    """Rows of a few aggregates whose versions ascend."""
    ids = [new_id() for _ in range(aggregates)]
    found = []
    for seq in range(1, count + 1):
        envelope = event(taken(), ids[seq % aggregates], seq // aggregates + 1)
        found.append(Row(seq, envelope.id, envelope.subject, envelope.correlationid, encode(envelope), None))
    return found


@pytest.fixture
async def publisher(bus: Client, stack: Stack) -> AsyncIterator[Publisher]:
    async with user(stack, "intake") as client:
        yield Publisher(client, "intake")


async def sequences(bus: Client) -> list[int]:
    return [int(message["Lotse-Seq"]) for message in await messages(bus)]


@given(st.lists(st.integers(0, 9), max_size=300))
def test_no_wave_holds_two_events_of_one_aggregate_and_the_order_is_kept(aggregates: list[int]) -> None:
    rows = [Row(seq, new_id(), f"question/{name}", "", b"", None) for seq, name in enumerate(aggregates)]
    cut = waves(rows)
    assert [row for wave in cut for row in wave] == rows
    for wave in cut:
        assert 0 < len(wave) <= WAVE
        assert len({row.aggregate for row in wave}) == len(wave)


@pytest.mark.parametrize("count", [1, 63, 64, 500])
async def test_few_go_singly_and_many_as_one_batch_each_once_and_in_order(
    bus: Client, publisher: Publisher, count: int
) -> None:
    assert await publisher.publish(made(count)) == count
    found = await messages(bus)
    batched = {message.get("Nats-Batch-Id") for message in found}
    assert len(batched) == 1 and (None in batched) is (count < publishing.SINGLY_BELOW)
    by_aggregate: dict[str, list[int]] = {}
    for message in found:
        by_aggregate.setdefault(message["subject"].split(".")[3], []).append(int(message["Lotse-Seq"]))
    assert sorted(seq for seqs in by_aggregate.values() for seq in seqs) == list(range(1, count + 1))
    assert all(seqs == sorted(seqs) for seqs in by_aggregate.values())


async def test_a_batch_with_a_duplicate_inside_falls_back_to_single_publishes(
    bus: Client, publisher: Publisher
) -> None:
    rows = made(500)
    await publisher.publish(rows[200:201])
    assert not await publisher._atomic(rows)
    assert await sequences(bus) == [201]
    assert await publisher.publish(rows) == 500
    assert sorted(await sequences(bus)) == list(range(1, 501))


async def test_a_batch_whose_reply_is_lost_is_published_singly_without_a_second_copy(
    bus: Client, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = made(500)
    monkeypatch.setattr(publishing, "WAVE_SECONDS", 0.0001)
    with pytest.raises(asyncio.TimeoutError):
        await publisher.publish(rows)
    monkeypatch.undo()
    assert await publisher.publish(rows) == 500
    assert sorted(await sequences(bus)) == list(range(1, 501))


async def test_a_wave_stops_at_the_first_event_that_does_not_arrive(bus: Client, publisher: Publisher) -> None:
    rows = made(10, aggregates=10)
    large = Row(6, rows[5].event_id, rows[5].aggregate, "", rows[5].raw + b" " * 2_000_000, None)
    assert await publisher.publish([*rows[:5], large, *rows[6:]]) == 5
    assert await publisher.publish(rows) == 10
    assert sorted(await sequences(bus)) == list(range(1, 11))


async def test_nothing_of_an_aggregate_overtakes_an_event_that_did_not_arrive(
    bus: Client, publisher: Publisher
) -> None:
    rows = made(30, aggregates=3)
    large = Row(4, rows[3].event_id, rows[3].aggregate, "", rows[3].raw + b" " * 2_000_000, None)
    passed = await publisher.publish([*rows[:3], large, *rows[4:]])
    assert passed == 3
    arrived = await sequences(bus)
    assert not [seq for seq in arrived if seq > 4 and (seq - 4) % 3 == 0]


async def test_what_cannot_be_published_at_all_is_said(bus: Client, publisher: Publisher) -> None:
    await api(bus, "STREAM.DELETE.EV_INTAKE")
    with pytest.raises(Exception, match=r"(?i)stream"):
        await publisher.publish(made(3))
