"""Readiness tells what is wrong, by name, and says so until it is mended."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from nats.aio.client import Client

from libs.kit import replay
from libs.kit.connection import api, close
from libs.kit.database import Database, connect
from libs.kit.provision import provision
from libs.kit.relay import Relay
from libs.kit.watchdog import Readiness, Watchdog
from tests.libs.kit.parts import captured, empty_bus, forgotten, opened, say, taken, user
from tests.stack.stack import Stack


@pytest.fixture
async def watchdog(db: Database, bus: Client, stack: Stack) -> AsyncIterator[Watchdog]:
    """Intake's, whose bus holds three published events and a text."""
    async with user(stack, "intake") as client:
        await say(db, captured(), taken(), taken())
        await publish(db, client)
        yield Watchdog(db, lambda: client, Readiness("database", "bus", "stream", "consumers", "sync"))


async def publish(db: Database, client: Client) -> None:
    line = await connect(db.settings)
    relay = Relay(db, client)
    await relay.refill(line)
    while await relay.step(line):
        pass
    await line.close()


async def wrong(watchdog: Watchdog) -> dict[str, str]:
    await watchdog.look()
    return watchdog.readiness.wrong


def test_what_was_never_checked_is_wrong() -> None:
    readiness = Readiness("a", "b")
    readiness.set("a", None)
    assert readiness.wrong == {"b": "not checked yet"}


async def test_a_service_whose_parts_are_in_order_is_ready(watchdog: Watchdog) -> None:
    assert await wrong(watchdog) == {}


async def test_an_empty_service_is_ready(bus: Client, stack: Stack) -> None:
    async with opened(stack.fresh("intake")) as db, user(stack, "intake") as client:
        assert await wrong(Watchdog(db, lambda: client, Readiness())) == {}


@pytest.mark.parametrize(
    ("stream", "then"), [("EV_INTAKE", "run `lotse replay`"), ("FORGETTABLE_INTAKE", "is being filled again")]
)
async def test_a_deleted_stream_is_missing_until_it_is_made_and_filled_again(
    watchdog: Watchdog, bus: Client, stream: str, then: str
) -> None:
    await api(bus, f"STREAM.DELETE.{stream}")
    assert await wrong(watchdog) == {"stream": f"{stream} is missing: run `lotse bus provision`"}
    await provision(bus)
    assert then in (await wrong(watchdog))["stream"]
    await replay.rewind(watchdog.db)
    await publish(watchdog.db, watchdog.client)
    assert await wrong(watchdog) == {}


async def test_a_stream_that_lost_what_was_published_needs_a_replay(watchdog: Watchdog, bus: Client) -> None:
    await empty_bus(bus)
    assert await wrong(watchdog) == {
        "stream": "EV_INTAKE holds 0 of 3 events, not what was published: run `lotse replay`"
    }


async def test_a_stream_that_lost_one_event_needs_a_replay(watchdog: Watchdog, bus: Client) -> None:
    await empty_bus(bus)
    await watchdog.client.jetstream().publish("ev.intake.question.x.taken.v1", b"{}", stream="EV_INTAKE")
    assert "EV_INTAKE holds 1 of 3 events" in (await wrong(watchdog))["stream"]


async def test_a_stream_that_was_changed_by_hand_is_named_with_what_differs(watchdog: Watchdog, bus: Client) -> None:
    config = (await api(bus, "STREAM.INFO.EV_INTAKE"))["config"]
    await api(bus, "STREAM.UPDATE.EV_INTAKE", {**config, "max_msgs": 1000})
    assert await wrong(watchdog) == {"stream": "EV_INTAKE differs in max_msgs: run `lotse bus check`"}
    await provision(bus)
    assert await wrong(watchdog) == {}


async def test_a_lost_text_needs_a_replay_and_a_forgotten_one_does_not(watchdog: Watchdog, bus: Client) -> None:
    question = await say(watchdog.db, captured())
    await publish(watchdog.db, watchdog.client)
    last = (await api(bus, "STREAM.INFO.FORGETTABLE_INTAKE"))["state"]["last_seq"]
    await api(bus, "STREAM.MSG.DELETE.FORGETTABLE_INTAKE", {"seq": last})
    assert "has lost a text" in (await wrong(watchdog))["stream"]
    await say(watchdog.db, forgotten(), id=question, first=2)
    await publish(watchdog.db, watchdog.client)
    assert await wrong(watchdog) == {}


