"""The traps that FastStream and nats-py set by default, each sprung here on a real server, beside what kit does.

Where kit's own behaviour has a test of its own, it is named; a trap that no longer snaps shows here first.
"""

import ast
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.security import SASLPlaintext
from nats.aio.client import Client
from nats.js.api import ConsumerConfig

from libs.kit.connection import api
from libs.kit.ids import new_id
from libs.kit.provision import Change, provision
from libs.kit.streams import event_stream, inbox, streams
from services.reporting.figures import projector
from tests.libs.kit.listening import listening
from tests.libs.kit.parts import event, taken, user
from tests.libs.kit.test_bus import asked, at_work, publish, settled
from tests.stack.stack import Stack
from tests.stack.waiting import eventually

ROOT = Path(__file__).parents[3]
Handler = Callable[[Any], Any]


@pytest.fixture
async def intake(stack: Stack, bus: Client) -> AsyncIterator[Client]:
    async with user(stack, "intake") as client:
        yield client


@asynccontextmanager
async def by_default(stack: Stack, name: str, handler: Handler, **subscriber: Any) -> AsyncIterator[NatsBroker]:
    """FastStream with its own choices where the test makes none, with the rights of `name`."""
    url, login, password = stack.nats_login(name)
    broker = NatsBroker(
        url, security=SASLPlaintext(login, password), inbox_prefix=inbox(name).encode(), apply_types=False, logger=None
    )
    wanted = {"stream": JStream("EV_INTAKE", declare=False), "durable": "review", "pull_sub": PullSub(1, timeout=0.2)}
    broker.subscriber("ev.intake.>", inbox_prefix=f"{inbox(name)}.".encode(), **{**wanted, **subscriber})(handler)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


async def pending(bus: Client) -> tuple[int, int]:
    """(not yet delivered, not yet acknowledged)"""
    info = await api(bus, "CONSUMER.INFO.EV_INTAKE.review")
    return info["num_pending"], info["num_ack_pending"]


async def test_by_default_one_error_discards_a_message_for_good_and_ours_does_not(
    stack: Stack, bus: Client, intake: Client
) -> None:
    seen = 0

    async def fails(_: Any) -> None:
        nonlocal seen
        seen += 1
        raise ConnectionError("the database is away")

    said = event(taken(), new_id(), 1)
    await publish(intake, said)
    async with by_default(stack, "review", fails):
        await eventually(lambda: seen)
        await eventually(lambda: settled(bus))
    assert seen == 1
    async with listening(stack.fresh("review")) as review:
        review.failing[said.id] = ValueError("no")
        again = event(taken(), new_id(), 1)
        review.failing[again.id] = ValueError("no")
        await publish(intake, again)
        async with at_work(review):
            await asyncio.sleep(0.3)
            assert await pending(bus) == (0, 1)
            review.failing.clear()
            await eventually(lambda: settled(bus))
        assert await review.effects(again.subject) == [1]


async def test_a_refusal_without_a_delay_ignores_the_backoff(stack: Stack, bus: Client, intake: Client) -> None:
    """Ours always names a delay: test_bus, a failing event."""
    config = {**(await api(bus, "CONSUMER.INFO.EV_INTAKE.review"))["config"], "backoff": [10**9, 5 * 10**9]}
    await api(
        bus,
        "CONSUMER.CREATE.EV_INTAKE.review.ev.intake.>",
        {"stream_name": "EV_INTAKE", "config": config, "action": "update"},
    )
    await publish(intake, event(taken(), new_id(), 1))
    began = asyncio.get_running_loop().time()
    async with user(stack, "review") as client:
        pull = await client.jetstream().pull_subscribe_bind(durable="review", stream="EV_INTAKE")
        for _ in range(4):
            (message,) = await pull.fetch(1, timeout=1)
            await message.nak()
    assert asyncio.get_running_loop().time() - began < 0.9


