"""FastStream as kit wires it, on a real server: order kept, nothing lost, nothing twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from faststream.nats import NatsBroker
from nats.aio.client import Client

from libs.contracts.envelope import Envelope
from libs.kit import bus as buses
from libs.kit.bus import Bus
from libs.kit.connection import api
from libs.kit.ids import new_id
from libs.kit.provision import provision
from libs.kit.transaction import Tx
from tests.libs.kit.listening import Listener, listening
from tests.libs.kit.parts import captured, event, message, taken, user
from tests.stack.stack import Stack
from tests.stack.waiting import eventually

DURABLE = "EV_INTAKE.review"


@pytest.fixture
async def review(stack: Stack, bus: Client) -> AsyncIterator[Listener]:
    async with listening(stack.fresh("review")) as made:
        yield made


@pytest.fixture
async def intake(stack: Stack, bus: Client) -> AsyncIterator[Client]:
    async with user(stack, "intake") as client:
        yield client


@asynccontextmanager
async def at_work(review: Listener) -> AsyncIterator[Bus]:
    """The service's subscribers, whose consumer of intake is the listener's."""
    made = Bus(review.db, review.subscribers, review.consumer.texts)
    review.consumer = next(one for one in made.consumers if one.source == "intake")
    review.consumer.pause_seconds = 0.05
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def publish(client: Client, *envelopes: Envelope) -> None:
    for envelope in envelopes:
        raw, subject, id = message(envelope)
        await client.jetstream().publish(subject, raw, stream="EV_INTAKE", headers={"Nats-Msg-Id": id})


def histories(count: int, length: int) -> list[Envelope]:
    """The events of several questions, mixed."""
    ids = [new_id() for _ in range(count)]
    return [
        event(captured() if version == 1 else taken(), id, version) for version in range(1, length + 1) for id in ids
    ]


async def settled(bus: Client) -> bool:
    """Whether everything was acknowledged."""
    info = await api(bus, f"CONSUMER.INFO.{DURABLE}")
    return not info["num_pending"] and not info["num_ack_pending"]


async def test_everything_is_applied_once_in_order_and_acknowledged(
    review: Listener, intake: Client, bus: Client
) -> None:
    said = histories(5, 12)
    await publish(intake, *said[:30])
    async with at_work(review):
        await publish(intake, *said[30:])
        await eventually(lambda: settled(bus))
    assert len(await review.effects()) == 60
    for aggregate in {one.subject for one in said}:
        assert await review.effects(aggregate) == list(range(1, 13))


async def test_a_redelivery_after_the_effect_does_nothing(review: Listener, intake: Client, bus: Client) -> None:
    said = histories(1, 3)
    await review.hear(*said)
    await publish(intake, *said)
    async with at_work(review):
        await eventually(lambda: settled(bus))
    assert await review.effects() == [1, 2, 3]


async def test_a_function_that_meets_database_errors_loses_nothing(
    review: Listener, intake: Client, bus: Client
) -> None:
    said = histories(3, 4)
    failing = [said[0], said[4], said[8]]
    review.failing |= {one.id: asyncpg.PostgresConnectionError("away") for one in failing}
    await publish(intake, *said)
    async with at_work(review):
        await asyncio.sleep(0.5)
        review.failing.clear()
        await eventually(lambda: settled(bus), 10)
    assert await review.letters() == []
    for aggregate in {one.subject for one in said}:
        assert await review.effects(aggregate) == [1, 2, 3, 4]


async def test_a_database_that_is_away_keeps_the_loop_waiting(review: Listener, intake: Client, bus: Client) -> None:
    said = histories(1, 3)
    async with at_work(review):
        await review.db.close()
        await publish(intake, *said)
        await asyncio.sleep(0.6)
        delivered = (await api(bus, f"CONSUMER.INFO.{DURABLE}"))["delivered"]["consumer_seq"]
        assert 1 <= delivered < 20
        await review.db.open()
        await eventually(lambda: settled(bus), 10)
    assert await review.effects() == [1, 2, 3]


async def test_rubbish_between_good_messages_ends_in_the_dead_letters(
    review: Listener, intake: Client, bus: Client
) -> None:
    said = histories(1, 2)
    rubbish = [b"", b"{", b"\xff", b"[" * 5_000, b"null"]
    await publish(intake, said[0])
    for raw in rubbish:
        await intake.jetstream().publish("ev.intake.question.x.taken.v1", raw, stream="EV_INTAKE")
    await publish(intake, said[1])
    async with at_work(review):
        await eventually(lambda: settled(bus))
    assert await review.effects() == [1, 2]
    assert await review.letters() == [("unreadable", None)] * len(rubbish)


async def test_a_slow_function_is_not_interrupted_by_a_redelivery(
    review: Listener, intake: Client, bus: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buses, "HEARTBEAT_SECONDS", 0.2)
    config = {**(await api(bus, f"CONSUMER.INFO.{DURABLE}"))["config"], "ack_wait": 600_000_000}
    change = {"stream_name": "EV_INTAKE", "config": config, "action": "update"}
    await api(bus, f"CONSUMER.CREATE.{DURABLE}.ev.intake.>", change)

    async def slow(tx: Tx, envelope: Envelope, raw: bytes) -> None:
        await asyncio.sleep(1.5)

    review.subscribers.on_every(slow)
    await publish(intake, *histories(1, 1))
    async with at_work(review):
        await eventually(lambda: settled(bus))
    assert (await api(bus, f"CONSUMER.INFO.{DURABLE}"))["delivered"]["consumer_seq"] == 1
    await provision(bus)


async def test_a_failing_event_is_delivered_again_with_a_delay(review: Listener, intake: Client, bus: Client) -> None:
    (said,) = histories(1, 1)
    review.failing[said.id] = ValueError("no")
    await publish(intake, said)
    async with at_work(review):
        await asyncio.sleep(0.5)
        delivered = (await api(bus, f"CONSUMER.INFO.{DURABLE}"))["delivered"]["consumer_seq"]
        assert 2 <= delivered <= 3
        review.failing.clear()
        await eventually(lambda: settled(bus))
    assert await review.effects() == [1]


async def test_what_is_in_hand_is_finished_when_the_service_stops(
    review: Listener, intake: Client, bus: Client
) -> None:
    began = asyncio.Event()

    async def slow(tx: Tx, envelope: Envelope, raw: bytes) -> None:
        began.set()
        await asyncio.sleep(0.5)

    review.subscribers.on_every(slow)
    await publish(intake, *histories(1, 1))
    async with at_work(review):
        await asyncio.wait_for(began.wait(), 5)
    assert await review.effects() == [1] and await settled(bus)


def asked(broker: NatsBroker) -> int:
    """How many messages, all of them pull requests, this broker's connection has sent."""
    (subscriber, *_) = broker.subscribers
    sent: int = subscriber.subscription._nc.stats["out_msgs"]  # type: ignore[attr-defined]
    return sent


async def test_after_its_durable_was_deleted_a_service_waits_calmly_and_goes_on_when_it_is_there_again(
    review: Listener, intake: Client, bus: Client
) -> None:
    async with at_work(review) as made:
        await api(bus, f"CONSUMER.DELETE.{DURABLE}")
        await asyncio.sleep(0.2)
        before = asked(made.broker)
        await asyncio.sleep(1.0)
        assert asked(made.broker) - before < 10
        await provision(bus)
        said = histories(1, 3)
        await publish(intake, *said)
        await eventually(lambda: settled(bus), 10)
    assert await review.effects() == [1, 2, 3]
