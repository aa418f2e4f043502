"""Whatever the bus brings is applied, lies aside, or is a dead letter: nothing vanishes, and nothing is tried for ever."""

from collections.abc import AsyncIterator

import pytest

from libs.contracts.envelope import Envelope
from libs.kit import replay
from libs.kit.consumer import ATTEMPTS
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from tests.libs.kit.listening import Listener, listening
from tests.libs.kit.parts import event, taken
from tests.stack.stack import Stack


@pytest.fixture
async def review(stack: Stack) -> AsyncIterator[Listener]:
    async with listening(stack.fresh("review")) as made:
        yield made


def history(count: int) -> list[Envelope]:
    about = new_id()
    return [event(taken(), about, version) for version in range(1, count + 1)]


def twin(of: Envelope) -> Envelope:
    """Another event under the same version."""
    return of.model_copy(update={"id": new_id()})


@pytest.mark.parametrize("decision", ["requeue", "skip"])
async def test_a_twin_that_came_while_the_first_was_a_dead_letter_becomes_one_too(
    review: Listener, decision: str
) -> None:
    first, second, third = history(3)
    review.failing[second.id] = ValueError("no")
    await review.hear(first, *[second] * ATTEMPTS, twin(second), third)
    assert await review.letters() == [("failed", 2)] and await review.parked() == [2, 3]
    review.failing.clear()
    if decision == "requeue":
        await replay.requeue(review.consumer, await review.letter())
    else:
        await replay.skip(review.db, await review.letter(), "tried")
    assert await review.letters() == [("version_conflict", 2)] and await review.parked() == [3]
    await replay.skip(review.db, await review.letter(), "false-twin")
    await review.round()
    assert await review.effects() == ([1, 2, 3] if decision == "requeue" else [1, 3])
    assert await review.gate(first.subject) == (3, None) and await review.letters() == []


async def test_a_twin_that_lay_aside_when_the_first_came_by_the_bus_is_a_dead_letter(review: Listener) -> None:
    first, second, third = history(3)
    false = twin(second)
    review.failing[false.id] = ValueError("no")
    review.consumer.gap_seconds = 0
    await review.hear(false, third, first)
    assert await review.effects() == [1] and await review.parked() == [2, 3]
    assert await review.hear(second) == [None]
    assert await review.letters() == [("version_conflict", 2)]
    assert await review.effects() == [1, 2] and await review.parked() == [3]


async def test_what_lay_aside_and_came_by_the_bus_as_well_is_no_dead_letter(review: Listener) -> None:
    first, second, third = history(3)
    review.failing[second.id] = ValueError("no")
    review.consumer.gap_seconds = 0
    await review.hear(second, third, first)
    review.failing.clear()
    assert await review.hear(second) == [None]
    assert await review.letters() == [] and await review.effects() == [1, 2, 3]


async def test_a_function_that_takes_too_long_is_counted(review: Listener) -> None:
    """Else it would be tried for ever, in silence, and take its whole time from the others at each attempt."""

    async def slow(tx: Tx, envelope: Envelope, raw: bytes) -> None:
        await tx.connection.execute("SET LOCAL statement_timeout = '10ms'")
        await tx.connection.execute("SELECT pg_sleep(5)")

    (first,) = history(1)
    review.subscribers.on_every(slow)
    await review.hear(*[first] * ATTEMPTS)
    assert await review.letters() == [("failed", 1)]


