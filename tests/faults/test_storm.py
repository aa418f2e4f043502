"""Processes and the bus are killed at random while questions stream in: nothing is lost, nothing happens twice."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest

from libs.kit.connection import api, close, connect
from libs.kit.streams import PROVISIONER
from tests.faults.fleet import Fleet
from tests.libs.kit.parts import messages
from tests.stack.waiting import eventually

pytestmark = pytest.mark.faults


@dataclass
class Plan:
    """How much is captured and killed; `seed` chooses what and when."""

    captures: int
    kills: int
    pause: tuple[float, float]
    seed: int = field(default_factory=lambda: int(os.environ.get("LOTSE_SEED") or random.randrange(10**9)))


async def test_a_storm_of_kills_loses_nothing_and_doubles_nothing(fleet: Fleet, long: bool) -> None:
    plan = Plan(5000, 26, (1.0, 4.0)) if long else Plan(300, 6, (0.5, 2.0))
    print(f"LOTSE_SEED={plan.seed}")
    chance = random.Random(plan.seed)
    await fleet.start(intake_1="intake", intake_2="intake", **{name: name for name in HEARING})
    space = await fleet.prepare(fleet.processes["intake_1"])
    storm = asyncio.create_task(_storm(fleet, plan, chance))
    accepted = await _capture(fleet, space, plan, chance, storm)
    await storm
    last = asyncio.get_running_loop().time()
    assert len(accepted) == len(set(accepted)) >= plan.captures
    await eventually(lambda: _caught_up(fleet, len(accepted)), CAUGHT_UP_SECONDS)
    print(f"{len(accepted)} captured, {plan.kills} kills, all caught up", end=" ")
    print(f"{asyncio.get_running_loop().time() - last:.1f} s after the last write")
    await _conserved(fleet, set(accepted))


async def _storm(fleet: Fleet, plan: Plan, chance: random.Random) -> None:
    """SIGKILL one at a time, and start it again at once; over when all stand again. Writing goes on until then."""
    await _kill(fleet, plan, chance)
    for process in fleet.processes.values():
        await eventually(process.ready, 90)


async def _kill(fleet: Fleet, plan: Plan, chance: random.Random) -> None:
    choices: list[tuple[Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]] = [
        (process.kill, process.start) for process in fleet.processes.values()
    ]
    choices.append((lambda: _kill_nats(fleet), fleet.stack.nats.start))
    for number in range(plan.kills):
        await asyncio.sleep(chance.uniform(*plan.pause))
        # Each at least once, then by chance.
        kill, start = choices[number] if number < len(choices) else chance.choice(choices)
        await kill()
        await asyncio.sleep(chance.uniform(0, 0.5))
        await start()


async def _kill_nats(fleet: Fleet) -> None:
    child = fleet.stack.nats.child
    assert child is not None
    child.kill()
    await child.finished(5)


async def _capture(
    fleet: Fleet, space: str, plan: Plan, chance: random.Random, storm: "asyncio.Task[None]"
) -> list[str]:
    """At least the planned number, and as long as the storm lasts; each asked again with its key until it is there."""
    accepted: list[str] = []
    waiting = iter(range(plan.captures))

    async def work() -> None:
        while next(waiting, None) is not None or not storm.done():
            accepted.append(await _one(fleet, space, chance))

    await asyncio.gather(*(work() for _ in range(4)))
    return accepted


async def _one(fleet: Fleet, space: str, chance: random.Random) -> str:
    key, doors = uuid4().hex, [fleet.processes["intake_1"], fleet.processes["intake_2"]]
    body = {"space": space, "text": f"Was kostet die Anerkennung {key}?", "channel": "public", "language": "de"}
    for _ in range(600):
        try:
            reply = await fleet.ask(chance.choice(doors), "POST", "/intake/v1/questions", body, key=key)
        except httpx.HTTPError:
            await asyncio.sleep(0.1)
            continue
        if reply.status_code == 201:
            return str(reply.json()["id"])
        assert reply.status_code in (409, 503), reply.text
        assert int(reply.headers["Retry-After"]) >= 1
        await asyncio.sleep(0.1)
    raise AssertionError("never accepted")


HEARING = ("review", "referral", "reporting")
# What is promised, from the last write on.
CAUGHT_UP_SECONDS = 10
CAPTURED = "SELECT aggregate FROM event WHERE convert_from(bytes, 'UTF8') LIKE '%lotse.intake.question.captured.v1%'"
HEARD = "SELECT aggregate FROM history WHERE type = 'lotse.intake.question.captured.v1'"


async def _caught_up(fleet: Fleet, count: int) -> bool:
    heard = await fleet.rows("reporting", HEARD)
    gates = "SELECT count(*) FROM gate WHERE aggregate LIKE 'question/%' AND version > 0"
    known = [(await fleet.rows(service, gates))[0][0] for service in ("review", "referral")]
    return bool(min(len(heard), *known) >= count)


async def _conserved(fleet: Fleet, accepted: set[str]) -> None:
    """Accepted = written = on the bus = applied; each once, and in order."""
    wanted = sorted(f"question/{id}" for id in accepted)
    written = [row["aggregate"] for row in await fleet.rows("intake", CAPTURED)]
    assert sorted(written) == wanted
    order = [row["seq"] for row in await fleet.rows("intake", "SELECT seq FROM event_order ORDER BY seq")]
    assert order == list(range(1, len(order) + 1))
    ids = {str(row["event_id"]) for row in await fleet.rows("intake", "SELECT event_id FROM event")}
    password = fleet.stack.secrets.password(f"nats-{PROVISIONER}")
    client = await connect(fleet.stack.nats.url, PROVISIONER, password, "test")
    on_bus = await messages(client)
    waiting = (await api(client, "CONSUMER.INFO.EV_INTAKE.reporting"))["num_ack_pending"]
    await close(client)
    assert {message["Nats-Msg-Id"] for message in on_bus} == ids and waiting == 0
    assert sorted(row["aggregate"] for row in await fleet.rows("reporting", HEARD)) == wanted
    heard = await fleet.rows("reporting", "SELECT aggregate, version FROM history ORDER BY position")
    versions: dict[str, list[int]] = {}
    for row in heard:
        versions.setdefault(row["aggregate"], []).append(row["version"])
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
    figures = await fleet.rows("reporting", "SELECT sum(count) FROM figure WHERE measure = 'captured'")
    assert figures[0][0] == len(wanted)
    for service in ("review", "referral"):
        known = await fleet.rows(service, "SELECT id FROM known_question")
        assert sorted(f"question/{row['id']}" for row in known) == wanted
    for service in ("intake", *HEARING):
        assert await fleet.rows(service, "SELECT reason FROM dead_letter") == []
        assert await fleet.rows(service, "SELECT aggregate FROM parked") == []
