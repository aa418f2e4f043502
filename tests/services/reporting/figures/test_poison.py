"""What cannot be applied lies aside with its number: nobody else waits for it, and the figures say so."""

from libs.contracts.envelope import Envelope, decode, encode
from libs.kit import replay
from libs.kit.actor import SYSTEM
from libs.kit.consumer import Consumer
from libs.kit.deadletters import DeadLetter, listed
from libs.kit.ids import new_id
from libs.kit.running import Running
from libs.kit.transaction import Cause
from tests.services.reporting import facts
from tests.services.reporting.bus import Bus, Eventually


def others(programme: str, count: int = 3) -> list[Envelope]:
    return [facts.envelope(facts.captured(), new_id(), 1, programme=programme) for _ in range(count)]


def spoiled(envelope: Envelope) -> bytes:
    """The same event with a week that is none."""
    return encode(envelope).replace(b"2026-W47", b"2026-W99")


async def letters(bus: Bus, envelope: Envelope) -> list[DeadLetter]:
    async with bus.idle.db.transaction(Cause(SYSTEM)) as tx:
        return [letter for letter in await listed(tx) if letter.event_id == envelope.id]


async def one_letter(bus: Bus, envelope: Envelope) -> DeadLetter | None:
    found = await letters(bus, envelope)
    return found[0] if found else None


def consumer(running: Running, source: str = "intake") -> Consumer:
    return next(one for one in running.consumers if one.source == source)


async def test_bytes_that_are_no_event_stop_nobody(bus: Bus, programme: str, eventually: Eventually) -> None:
    before, after = others(programme), others(programme)
    async with bus.at_work():
        await bus.publish(*before)
        subject = f"ev.intake.question.{new_id()}.captured.v1"
        for raw in (b"", b"\xff", b"{", b"[" * 2000, encode(before[0])):
            await bus.send("intake", subject, raw)
        await bus.publish(*after)
        await eventually(lambda: bus.is_right(programme, [*before, *after]))
        await eventually(lambda: _idle(bus))
        assert (await bus.progress()).seq == 6


async def _idle(bus: Bus) -> bool:
    return await bus.waiting() == 0


async def test_data_that_does_not_fit_parks_its_aggregate_until_it_is_mended_or_skipped(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    bad, *rest = facts.life([facts.captured(), facts.triaged(), facts.answered()], programme=programme)
    good = others(programme)
    async with bus.at_work():
        await bus.send("intake", bad.bus_subject, spoiled(bad), bus.number(bad), bad.id)
        await bus.publish(*good, *rest)
        letter = await eventually(lambda: one_letter(bus, bad))
        await eventually(lambda: bus.is_right(programme, good))
        await eventually(lambda: _idle(bus))
        stuck = await bus.progress()
        assert (letter.reason, stuck.seq, stuck.waiting) == ("invalid_data", 0, 3)
        await replay.skip(bus.idle.db, letter.id, "known-bad")
        await eventually(lambda: bus.is_right(programme, [*good, *rest]), 12)
        await eventually(lambda: _passed(bus, 6), 12)
    assert (await bus.progress()).waiting == 0


async def _passed(bus: Bus, seq: int) -> bool:
    return (await bus.progress()).seq == seq


async def test_an_event_that_fails_is_tried_alone_and_the_batch_goes_on(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    """The store itself refuses it: two events under one id."""
    good = others(programme)
    failing = facts.envelope(facts.captured(), new_id(), 1, programme=programme, event_id=good[0].id)
    rest = others(programme)
    async with bus.at_work() as running:
        await bus.publish(*good)
        await eventually(lambda: bus.is_right(programme, good))
        await bus.send("intake", failing.bus_subject, encode(failing), bus.number(failing))
        await bus.publish(*rest)
        await eventually(lambda: bus.is_right(programme, [*good, *rest]))
        assert await letters(bus, failing) == []
        while await consumer(running).receive(encode(failing), failing.bus_subject, None) is not None:
            # The attempts that redelivery would make over half a minute.
            continue
        letter = await one_letter(bus, failing)
        assert letter is not None and letter.reason == "failed"
        await eventually(lambda: _idle(bus), 40)
    stuck = await bus.progress()
    assert (stuck.seq, stuck.waiting) == (3, 1)


async def test_a_mended_dead_letter_is_counted_with_its_own_number(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    """As after a release that can read it: the letter holds what this release knows to be good."""
    first, second = facts.life([facts.captured(), facts.triaged()], programme=programme)
    async with bus.at_work() as running:
        await bus.send("intake", first.bus_subject, spoiled(first), bus.number(first), first.id)
        await bus.publish(second)
        letter = await eventually(lambda: one_letter(bus, first))
        await eventually(lambda: _idle(bus))
        await bus.rows("UPDATE dead_letter SET bytes = $2 WHERE id = $1 RETURNING id", letter.id, encode(first))
        await replay.requeue(consumer(running), letter.id)
        await eventually(lambda: bus.is_right(programme, [first, second]), 12)
        await eventually(lambda: _passed(bus, 2), 12)
    numbers = await bus.rows("SELECT seq FROM history WHERE programme = $1 ORDER BY version", programme)
    assert [row["seq"] - bus.first["intake"] for row in numbers] == [1, 2]


async def test_another_event_under_the_same_version_is_a_conflict(
    bus: Bus, programme: str, eventually: Eventually
) -> None:
    first = others(programme, 1)[0]
    twin = decode(encode(first).replace(str(first.id).encode(), str(new_id()).encode()))
    async with bus.at_work():
        await bus.publish(first)
        await eventually(lambda: bus.is_right(programme, [first]))
        await bus.publish(twin)
        letter = await eventually(lambda: one_letter(bus, twin))
    assert letter.reason == "version_conflict"
    assert await bus.is_right(programme, [first])
    assert (await bus.progress()).waiting == 1
