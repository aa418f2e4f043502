"""The projector on a real bus and a real database: however things are delivered, each counts once."""

import asyncio
import random
from collections import Counter
from uuid import UUID

from libs.contracts.envelope import Envelope, Fact, encode
from libs.kit.actor import Actor
from libs.kit.connection import close
from libs.kit.consumer import GAP_SECONDS
from libs.kit.ids import new_id
from libs.kit.transaction import Cause
from services.reporting.figures.projector import Projector
from services.reporting.history.commands import trace
from tests.services.reporting import facts
from tests.services.reporting.bus import Bus, Eventually

STAFF = [new_id() for _ in range(4)]


def told(programme: str, count: int, *life: Fact) -> list[Envelope]:
    """So many aggregates that live through these facts, one version of all after the other."""
    lives = [facts.life(life, programme=programme, staff=STAFF[n % 4]) for n in range(count)]
    return [one[version] for version in range(len(life)) for one in lives]


def everything(programme: str, count: int = 40) -> list[Envelope]:
    return [
        *told(programme, count, facts.captured(), facts.triaged(language="fa"), facts.answered(language="fa")),
        *told(programme, count, facts.captured(), facts.answered(9), facts.retracted(9)),
        *told(programme, count, facts.submitted(), facts.approved(changed=True)),
        *told(programme, count, facts.posted("deviating")),
        *told(programme, count, facts.redeemed()),
        *told(programme, count, facts.captured(), facts.forgotten()),
    ]


