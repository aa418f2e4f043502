"""Whom a service lets in, by where its database is and by what the bus knows more than it: intake, in this process."""

import signal
from uuid import UUID

import httpx
from nats.aio.client import Client

from libs.contracts.envelope import Envelope, encode
from libs.kit.ids import new_id
from libs.kit.running import HELD
from libs.kit.settings import Settings
from libs.restoring.agreement import BEYOND, CONTRADICTS, compare, settle
from tests.libs.kit.parts import captured, empty_bus, event, forgotten, messages, one, opened, rows, say, user
from tests.libs.kit.test_running import ended, ready, reasons, serving
from tests.stack.stack import Stack
from tests.stack.waiting import eventually

__all__ = ["ended"]
AWAY = "nats://127.0.0.1:9"
ASKED = "/intake/v1/questions"


async def put(stack: Stack, envelope: Envelope, seq: int, *, id: UUID | None = None) -> None:
    """Put an event on intake's stream that intake's database has never seen."""
    headers = {"Nats-Msg-Id": str(id or envelope.id), "Lotse-Seq": str(seq)}
    async with user(stack, "intake") as client:
        stream = client.jetstream()
        await stream.publish(envelope.bus_subject, encode(envelope), stream="EV_INTAKE", headers=headers)


async def asked(http: httpx.AsyncClient) -> str:
    code: str = (await http.get(ASKED)).json()["code"]
    return code


async def published(settings: Settings) -> int:
    """Let it start once, and say how many events it has published."""
    async with serving(settings) as (running, http):
        await eventually(lambda: ready(http), 10)
        await eventually(lambda: _all_published(running.db))
        return int(await one(running.db, "SELECT published_through FROM relay"))


async def _all_published(db: object) -> bool:
    counts = "SELECT published_through = (SELECT count(*) FROM event) FROM relay"
    return bool(await one(db, counts))  # type: ignore[arg-type]


async def test_a_database_at_home_is_served_from_while_the_bus_is_away_and_another_is_not(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    settings = stack.fresh("intake")
    await published(settings)
    alone = settings.model_copy(update={"nats_url": AWAY})
    async with serving(alone) as (_, http):
        await eventually(lambda: _told(http, None))
        assert await asked(http) == "token_missing"
    async with opened(settings) as db:
        await rows(db, "UPDATE relay SET home = 'elsewhere' RETURNING home")
    async with serving(alone) as (_, http):
        await eventually(lambda: _told(http, HELD))
        assert await asked(http) == "not_open_yet"
        assert (await http.get("/intake/v1/openapi.json")).status_code == 200
    assert ended == []


async def test_what_only_the_bus_knows_is_taken_back_and_forgotten_before_anybody_is_let_in(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    settings = stack.fresh("intake")
    last = await published(settings)
    async with opened(settings) as db:
        question = await say(db, captured(), text="Geheimnis")
        await rows(db, "UPDATE relay SET published_through = published_through RETURNING single")
    said = event(forgotten(), question, 2)
    await published(settings)
    await put(stack, said, last + 2)
    async with serving(settings) as (running, http):
        await eventually(lambda: ready(http), 10)
        assert await one(running.db, "SELECT bytes FROM event WHERE event_id = $1", said.id) == encode(said)
        assert await one(running.db, "SELECT max(seq) FROM event_order") == last + 2
        assert await one(running.db, "SELECT count(*) FROM forgettable WHERE concerns = $1", str(question)) == 0
    assert len(await messages(bus)) == last + 2
    assert ended == []


async def test_nothing_is_taken_back_that_came_under_a_false_name_or_without_a_number(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    settings = stack.fresh("intake")
    last = await published(settings)
    await put(stack, event(captured(), new_id(), 1), last + 1, id=new_id())
    await put(stack, event(captured(), new_id(), 1), 0)
    async with user(stack, "intake") as client:
        await client.jetstream().publish("ev.intake.question.x.captured.v1", b"no event", stream="EV_INTAKE")
    assert await published(settings) == last
    assert ended == []


async def test_a_database_that_said_something_else_since_is_not_opened(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    settings = stack.fresh("intake")
    last = await published(settings)
    async with opened(settings) as db:
        question = await say(db, captured())
    await put(stack, event(captured(), question, 1), last + 1)
    async with serving(settings) as (_, http):
        await eventually(lambda: _told(http, CONTRADICTS), 10)
        assert await asked(http) == "not_open_yet"
    assert ended == []


async def _told(http: httpx.AsyncClient, what: str | None) -> bool:
    return (await reasons(http)).get("restored") == what


async def test_where_the_bus_was_lost_too_somebody_has_to_say_that_the_database_is_whole(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    settings = stack.fresh("intake")
    await published(settings)
    await empty_bus(bus)
    async with opened(settings) as db:
        await rows(db, "UPDATE relay SET home = 'elsewhere' RETURNING home")
    async with serving(settings) as (running, http):
        await eventually(lambda: _told(http, BEYOND), 10)
        assert await asked(http) == "not_open_yet"
        await settle(running.db)
        await eventually(lambda: _told(http, None))
        assert await asked(http) == "token_missing"
    assert ended == []


async def test_a_database_that_is_put_in_the_place_of_another_ends_the_process(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    async with serving(stack.fresh("intake")) as (running, http):
        await eventually(lambda: ready(http), 10)
        await rows(running.db, "UPDATE relay SET home = 'elsewhere' RETURNING home")
        await eventually(lambda: ended)
    assert set(ended) == {signal.SIGTERM}


async def test_a_whole_database_agrees_while_events_still_wait_to_be_acknowledged(bus: Client, stack: Stack) -> None:
    settings = stack.fresh("review")
    for number in range(1, 4):
        await put(stack, event(captured(), new_id(), 1), number)
    async with user(stack, "review") as client, opened(settings) as db:
        assert (await compare(db, client)).forgot == ()
        pull = await client.jetstream().pull_subscribe_bind(durable="review", stream="EV_INTAKE")
        (first, *others) = await pull.fetch(3, timeout=2)
        assert (await compare(db, client)).forgot == (), "delivered is not acknowledged"
        for message in others:
            await message.ack()
        await client.flush()
        assert (await compare(db, client)).forgot == ("intake",), "what was acknowledged was known"
        await first.ack()
