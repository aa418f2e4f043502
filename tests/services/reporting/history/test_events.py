"""The feed of all events: in the order they were recorded, filtered, paged, and goes on where a reader stopped."""

from typing import Any

import asyncpg
import pytest

from libs.kit.actor import SYSTEM
from libs.kit.ids import new_id
from libs.kit.transaction import Cause
from tests.services.probe import Person, Probe
from tests.services.reporting import facts

PATH = "/reporting/v1/events"


@pytest.fixture
def programme() -> str:
    return facts.fresh_programme()


@pytest.fixture
def auditor(reporting: Probe, programme: str) -> Person:
    return reporting.person("auditor", programme=programme)


async def five(reporting: Probe, programme: str) -> list[str]:
    """Three questions captured, one submitted, one triaged; their ids in this order."""
    question = new_id()
    said = [
        *(facts.envelope(facts.captured(), id, 1, programme=programme) for id in (question, new_id(), new_id())),
        facts.envelope(facts.submitted(), new_id(), 1, programme=programme, concerns=question),
        facts.envelope(facts.triaged(), question, 2, programme=programme),
    ]
    for envelope in said:
        assert await reporting.deliver(envelope) is None
    return [str(envelope.id) for envelope in said]


def ids(found: dict[str, Any]) -> list[str]:
    return [item["id"] for item in found["items"]]


async def test_events_come_in_the_order_they_were_recorded(reporting: Probe, programme: str, auditor: Person) -> None:
    said = await five(reporting, programme)
    found = await auditor.get(PATH)
    assert ids(found) == said
    assert found["page"] == {"next": None, "limit": 50, "total": 5, "total_relation": "exact"}


async def test_pages_hold_every_event_once(reporting: Probe, programme: str, auditor: Person) -> None:
    said = await five(reporting, programme)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        found = await auditor.get(PATH, limit=2, **cursor)
        seen += ids(found)
        if found["page"]["next"] is None:
            break
        cursor = {"cursor": found["page"]["next"]}
    assert seen == said


async def test_a_reader_comes_back_for_what_is_new(reporting: Probe, programme: str, auditor: Person) -> None:
    said = await five(reporting, programme)
    assert ids(await auditor.get(PATH, after=said[2])) == said[3:]
    assert ids(await auditor.get(PATH, after=said[4])) == []


@pytest.mark.parametrize(
    ("filters", "which"),
    [
        ({"service": "review"}, [3]),
        ({"type": "lotse.intake.question.captured.v1"}, [0, 1, 2]),
        ({"service": "intake", "type": "lotse.intake.question.triaged.v1"}, [4]),
        ({"programme": "somewhere-else"}, []),
    ],
)
async def test_filters_combine(
    reporting: Probe, programme: str, auditor: Person, filters: dict[str, str], which: list[int]
) -> None:
    said = await five(reporting, programme)
    assert ids(await auditor.get(PATH, **filters)) == [said[n] for n in which]


async def test_an_auditor_sees_the_events_of_her_programmes_only(reporting: Probe, programme: str) -> None:
    said = await five(reporting, programme)
    stranger = reporting.person("auditor", programme=facts.fresh_programme())
    assert ids(await stranger.get(PATH)) == []
    reply = await stranger.ask("GET", PATH, after=said[0])
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "event_unknown")


async def test_a_cursor_of_another_filter_is_refused(reporting: Probe, programme: str, auditor: Person) -> None:
    await five(reporting, programme)
    cursor = (await auditor.get(PATH, limit=1))["page"]["next"]
    assert await auditor.refused("GET", PATH, cursor=cursor, limit=1, service="intake") == (400, "cursor_mismatch")


async def test_counsellors_see_no_feed(reporting: Probe, programme: str) -> None:
    someone = reporting.person("counsellor", "coordinator", programme=programme)
    assert await someone.refused("GET", PATH) == (403, "role_missing")


@pytest.mark.parametrize("statement", ["UPDATE history SET bytes = ''", "DELETE FROM history", "TRUNCATE history"])
async def test_the_service_itself_cannot_change_what_happened(reporting: Probe, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with reporting.db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.execute(statement)


@pytest.mark.parametrize("table", ["history", "figure", "duration"])
async def test_without_a_programme_set_no_row_is_seen(reporting: Probe, programme: str, table: str) -> None:
    await reporting.deliver(facts.envelope(facts.captured(), new_id(), 1, programme=programme))
    await reporting.deliver(facts.envelope(facts.approved(), new_id(), 1, programme=programme))
    for seen, expected in ((programme, True), ("somewhere-else", False)):
        cause = Cause(SYSTEM, programmes=frozenset({seen}))
        async with reporting.db.transaction(cause) as tx:
            assert await tx.connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})") is expected