async def test_events_that_wait_and_are_not_published_are_told_after_a_minute(watchdog: Watchdog) -> None:
    await say(watchdog.db, captured())
    watchdog.still_seconds = 0.05
    assert await wrong(watchdog) == {}
    await asyncio.sleep(0.1)
    assert await wrong(watchdog) == {"stream": "events wait and none is published"}
    await publish(watchdog.db, watchdog.client)
    assert await wrong(watchdog) == {}


async def test_a_deleted_durable_is_missing_until_it_is_made_again(watchdog: Watchdog, bus: Client) -> None:
    await api(bus, "CONSUMER.DELETE.EV_REVIEW.intake")
    assert await wrong(watchdog) == {"consumers": "EV_REVIEW/intake is missing: run `lotse bus provision`"}
    await provision(bus)
    assert await wrong(watchdog) == {}


@pytest.mark.parametrize("field", ["max_deliver", "ack_wait", "max_ack_pending"])
async def test_a_durable_that_was_changed_by_hand_is_named_with_what_differs(
    watchdog: Watchdog, bus: Client, field: str
) -> None:
    config = (await api(bus, "CONSUMER.INFO.EV_REVIEW.intake"))["config"]
    change = {"stream_name": "EV_REVIEW", "config": {**config, field: 7_000_000_000 if field == "ack_wait" else 7}}
    await api(bus, "CONSUMER.CREATE.EV_REVIEW.intake.ev.review.>", {**change, "action": "update"})
    assert await wrong(watchdog) == {"consumers": f"EV_REVIEW/intake differs in {field}: run `lotse bus check`"}
    await provision(bus)
    assert await wrong(watchdog) == {}


async def test_a_durable_that_is_paused_is_told(watchdog: Watchdog, bus: Client) -> None:
    """Our own proof that the server can write ends the pause again."""
    await api(bus, "CONSUMER.PAUSE.EV_REVIEW.intake", {"pause_until": "2199-01-01T00:00:00Z"})
    assert await watchdog._consumers() == "EV_REVIEW/intake is paused"


async def test_a_durable_that_does_not_move_is_told_after_a_minute(watchdog: Watchdog, stack: Stack) -> None:
    watchdog.still_seconds = 0.05
    async with user(stack, "review") as review:
        for number in range(2):
            await review.jetstream().publish(f"ev.review.answer.a{number}.dropped.v1", b"{}", stream="EV_REVIEW")
    assert await wrong(watchdog) == {}
    await asyncio.sleep(0.1)
    assert await wrong(watchdog) == {"consumers": "EV_REVIEW/intake has events waiting and does not move"}


async def test_a_server_that_syncs_lazily_or_cannot_be_asked_is_told(watchdog: Watchdog, stack: Stack) -> None:
    def require(**changes: Any) -> None:
        own = watchdog.db.settings
        watchdog.db.settings = own.model_copy(update={"require_sync_always": True, **changes})

    require()
    assert await wrong(watchdog) == {"sync": "set `sync_interval: always` in the server's jetstream block"}
    require(nats_monitor_url=None)
    assert "NATS_MONITOR_URL is not set" in (await wrong(watchdog))["sync"]
    require(nats_monitor_url="http://127.0.0.1:9")
    assert await wrong(watchdog) == {"sync": "the server's monitor port cannot be reached"}


async def test_a_database_that_is_away_is_told_and_comes_back(watchdog: Watchdog) -> None:
    await watchdog.db.close()
    assert (await wrong(watchdog))["database"] == "cannot be reached"
    await watchdog.db.open()
    assert await wrong(watchdog) == {}


async def test_a_bus_that_is_away_is_told_at_once(watchdog: Watchdog) -> None:
    await close(watchdog.client)
    began = asyncio.get_running_loop().time()
    found = await wrong(watchdog)
    assert asyncio.get_running_loop().time() - began < 1
    assert found["bus"] == "not connected; events wait in the event table"
    assert set(found) == {"bus", "stream", "consumers", "sync"}
