"""The edge with the real transaction: a key is answered once, a stale version is refused, no value breaks it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from libs.edge.http import Call, Router
from libs.kit.clock import SystemClock
from libs.kit.database import Database
from libs.kit.settings import Settings
from libs.kit.transaction import Reply
from tests.libs.edge.sample_app import Made, NewThing, Sample, running, things

BODY = {"title": "A thing"}
THING = uuid4()
VALUES = {"nul": ("a\x00b", sa.Text), "surrogate": ("\ud800", sa.Text), "large": (2**70, sa.BigInteger)}
more = Router("more", "/intake/v1")


@more.command("POST", "/versions/{id}", allow=("counsellor",), reply=Made, if_match=True, summary="Now at version 7")
async def at_seven(call: Call) -> Reply:
    async with call.transaction() as tx:
        tx.expect(7)
        return tx.reply(200, Made(id=call.uuid("id"), version=8), version=8)


@more.command("POST", "/values/{kind}", allow=("counsellor",), reply=Made, body=NewThing, summary="Store a value")
async def store_value(call: Call[NewThing]) -> Reply:
    value, kind = VALUES[call.text("kind")]
    async with call.transaction() as tx:
        await tx.fetch(sa.select(sa.bindparam("value", type_=kind)), value=value)
        return tx.reply(200, Made(id=THING, version=1))


@pytest.fixture
async def stored(service_settings: Callable[..., Settings]) -> AsyncIterator[Sample]:
    """The sample over intake's real database."""
    db = Database(service_settings("intake"), SystemClock())
    await db.open()
    async with running(things, more, db=db) as made:
        yield made
    await db.close()


async def store(sample: Sample, key: str, *, person: str = "amal", path: str = "", **changed: str) -> httpx.Response:
    headers = sample.signed_in(person, **{"Idempotency-Key": key})
    return await sample.client.post(path or f"/intake/v1/things/{THING}/stored", json=BODY | changed, headers=headers)


async def test_the_same_key_and_body_give_the_stored_reply(stored: Sample) -> None:
    key = uuid4().hex
    first, again = await store(stored, key), await store(stored, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for name in ("etag", "location", "content-type", "cache-control"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["x-trace-id"] != first.headers["x-trace-id"]


async def test_the_same_key_with_another_body_is_a_422(stored: Sample) -> None:
    key = uuid4().hex
    await store(stored, key)
    answer = await store(stored, key, title="Another thing")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_of_someone_else_or_for_something_else_is_another_key(stored: Sample) -> None:
    key = uuid4().hex
    await store(stored, key)
    for answer in (
        await store(stored, key, person="vera"),
        await store(stored, key, path=f"/intake/v1/things/{uuid4()}/stored"),
    ):
        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers


async def test_rights_are_checked_before_a_stored_reply_is_given(stored: Sample) -> None:
    key = uuid4().hex
    await store(stored, key)
    assert (await store(stored, key, person="office")).status_code == 403


async def test_a_bad_body_uses_no_key_up(stored: Sample) -> None:
    key = uuid4().hex
    assert (await store(stored, key, title="")).status_code == 422
    assert (await store(stored, key)).status_code == 201


async def test_many_at_once_with_one_key_are_done_once(stored: Sample) -> None:
    key = uuid4().hex
    answers = await asyncio.gather(*[store(stored, key) for _ in range(8)])
    fresh = [a for a in answers if a.status_code == 201 and "idempotency-replayed" not in a.headers]
    assert len(fresh) == 1
    for answer in answers:
        assert answer.status_code == 201 or (answer.status_code, answer.json()["code"]) == (409, "in_flight")
        assert answer.status_code == 201 or answer.headers["retry-after"] == "1"


async def test_a_database_that_goes_away_is_a_503_and_the_key_stays_free(stored: Sample) -> None:
    key = uuid4().hex
    await stored.edge.db.close()
    answer = await store(stored, key)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "store_unavailable", "1")
    await stored.edge.db.open()
    assert "idempotency-replayed" not in (await store(stored, key)).headers


@pytest.mark.parametrize(("seen", "status"), [('"7"', 200), ('"6"', 412), ('"8"', 412)])
async def test_a_stale_version_is_refused_with_the_current_one(stored: Sample, seen: str, status: int) -> None:
    headers = stored.signed_in(**{"Idempotency-Key": uuid4().hex, "If-Match": seen})
    answer = await stored.client.post(f"/intake/v1/versions/{THING}", headers=headers)
    assert answer.status_code == status
    if status == 412:
        assert (answer.json()["code"], answer.json()["current_version"]) == ("stale", 7)


@pytest.mark.parametrize("kind", VALUES)
async def test_a_value_that_cannot_be_stored_is_a_422(stored: Sample, kind: str) -> None:
    answer = await store(stored, uuid4().hex, path=f"/intake/v1/values/{kind}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert (await store(stored, uuid4().hex)).status_code == 201
