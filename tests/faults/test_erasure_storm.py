"""Questions are erased while parts are killed at random: afterwards no word of them is left in any file, those of the
others are, and figures and traces are those of a run that nothing disturbed."""

import asyncio
import os
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from libs.contracts.envelope import SERVICES
from tests.faults.fleet import Fleet
from tests.faults.left import (
    as_owner,
    figures,
    no_row_holds_it,
    no_text_is_on_the_bus,
    nothing_is_put_aside,
    only_what_stands_is_found,
    scrubbed,
    settled,
    trace,
)
from tests.faults.lives import STEPS, Life, Stage, all_live
from tests.faults.storm import all_stand, parts, strike
from tests.stack.waiting import eventually

pytestmark = pytest.mark.faults


@dataclass
class Plan:
    """How many questions, how many at once, and how long somebody pauses between two steps, in seconds; `seed` chooses
    what becomes of each, and what is killed when."""

    questions: int
    at_once: int
    pause: float
    kills: int
    seed: int = field(default_factory=lambda: int(os.environ.get("LOTSE_SEED") or random.randrange(10**9)))

    def lives(self, stage: Stage) -> list[Life]:
        """The same for the same seed, but for the words."""
        chance = random.Random(self.seed)
        fates = [(1 + number % len(STEPS), chance.random() < 0.6) for number in range(self.questions)]
        return [Life(stage, number, *fate, random.Random()) for number, fate in enumerate(fates)]


async def test_what_is_erased_in_a_storm_is_nowhere_and_nothing_else_is_different(fleet: Fleet, long: bool) -> None:
    plan = Plan(200, 12, 0.3, 40) if long else Plan(20, 8, 0.1, 7)
    print(f"LOTSE_SEED={plan.seed}")
    await fleet.start(intake_1="intake", intake_2="intake", **{name: name for name in SERVICES[1:]})
    async with AsyncExitStack() as exits:
        calm, stormy = [await Stage.made(fleet, exits) for _ in range(2)]
        undisturbed, disturbed = plan.lives(calm), plan.lives(stormy)
        await all_live(undisturbed, _at_once, plan.at_once, then_end=False)
        await _sampled(fleet)
        await asyncio.gather(*(life.end() for life in undisturbed if life.erased))
        kills = await _in_a_storm(fleet, plan, disturbed, database=long)
        print(f"{len(disturbed)} questions, {sum(life.erased for life in disturbed)} erased, {kills} kills")
        await eventually(lambda: settled(fleet), 60)
        assert await figures(fleet, calm) == await figures(fleet, stormy) != []
        for before, after in zip(undisturbed, disturbed, strict=True):
            assert await trace(after) == await trace(before), f"question {after.number}"
    await nothing_is_put_aside(fleet)
    await no_text_is_on_the_bus(fleet, [*undisturbed, *disturbed])
    await no_row_holds_it(fleet, [*undisturbed, *disturbed])
    await scrubbed(fleet)
    only_what_stands_is_found(fleet, [*undisturbed, *disturbed])


async def _at_once() -> None:
    """Nobody pauses."""


async def _in_a_storm(fleet: Fleet, plan: Plan, lives: list[Life], *, database: bool) -> int:
    """Lead them through while parts are killed, each part at least once; returns how many kills it took."""
    chance = random.Random(plan.seed)

    async def pause() -> None:
        await asyncio.sleep(plan.pause * random.random())

    living = asyncio.create_task(all_live(lives, pause, plan.at_once))
    choices, kills = parts(fleet, database=database), 0
    chance.shuffle(choices)
    # A number of kills and not a time: a slow machine must not be struck faster than it gets up.
    while kills < max(plan.kills, len(choices)):
        await strike(choices[kills] if kills < len(choices) else chance.choice(choices), chance)
        kills += 1
        await asyncio.wait([living], timeout=chance.uniform(0.2, 1.5))
    await living
    await all_stand(fleet)
    return kills


async def _sampled(fleet: Fleet) -> None:
    """What the planner keeps of a table is a sample of its values: it must hold none of these."""
    for service in SERVICES:
        await as_owner(fleet, service, "ANALYZE")
