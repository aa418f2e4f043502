"""How far each source is complete: as far as its numbers run without a hole, and not further."""

import asyncio
from datetime import datetime

import pytest

from libs.contracts.envelope import Envelope, encode
from libs.kit import gate as gates
from libs.kit.actor import SYSTEM
from libs.kit.gate import Gate
from libs.kit.ids import new_id
from libs.kit.transaction import Cause, Tx
from services.reporting.figures.api import complete_through
from services.reporting.figures.commands import project
from services.reporting.figures.projector import Projector
from services.reporting.history import queries
from services.reporting.history.domain import Arrived
from services.reporting.history.queries import Progress
from tests.services.probe import Probe
from tests.services.reporting import facts
from tests.services.reporting.bus import Bus


@pytest.fixture
async def first(reporting: Probe) -> int:
    """The number at which this test begins."""
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute("DELETE FROM aside")
        await tx.connection.execute(
            "UPDATE progress SET through = NULL, seq = (SELECT coalesce(max(seq), 0) + 1 FROM history)"
        )
        return int(await tx.connection.fetchval("SELECT max(seq) FROM progress"))


def arrived(seq: int, minutes: float) -> Arrived:
    envelope = facts.envelope(facts.captured(), new_id(), 1, time=facts.later(minutes))
    return Arrived(envelope, encode(envelope), seq)


async def apply(reporting: Probe, *arrivals: Arrived) -> None:
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        await project(tx, "intake", arrivals)


async def mark(reporting: Probe, first: int) -> tuple[int, datetime | None]:
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        (found,) = [one for one in await queries.progress(tx) if one.source == "intake"]
    return found.seq - first, found.through


async def test_numbers_that_follow_each_other_move_the_mark(reporting: Probe, first: int) -> None:
    await apply(reporting, *(arrived(first + n, n) for n in (1, 2, 3)))
    assert await mark(reporting, first) == (3, facts.later(3))


async def test_a_missing_number_holds_the_mark_until_it_comes(reporting: Probe, first: int) -> None:
    await apply(reporting, arrived(first + 1, 1), arrived(first + 3, 3))
    await apply(reporting, arrived(first + 4, 4))
    assert await mark(reporting, first) == (1, facts.later(1))
    await apply(reporting, arrived(first + 2, 2))
    assert await mark(reporting, first) == (4, facts.later(4))


async def test_a_slow_transaction_does_not_set_the_moment_back(reporting: Probe, first: int) -> None:
    await apply(reporting, arrived(first + 1, 5))
    await apply(reporting, arrived(first + 2, 1))
    assert await mark(reporting, first) == (2, facts.later(5))


async def test_what_came_without_a_number_moves_nothing(reporting: Probe, first: int) -> None:
    envelope = facts.envelope(facts.captured(), new_id(), 1)
    await apply(reporting, Arrived(envelope, encode(envelope)))
    assert await mark(reporting, first) == (0, None)


async def test_the_figures_say_the_least_moment_of_their_sources(reporting: Probe, first: int, programme: str) -> None:
    await apply(reporting, arrived(first + 1, 1))
    found = await reporting.person("funder", programme=programme).get("/reporting/v1/figures")
    assert found["complete_through"] == "2026-11-18T12:01:00Z"
    by_source = {one["source"]: one["through"] for one in found["sources"]}
    assert by_source == {"intake": "2026-11-18T12:01:00Z", "review": None, "referral": None}


async def test_the_mark_never_goes_back_when_two_move_it_at_once(bus: Bus, programme: str) -> None:
    """Two dead letters were skipped. One reader takes note of the first while another applies what lies between them
    and passes the second: were the mark to go back, it could not come past the second again."""
    said = [facts.envelope(facts.captured(), new_id(), 1, programme=programme) for _ in range(4)]
    first = bus.first["intake"]
    arrivals = [Arrived(envelope, encode(envelope), first + n) for n, envelope in enumerate(said, 1)]
    async with bus.connected() as client:
        reader = Projector(bus.idle, client, "intake")
        async with bus.idle.db.transaction(Cause(SYSTEM)) as tx:
            await queries.put_aside(tx, "intake", [arrivals[0], arrivals[3]])
            for skipped in (said[0], said[3]):
                await gates.move(tx.connection, "intake", await _passed(tx, skipped))
        async with bus.idle.db.transaction(Cause(SYSTEM)) as tx:
            await project(tx, "intake", arrivals[1:3])
            looking = asyncio.create_task(reader._look())
            await asyncio.sleep(0.2)
        await looking
        assert (await bus.progress()).seq == 4


async def _passed(tx: Tx, event: Envelope) -> dict[str, Gate]:
    await gates.enter(tx.connection, "intake", event.subject)
    return {event.subject: Gate(event.aggregateversion, event.id)}


def source(through: datetime | None, waiting: int = 0) -> Progress:
    return Progress("intake", 0, through, None, waiting)


def test_a_source_that_never_said_anything_holds_nothing_back() -> None:
    assert complete_through([source(None), source(facts.later(2)), source(facts.later(1))]) == facts.later(1)
    assert complete_through([source(None)]) is None


def test_a_source_stuck_before_its_first_event_makes_nothing_complete() -> None:
    assert complete_through([source(None, waiting=1), source(facts.later(1))]) is None