async def test_figures_equal_an_independent_count_of_the_bytes(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    said = everything(programme)
    async with bus.at_work():
        await bus.publish(*said)
        await eventually(lambda: bus.is_right(programme, said))
        for source in ("intake", "review", "referral"):
            await eventually(lambda source=source: _caught_up(bus, source))
        await eventually(lambda: _noticed(bus), 10)
    counts, _ = await bus.figures(programme)
    at = (facts.WEEK, "fa", "c-dismissal", "facebook")
    assert counts[(programme, "captured", *at)] == 40
    assert (programme, "approved-with-changes", facts.WEEK, "ar", "unassigned", "facebook") in counts


async def _noticed(bus: Bus) -> bool:
    """The projector took note that the bus held nothing more."""
    return (await bus.progress()).caught_up_at is not None


async def _caught_up(bus: Bus, source: str) -> bool:
    return (await bus.progress(source)).seq == bus.numbers[source] and not await bus.waiting(source)


async def test_being_killed_again_and_again_counts_nothing_twice(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    said = everything(programme, 150)
    await bus.publish(*said)
    dice = random.Random(7)
    for _ in range(6):
        async with bus.at_work():
            await asyncio.sleep(dice.uniform(0.05, 0.4))
    async with bus.at_work():
        await eventually(lambda: bus.is_right(programme, said), 20)
        await eventually(lambda: _caught_up(bus, "intake"), 10)


async def test_an_acknowledgement_lost_after_the_commit_is_a_duplicate(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    said = told(programme, 10, facts.captured())
    await bus.publish(*said)
    async with bus.connected() as client:
        projector = Projector(bus.idle, client, "intake")
        messages = await bus.fetched(projector, 10)
        await close(client)
        for _ in range(2):
            try:
                await projector.take(messages)
            except Exception as failure:  # noqa: BLE001 - whatever nats-py makes of a closed connection
                assert "closed" in str(failure).lower()
    assert await bus.is_right(programme, said)
    assert await bus.waiting() == 10
    async with bus.at_work():
        await eventually(lambda: _caught_up(bus, "intake"), 10)
    assert await bus.is_right(programme, said)


async def test_the_same_event_published_twice_is_counted_once(bus: Bus, programme: str, eventually: Eventually) -> None:
    said = told(programme, 3, facts.captured())
    await bus.publish(*said)
    for envelope in said:
        await bus.send("intake", envelope.bus_subject, encode(envelope), 1)
    async with bus.at_work():
        await eventually(lambda: _caught_up(bus, "intake"))
    assert await bus.is_right(programme, said)


async def test_a_gap_waits_for_its_event_and_holds_nobody_else_up(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    first, late, third = facts.life(
        [facts.captured(), facts.triaged(), facts.answered(topic="c-dismissal")], programme=programme
    )
    others = told(programme, 5, facts.captured())
    number = bus.number(late)
    async with bus.at_work():
        await bus.publish(first, third, *others)
        await eventually(lambda: bus.is_right(programme, [first, *others]))
        assert (await bus.progress()).seq == 0
        await bus.send("intake", late.bus_subject, encode(late), number, late.id)
        await eventually(lambda: bus.is_right(programme, [first, late, third, *others]))
        await eventually(lambda: _caught_up(bus, "intake"))


async def test_a_gap_that_stays_parks_its_aggregate_and_is_drained_when_it_closes(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    life = facts.life([facts.captured(), facts.triaged(), facts.answered(), facts.retracted()], programme=programme)
    late = bus.number(life[1])
    async with bus.at_work() as running:
        await bus.publish(life[0], *life[2:])
        subject = life[0].subject
        intake = await eventually(lambda: next((one for one in running.consumers if subject in one.gaps), None))
        intake.gaps[subject] -= GAP_SECONDS
        await eventually(lambda: _waiting_is(bus, 2))
        assert await bus.waiting() == 0
        assert (await bus.progress()).seq == 0
        await bus.send("intake", life[1].bus_subject, encode(life[1]), late, life[1].id)
        await eventually(lambda: bus.is_right(programme, life))
        await eventually(lambda: _caught_up(bus, "intake"), 10)
        assert (await bus.progress()).waiting == 0


async def _waiting_is(bus: Bus, count: int) -> bool:
    return (await bus.progress()).waiting == count


async def test_events_flow_again_after_the_connection_to_the_store_breaks(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    said = told(programme, 200, facts.captured(), facts.answered())
    async with bus.at_work():
        await bus.publish(*said[:200])
        await eventually(lambda: bus.figures(programme))
        await bus.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND usename = current_user"
        )
        await bus.publish(*said[200:])
        await eventually(lambda: bus.is_right(programme, said), 15)


async def test_a_recorded_reading_comes_back_over_the_bus(bus: Bus, programme: str, eventually: Eventually) -> None:
    """Reporting says it, its relay publishes it, its projector hears it: the next trace shows it."""
    (captured,) = told(programme, 1, facts.captured())
    auditor = Actor(new_id(), {programme: frozenset({"auditor"})})
    cause = Cause(auditor, ("auditor", "dpo"), frozenset({programme}))
    question = UUID(captured.subject.split("/")[1])
    async with bus.at_work() as running:
        await bus.publish(captured)
        await eventually(lambda: bus.is_right(programme, [captured]))
        async with running.db.transaction(cause) as tx:
            await trace(tx, question)
        await eventually(lambda: _read_before(bus, programme))
        async with running.db.transaction(cause) as tx:
            found = await trace(tx, question)
    assert [event.envelope.type.split(".")[2] for event in found.events] == ["question", "access"]
    assert found.events[1].envelope.staff == auditor.staff and found.events[1].seq is not None


async def _read_before(bus: Bus, programme: str) -> bool:
    return len(await bus.history(programme)) == 2


async def test_two_replicas_share_the_work_and_count_once(bus: Bus, programme: str, eventually: Eventually) -> None:
    said = everything(programme, 100)
    async with bus.at_work(), bus.at_work():
        await bus.publish(*said)
        await eventually(lambda: bus.is_right(programme, said), 20)
        await eventually(lambda: _caught_up(bus, "intake"), 10)
    kept = await bus.rows("SELECT aggregate, version FROM history WHERE programme = $1 ORDER BY position", programme)
    last: Counter[str] = Counter()
    for aggregate, version in kept:
        assert version == last[aggregate] + 1
        last[aggregate] = version
