"""The matrix has been seen to fail: rights are taken away, given too freely, or not asked for, in a running service."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from libs.edge.http import Call
from libs.edge.serving import Resource, Served
from libs.kit.actor import SYSTEM
from libs.kit.transaction import Cause, Reply
from services.referral.referrals import domain
from tests.rights.conftest import Worlds
from tests.rights.matrix import deviations
from tests.rights.table import rows
from tests.rights.world import World
from tests.services.review.situation import CORE, GIST

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = "GET /intake/v1/questions/{id}"
TAKING = "POST /intake/v1/questions/{id}/taking"


def served(at: World, operation: str) -> Served:
    """The operation as it is served."""
    method, path = operation.split(" ")
    (resource,) = (
        getattr(route, "endpoint", None) for route in at.probe.app.routes if getattr(route, "path", "") == path
    )
    assert isinstance(resource, Resource)
    return resource.served[method]


@contextmanager
def declared(at: World, operation: str, **changes: Any) -> Iterator[None]:
    """The service with one operation declared otherwise."""
    one = served(at, operation)
    before = one.operation
    one.operation = replace(before, **changes)
    try:
        yield
    finally:
        one.operation = before


@asynccontextmanager
async def unguarded(at: World, table: str) -> AsyncIterator[None]:
    """The database without the programme's guard on one table: as if a query forgot it."""
    url = at.probe.settings.migration_database_url
    assert url is not None
    owner = await asyncpg.connect(url.get_secret_value())
    try:
        await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        yield
    finally:
        await owner.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        await owner.close()


async def found(at: World, operation: str) -> list[str]:
    return await deviations(at, rows(at.probe.name)[operation])


async def test_a_role_taken_away_is_found(worlds: Worlds) -> None:
    at = await worlds("intake")
    allow = served(at, QUESTION).operation.allow
    assert allow is not None and await found(at, QUESTION) == []
    with declared(at, QUESTION, allow=tuple(role for role in allow if role != "dpo")):
        assert "dpo here: done expected, 403 role_missing given" in await found(at, QUESTION)


async def test_a_role_too_many_is_found(worlds: Worlds) -> None:
    at = await worlds("intake")
    allow = served(at, QUESTION).operation.allow
    assert allow is not None
    with declared(at, QUESTION, allow=(*allow, "admin")):
        told = await found(at, QUESTION)
    assert "admin here, nothing elsewhere: 403 role_missing expected, 200 given" in told
    assert "event was changed by who may not" in told


async def test_an_operation_that_asks_nobody_is_found(worlds: Worlds) -> None:
    at = await worlds("intake")
    with declared(at, "GET /intake/v1/questions", allow=None):
        told = await found(at, "GET /intake/v1/questions")
    assert "GET without a right: 401 expected, 200 given" in told


@pytest.mark.parametrize(
    ("service", "table", "operation", "told"),
    [
        # What cannot be recorded in the caller's name is not read either; yet it tells that something is there.
        ("intake", "question", QUESTION, "dpo elsewhere: 404 question_unknown expected, 403 role_missing given"),
        ("intake", "question", "GET /intake/v1/questions", "dpo elsewhere: nothing expected, 200 given"),
        ("intake", "space", "POST /intake/v1/questions", "counsellor elsewhere: 404 space_unknown expected, 403"),
        ("review", "answer", "GET /review/v1/answers/{id}", "coordinator elsewhere: 404 answer_unknown expected, 200"),
        ("referral", "referral", "GET /referral/v1/inbox", "partner-office elsewhere, of the office: nothing expected"),
        ("reporting", "figure", "GET /reporting/v1/figures", "funder elsewhere: nothing expected, 200 given"),
    ],
)
async def test_a_query_that_forgets_the_programme_is_found(
    worlds: Worlds, service: str, table: str, operation: str, told: str
) -> None:
    at = await worlds(service)
    async with unguarded(at, table):
        assert any(told in words for words in await found(at, operation))
    assert await found(at, operation) == []


async def test_an_office_that_is_not_asked_for_is_found(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    at = await worlds("referral")
    monkeypatch.setattr(domain, "seen_by", lambda referral, office: True)
    told = await found(at, "GET /referral/v1/referrals/{id}")
    assert "partner-office here, nothing elsewhere, of another office: 404 referral_unknown expected, 200 given" in told


async def test_a_refusal_that_leaves_something_behind_is_found(worlds: Worlds) -> None:
    """Refused as it should be, and yet something was written before."""
    at = await worlds("intake")
    handler = served(at, TAKING).operation.handler

    async def careless(call: Call[Any, Any]) -> Reply:
        async with call.db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.execute("UPDATE question SET changed_at = changed_at + interval '1 s'")
        return await handler(call)

    with declared(at, TAKING, handler=careless):
        assert "question was changed by who may not" in await found(at, TAKING)


async def test_what_tells_a_stranger_that_something_is_there_is_found(worlds: Worlds) -> None:
    at = await worlds("intake")
    handler = served(at, QUESTION).operation.handler

    async def talkative(call: Call[Any, Any]) -> Reply:
        async with call.db.transaction(Cause(SYSTEM)) as tx:
            there = await tx.connection.fetchval("SELECT true FROM question WHERE id = $1", call.uuid("id"))
        try:
            return await handler(call)
        except Exception as refused:
            if there and hasattr(refused, "message"):
                refused.message = "There is one, but not for you."
            raise

    with declared(at, QUESTION, handler=talkative):
        assert any("dpo elsewhere tells it from nothing" in words for words in await found(at, QUESTION))


async def test_a_text_where_none_belongs_is_found(worlds: Worlds) -> None:
    at = await worlds("review")
    listed = rows("review")["GET /review/v1/submissions/{id}"]
    assert await deviations(at, listed) == []
    told = await deviations(at, replace(listed, touches=("case",)))
    assert f"legal-reviewer is shown: {CORE}" in told and f"counsellor is shown: {GIST}" in told
