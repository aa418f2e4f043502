"""Questions are erased while parts are killed at random: afterwards no word of them is left in any file, those of the
others are, and figures and traces are those of a run that nothing disturbed."""

import asyncio
import os
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cli.scrub import turn_log
from libs.contracts.envelope import SERVICES
from libs.contracts.registry import sources_for
from libs.kit.connection import api, close, connect
from libs.kit.scrubbing import scrub
from libs.kit.streams import PROVISIONER, event_stream
from tests.faults.fleet import Fleet
from tests.faults.lives import LETTERS, PREFIX, STEPS, Life, Stage, all_live
from tests.faults.storm import all_stand, parts, strike
from tests.stack.waiting import eventually

pytestmark = pytest.mark.faults

REPORTING = "/reporting/v1"
WORD = re.compile(rb"%s[a-z]{%d}" % (PREFIX.encode(), LETTERS))
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")


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
        await eventually(lambda: _settled(fleet), 60)
        assert await _figures(fleet, calm) == await _figures(fleet, stormy) != []
        for before, after in zip(undisturbed, disturbed, strict=True):
            assert await _trace(after) == await _trace(before), f"question {after.number}"
    await _nothing_is_put_aside(fleet)
    await _scrubbed(fleet)
    _only_what_stands_is_found(fleet, [*undisturbed, *disturbed])


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
    while not living.done() or kills < len(choices):
        await strike(choices[kills] if kills < len(choices) else chance.choice(choices), chance)
        kills += 1
        await asyncio.wait([living], timeout=chance.uniform(0.2, 1.5))
    await living
    await all_stand(fleet)
    return kills


async def _sampled(fleet: Fleet) -> None:
    """What the planner keeps of a table is a sample of its values: it must hold none of these."""
    for service in SERVICES:
        await _as_owner(fleet, service, "ANALYZE")


async def _as_owner(fleet: Fleet, service: str, sql: str) -> None:
    settings = await fleet.stack.settings(service)
    assert settings.migration_database_url is not None
    connection = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    await connection.execute(sql)
    await connection.close()


async def _settled(fleet: Fleet) -> bool:
    """Everything said is on the bus, and everything there has been acknowledged by all who read it."""
    for service in SERVICES:
        sql = "SELECT published_through, (SELECT count(*) FROM event) AS said FROM relay"
        (row,) = await fleet.rows(service, sql)
        if row["published_through"] < row["said"]:
            return False
    client = await connect(
        fleet.stack.nats.url, PROVISIONER, fleet.stack.secrets.password(f"nats-{PROVISIONER}"), "test"
    )
    try:
        names = [f"{event_stream(source)}.{service}" for service in SERVICES for source in sources_for(service)]
        found = [await api(client, f"CONSUMER.INFO.{name}") for name in names]
    finally:
        await close(client)
    return not any(one["num_pending"] or one["num_ack_pending"] for one in found)


async def _figures(fleet: Fleet, stage: Stage) -> list[Any]:
    """Every cell of the programme, counts and hours, whichever week it fell into."""
    cell = "measure, language, topic, platform"
    counts = f"SELECT {cell}, sum(count)::int FROM figure WHERE programme = $1 GROUP BY {cell} ORDER BY {cell}"
    hours = (
        f"SELECT {cell}, bucket, sum(count)::int, bit_or(slots) FROM duration WHERE programme = $1"
        f" GROUP BY {cell}, bucket ORDER BY {cell}, bucket"
    )
    found = await asyncio.gather(*(fleet.rows("reporting", sql, stage.programme) for sql in (counts, hours)))
    return [tuple(row) for rows in found for row in rows if any(row)]


async def _trace(life: Life) -> Any:
    """What the auditor sees of it, without ids, moments and weeks; in any order, which time alone decides."""
    trace = await life.who("auditor").get(f"{REPORTING}/questions/{life.id}/trace")
    assert trace["complete"] and (trace["erased"]["state"] == "erased") == life.erased
    types = {event["id"]: event["what"]["type"] for event in trace["events"]}
    seen = Counter(
        repr(
            (
                event["what"]["type"],
                event["what"]["version"],
                sorted(_bare(event["what"]["data"]).items()),
                event["who"],
                types.get(event["why"]["causation"]),
                event["why"]["reasons"],
            )
        )
        for event in trace["events"]
    )
    return trace["erased"]["state"], trace["erased"]["by"], seen


def _bare(data: dict[str, Any]) -> dict[str, str]:
    return {name: ID.sub("…", str(value)) for name, value in data.items() if "week" not in name}


async def _nothing_is_put_aside(fleet: Fleet) -> None:
    for service in SERVICES:
        assert await fleet.rows(service, "SELECT reason FROM dead_letter") == []
        assert await fleet.rows(service, "SELECT aggregate FROM parked") == []


async def _scrubbed(fleet: Fleet) -> None:
    for service in SERVICES:
        await scrub(await fleet.stack.settings(service))
    await turn_log(fleet.stack.postgres.url)


def _only_what_stands_is_found(fleet: Fleet, lives: list[Life]) -> None:
    """In every file there is: databases with their log, streams with their consumers, logs of all parts."""
    found = words_in(fleet.folder)
    gone = {word for life in lives if life.erased for word in life.secrets - life.stands}
    left = {word: places for word, places in found.items() if word in gone}
    assert left == {}, left
    here = {word for life in lives for word in (life.stands if life.erased else life.secrets)}
    assert here - set(found) == set()


def words_in(folder: Path) -> dict[str, set[str]]:
    """Every canary in any file below a folder, and where it is."""
    found: dict[str, set[str]] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            for word in set(WORD.findall(path.read_bytes())):
                found.setdefault(word.decode(), set()).add(str(path.relative_to(folder)))
    return found