async def test_by_default_a_deleted_durable_is_a_silent_hot_loop(stack: Stack, bus: Client) -> None:
    """Ours pauses (test_bus), and the watchdog says that it is missing (test_watchdog)."""

    async def never(_: Any) -> None: ...

    async with by_default(stack, "review", never) as broker:
        await api(bus, "CONSUMER.DELETE.EV_INTAKE.review")
        await asyncio.sleep(0.2)
        before = asked(broker)
        await asyncio.sleep(0.5)
        assert asked(broker) - before > 50


async def test_by_default_a_declared_stream_loses_its_operators_settings_and_ours_declares_none(
    stack: Stack, bus: Client
) -> None:
    async def never(_: Any) -> None: ...

    tended = {"compression": "s2", "duplicate_window": 600 * 10**9, "metadata": {"owner": "ops"}}
    await api(bus, "STREAM.CREATE.TRAP", {"name": "TRAP", "subjects": ["trap.>"], **tended})
    config = (await api(bus, "STREAM.INFO.EV_INTAKE"))["config"]
    await api(bus, "STREAM.UPDATE.EV_INTAKE", {**config, **tended})
    url, login, password = stack.nats_login("provisioner")
    broker = NatsBroker(url, security=SASLPlaintext(login, password), inbox_prefix=inbox(login).encode(), logger=None)
    broker.subscriber("trap.>", stream=JStream("TRAP", subjects=["trap.>"]), durable="trap", pull_sub=True)(never)
    try:
        await broker.start()
        lost = (await api(bus, "STREAM.INFO.TRAP"))["config"]
    finally:
        await broker.stop()
        await api(bus, "STREAM.DELETE.TRAP")
    assert lost["compression"] == "none" and lost["duplicate_window"] == 120 * 10**9
    assert "owner" not in lost.get("metadata", {})
    async with listening(stack.fresh("review")) as review, at_work(review):
        kept = (await api(bus, "STREAM.INFO.EV_INTAKE"))["config"]
    assert (kept["compression"], kept["duplicate_window"], kept["metadata"]["owner"]) == ("s2", 600 * 10**9, "ops")


async def test_by_default_a_changed_consumer_configuration_is_ignored_and_ours_is_told(
    stack: Stack, bus: Client
) -> None:
    async def never(_: Any) -> None: ...

    wanted = ConsumerConfig(max_deliver=3, ack_wait=30)
    async with by_default(stack, "review", never, config=wanted, ack_policy=AckPolicy.MANUAL):
        found = (await api(bus, "CONSUMER.INFO.EV_INTAKE.review"))["config"]
    assert (found["max_deliver"], found["ack_wait"]) == (-1, 5 * 10**9)
    config = {**found, "max_deliver": 3}
    await api(
        bus,
        "CONSUMER.CREATE.EV_INTAKE.review.ev.intake.>",
        {"stream_name": "EV_INTAKE", "config": config, "action": "update"},
    )
    assert await provision(bus, check=True) == [Change("EV_INTAKE/review", "update", ("max_deliver",))]


async def test_by_default_a_publish_that_no_stream_keeps_is_silent(stack: Stack, bus: Client) -> None:
    """The relay names its stream and is refused: test_relay, a stream of another name."""
    await api(bus, "STREAM.DELETE.EV_INTAKE")
    url, login, password = stack.nats_login("intake")
    broker = NatsBroker(url, security=SASLPlaintext(login, password), inbox_prefix=inbox("intake").encode())
    await broker.connect()
    await broker.publish("lost", "ev.intake.question.x.taken.v1")
    with pytest.raises(Exception, match=r"(?i)stream"):
        await broker.publish("told", "ev.intake.question.x.taken.v1", stream="EV_INTAKE")
    await broker.stop()


