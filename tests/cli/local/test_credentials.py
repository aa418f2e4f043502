"""What the running services of `lotse up` could do with what they were told: each with its own address and passwords,
read where they really are, in its environment."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from nats.aio.client import Client

from cli.demo.cast import Cast
from cli.inside import bus
from cli.where import Installation
from libs.contracts.envelope import SERVICES
from libs.kit.connection import api, close, connect
from libs.kit.streams import event_stream
from tests.libs.kit.attempts import as_others, those_answered
from tests.stack.waiting import eventually

FOREIGN = ("postgres", "template1", *SERVICES)


def told(platform: Installation, service: str) -> Mapping[str, str]:
    """The environment of the process that runs now."""
    now = platform.here()[0].where()
    assert now is not None
    raw = Path(f"/proc/{now['children'][service]}/environ").read_bytes().decode()
    return dict(entry.split("=", 1) for entry in raw.split("\0") if "=" in entry)


async def on_the_bus(platform: Installation, service: str) -> Client:
    own = told(platform, service)
    return await connect(own["NATS_URL"], own["NATS_USER"], own["NATS_PASSWORD"], "test")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_enters_its_own_database_and_no_other_one(platform: Installation, service: str) -> None:
    own = urlsplit(told(platform, service)["DATABASE_URL"])
    assert (own.path, own.username) == (f"/{service}", service)
    connection = await asyncpg.connect(own.geturl())
    assert await connection.fetchval("SELECT count(*) FROM event") >= 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM event")
    await connection.close()
    for other in FOREIGN:
        if other != service:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(own._replace(path=f"/{other}").geturl())


@pytest.mark.parametrize("service", SERVICES)
async def test_what_a_service_was_told_lets_it_in_as_nobody_else(platform: Installation, service: str) -> None:
    own = urlsplit(told(platform, service)["DATABASE_URL"])
    for role in {"postgres", *SERVICES, *(f"{one}_owner" for one in SERVICES)} - {service}:
        address = own._replace(netloc=f"{role}:{own.password}@{own.hostname}:{own.port}").geturl()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(address)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_acts_on_the_bus_in_no_others_name(platform: Installation, service: str) -> None:
    assert told(platform, service)["NATS_USER"] == service
    client = await on_the_bus(platform, service)
    try:
        assert await those_answered(client, as_others(service)) == []
        own = f"$JS.API.STREAM.INFO.{event_stream(service)}"
        assert await those_answered(client, [(own, None)]) == [own]
    finally:
        await close(client)


async def test_no_service_overhears_what_another_one_says(platform: Installation, cast: Cast, space: str) -> None:
    heard: list[str] = []

    async def overhear(message: Any) -> None:
        heard.append(message.subject)

    curious = await asyncio.gather(*(on_the_bus(platform, service) for service in SERVICES))
    for client in curious:
        for pattern in (">", "ev.>", "forgettable.>", "$JS.>", "_INBOX.*.>"):
            await client.subscribe(pattern, cb=overhear)
        await client.flush()
    before = await said(platform)
    body = {"space": space, "text": "Was kostet die Anerkennung?", "channel": "public", "language": "de"}
    await cast.caller("counsellor-ar").post("/intake/v1/questions", body)

    async def published() -> bool:
        return await said(platform) > before

    await eventually(published, 10)
    for client in curious:
        await client.flush()
        await close(client)
    assert heard == []


async def said(platform: Installation) -> int:
    """How many events of intake are on the bus."""
    async with bus(None, platform) as client:
        return int((await api(client, f"STREAM.INFO.{event_stream('intake')}"))["state"]["messages"])
