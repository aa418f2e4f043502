"""Whatever the bus brings is applied, lies aside, or is a dead letter: nothing vanishes, nothing is tried for ever."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest

from libs.contracts.envelope import Envelope
from libs.kit import replay
from libs.kit.consumer import ATTEMPTS
from libs.kit.errors import Conflict
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from tests.libs.kit.listening import Listener, listening
from tests.libs.kit.parts import event, rows, taken
from tests.stack.stack import Stack
from tests.stack.waiting import eventually


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


async def test_replicas_drains_and_operators_at_once_apply_everything_once_and_in_order(review: Listener) -> None:
    """Everything that may move a gate does so at the same time; the seed is printed."""
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    print(f"seed {seed}")
    histories = [history(8) for _ in range(6)]
    for one in histories:
        review.failing[one[dice.randrange(8)].id] = ValueError("no")
    replicas = [review, Listener(review.db, review.consumer.texts)]
    replicas[1].failing = review.failing
    for replica in replicas:
        replica.consumer.gap_seconds = 0.02
    working = [asyncio.create_task(_forever(work)) for work in (review.round, partial(_mend, review))]
    try:
        await asyncio.gather(*(_deliver(dice, replicas, said) for said in histories for _ in range(2)))
        review.failing.clear()
        await eventually(lambda: _all_passed(review, 8), 20)
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    for said in histories:
        assert await review.effects(said[0].subject) == list(range(1, 9))


async def _deliver(dice: random.Random, replicas: list[Listener], said: list[Envelope]) -> None:
    """One after the other in any order, again and again until each is acknowledged."""
    waiting = list(said)
    while waiting:
        envelope = waiting.pop(dice.randrange(len(waiting)))
        (later,) = await dice.choice(replicas).hear(envelope)
        if later is not None:
            waiting.append(envelope)
            await asyncio.sleep(0.002)


async def _mend(review: Listener) -> None:
    """An operator requeues whatever is a dead letter, whether or not its cause is gone."""
    for row in await rows(review.db, "SELECT id FROM dead_letter WHERE state = 'open'"):
        review.failing.clear()
        with contextlib.suppress(Conflict):
            await replay.requeue(review.consumer, row["id"])


async def _forever(work: Callable[[], Awaitable[object]]) -> None:
    while True:
        await work()
        await asyncio.sleep(0.005)


async def _all_passed(review: Listener, version: int) -> bool:
    return not await rows(review.db, "SELECT FROM gate WHERE version < $1 OR parked IS NOT NULL", version)