def publishes(tree: ast.Module) -> list[ast.Call]:
    """Every call of something named publish."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "publish"]


def silent(tree: ast.Module) -> list[int]:
    """The lines of publishes that name no stream and hand over no rows of ours."""
    found = [call for call in publishes(tree) if len(call.args) > 1]
    return [call.lineno for call in found if "stream" not in {word.arg for word in call.keywords}]


def test_our_code_names_the_stream_wherever_it_publishes() -> None:
    """But for the inside of an atomic batch, whose last message is answered for all of them."""
    assert silent(ast.parse("client.publish(subject, raw)")) == [1]
    files = [path for folder in ("libs", "services", "cli") for path in (ROOT / folder).rglob("*.py")]
    found = {path.name: silent(ast.parse(path.read_text())) for path in files}
    assert {name for name, lines in found.items() if lines} == {"publishing.py"} and len(found["publishing.py"]) == 1


async def test_several_pulled_at_once_lose_their_order_and_one_by_one_keep_it(
    stack: Stack, bus: Client, intake: Client
) -> None:
    async def order(**subscriber: Any) -> list[int]:
        seen: list[int] = []

        async def uneven(body: Any) -> None:
            await asyncio.sleep(0.05 if not len(seen) % 3 and body % 2 else 0.001)
            seen.append(body)

        for number in range(20):
            raw = str(number).encode()
            await intake.jetstream().publish(f"ev.intake.question.q{number}.taken.v1", raw, stream="EV_INTAKE")
        async with by_default(stack, "review", uneven, **subscriber):
            await eventually(lambda: len(seen) == 20)
        return seen

    assert await order(pull_sub=PullSub(10, timeout=0.2)) != list(range(20))
    assert await order(pull_sub=PullSub(1, timeout=0.2)) == list(range(20))


async def test_by_default_a_batch_waits_until_it_is_full_and_ours_takes_what_has_come(
    stack: Stack, bus: Client, intake: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who watches the figures would see every event that much later."""
    monkeypatch.setattr(projector, "FETCH_SECONDS", 3.0)
    seconds = asyncio.get_running_loop().time
    came: list[float] = []

    async def note(_: Any) -> None:
        came.append(seconds())

    async with by_default(stack, "review", note, pull_sub=PullSub(500, batch=True, timeout=3.0)):
        await eventually(lambda: _asks(bus, "review"))
        said = seconds()
        await publish(intake, event(taken(), new_id(), 1))
        await eventually(lambda: came, 15)
        assert came[0] - said > 2
    async with user(stack, "reporting") as client:
        pull = await client.jetstream().pull_subscribe_bind(durable="reporting", stream="EV_INTAKE")
        await projector._fetched(pull)
        fetching = asyncio.create_task(projector._fetched(pull))
        await eventually(lambda: _asks(bus, "reporting"))
        said = seconds()
        await publish(intake, event(taken(), new_id(), 1))
        assert len(await fetching) == 1 and seconds() - said < 2


async def _asks(bus: Client, durable: str) -> bool:
    """Whether somebody waits for messages."""
    return bool((await api(bus, f"CONSUMER.INFO.EV_INTAKE.{durable}"))["num_waiting"])


async def test_a_service_hears_no_others_replies(stack: Stack, bus: Client) -> None:
    """With the inbox everybody shares by default, one service could read what another is told."""
    heard: list[object] = []

    async def overhear(message: Any) -> None:
        heard.append(message)

    async with user(stack, "review") as curious, user(stack, "intake") as other:
        for pattern in ("_INBOX.>", "_INBOX.intake.>", "_INBOX.*.*", ">"):
            await curious.subscribe(pattern, cb=overhear)
        await curious.flush()
        for _ in range(3):
            await api(other, "STREAM.INFO.EV_INTAKE")
    assert heard == []


def test_no_test_of_ours_stands_on_an_imitation_of_the_bus() -> None:
    name = "Test" + "NatsBroker"
    assert [path for path in (ROOT / "tests").rglob("*.py") if name in path.read_text()] == []


def test_every_stream_is_declared_by_the_provisioner_alone() -> None:
    source = (ROOT / "libs/kit/bus.py").read_text()
    assert source.count("JStream(") == source.count("declare=False)") == 1
    assert {stream["name"] for stream in streams()} >= {event_stream("intake"), event_stream("reporting")}
