"""A service at work, from its start to its stop, in this process: intake, with everything that runs behind its edge."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest
from nats.aio.client import Client

from libs.kit import running as module
from libs.kit import watchdog
from libs.kit.connection import api
from libs.kit.database import Database
from libs.kit.errors import Unavailable
from libs.kit.running import Running
from libs.kit.settings import Settings
from services.intake.app import build
from tests.libs.kit.parts import messages
from tests.stack.clock import HandClock
from tests.stack.stack import Stack
from tests.stack.waiting import eventually


@pytest.fixture
def ended() -> Iterator[list[int]]:
    """The signals by which the service asked to be started anew; here they end nothing."""
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))
    yield seen
    signal.signal(signal.SIGTERM, before)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[Running, httpx.AsyncClient]]:
    app = build(settings)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        yield app.state.running, http


async def reasons(http: httpx.AsyncClient) -> dict[str, str]:
    reply = await http.get("/readyz")
    found: dict[str, str] = reply.json()["reasons"]
    assert reply.status_code == (503 if found else 200)
    return found


async def ready(http: httpx.AsyncClient) -> bool:
    return not await reasons(http)


async def test_a_service_gets_ready_publishes_what_it_seeds_and_stops(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    async with serving(stack.fresh("intake")) as (running, http):
        assert set(await reasons(http)) >= {"bus", "stream", "consumers"}
        await eventually(lambda: ready(http), 10)
        assert (await http.get("/healthz")).json() == {"status": "alive"}
        await eventually(lambda: published(bus))
        assert [consumer.source for consumer in running.consumers] == ["review"]
    assert ended == []


async def published(bus: Client) -> bool:
    said = await messages(bus)
    return {message["subject"].split(".")[4] for message in said} == {"configured"}


async def test_a_service_waits_for_its_migrations(bus: Client, stack: Stack, ended: list[int]) -> None:
    settings = stack.fresh("intake")
    assert settings.migration_database_url is not None
    owner = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    await owner.execute("ALTER TABLE alembic_version RENAME TO not_yet")
    async with serving(settings) as (_, http):
        await eventually(lambda: behind(http))
        assert (await http.get("/healthz")).status_code == 200
        await owner.execute("ALTER TABLE not_yet RENAME TO alembic_version")
        await eventually(lambda: ready(http), 10)
    await owner.close()
    assert ended == []


async def behind(http: httpx.AsyncClient) -> bool:
    return (await reasons(http)).get("migrations") == "behind: alembic_version"


async def test_a_start_that_is_tried_again_leaves_no_connections_behind(
    stack: Stack, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool opens, and what comes after it finds no connection any more, again and again."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    settings, tries = stack.fresh("intake", nats_url="nats://127.0.0.1:9"), 0

    async def seed(db: Database) -> None:
        nonlocal tries
        tries += 1
        if tries < 5:
            raise Unavailable("store_unavailable", "")

    running = Running(settings, clock, seed=seed)
    await running.start()
    await eventually(lambda: tries == 5)
    await running.stop()
    admin = await asyncpg.connect(stack.admin_url)
    name = settings.database_url.get_secret_value().rpartition("/")[2]
    left = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = $1"
    await eventually(lambda: admin.fetchval(left, name))
    await admin.close()


async def test_readiness_can_be_asked_without_what_need_not_keep_people_away(
    bus: Client, stack: Stack, ended: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "GLANCE_SECONDS", 0.02)
    async with serving(stack.fresh("intake")) as (_, http):
        await eventually(lambda: ready(http), 10)
        await api(bus, "CONSUMER.DELETE.EV_REVIEW.intake")
        await eventually(lambda: _reason(http, "consumers"))
        assert (await http.get("/readyz?exclude=consumers")).status_code == 200
    assert ended == []


async def _reason(http: httpx.AsyncClient, name: str) -> str | None:
    return (await reasons(http)).get(name)


async def test_a_background_task_that_ends_unforeseen_ends_the_process(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    async def fails() -> None:
        raise KeyError("a bug")

    async with serving(stack.fresh("intake")) as (running, http):
        await eventually(lambda: ready(http), 10)
        running._spawn(fails())
        await eventually(lambda: ended)
    assert ended == [signal.SIGTERM]


async def test_a_task_that_fails_while_everything_stops_ends_nothing(
    bus: Client, stack: Stack, ended: list[int]
) -> None:
    async def fails_when_stopped() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise KeyError("a bug")

    async with serving(stack.fresh("intake")) as (running, http):
        await eventually(lambda: ready(http), 10)
        running._spawn(fails_when_stopped())
        await asyncio.sleep(0.01)
    assert ended == []


@pytest.mark.parametrize("which", ["relay", "subscribers"])
async def test_a_connection_that_is_closed_for_good_ends_the_process(
    bus: Client, stack: Stack, ended: list[int], which: str
) -> None:
    async with serving(stack.fresh("intake")) as (running, http):
        await eventually(lambda: ready(http), 10)
        assert running.client is not None and running.bus is not None
        if which == "relay":
            await running.client.close()
        else:
            (subscriber,) = running.bus.broker.subscribers
            await subscriber.subscription._nc.close()  # type: ignore[attr-defined]
        await eventually(lambda: ended)
    assert ended == [signal.SIGTERM]


async def test_a_service_may_be_stopped_before_it_is_up(stack: Stack, ended: list[int]) -> None:
    for seconds in (0.0, 0.05, 0.2):
        async with serving(stack.fresh("intake", nats_url="nats://127.0.0.1:9")) as (_, http):
            await asyncio.sleep(seconds)
            assert (await http.get("/healthz")).status_code == 200
    assert ended == []
