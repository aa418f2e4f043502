"""Databases come back from a backup that was taken before erasures: nobody is let in before these have been done again,
and then everything goes on from where the log is."""

import asyncio
import os
import random
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import Collection
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.local.account import programs
from libs.contracts.envelope import SERVICES
from tests.faults.fleet import Fleet
from tests.faults.left import (
    figures,
    no_row_holds_it,
    no_text_is_on_the_bus,
    nothing_is_put_aside,
    only_what_stands_is_found,
    scrubbed,
    settled,
    trace,
)
from tests.faults.lives import INTAKE, PREFIX, REVIEW, Life, Stage, all_live
from tests.faults.storm import all_stand, kill_nats
from tests.stack.waiting import eventually

pytestmark = pytest.mark.faults


async def test_a_restore_replays_the_erasures_before_it_serves(fleet: Fleet, long: bool) -> None:
    await fleet.start(**{name: name for name in SERVICES})
    for restored in [SERVICES, *((name,) for name in SERVICES)] if long else [SERVICES]:
        print(f"restored: {', '.join(restored)}")
        async with AsyncExitStack() as exits:
            await _restored(fleet, await Stage.made(fleet, exits), restored)


async def _restored(fleet: Fleet, stage: Stage, names: Collection[str]) -> None:
    """Two questions are erased after the backup, and one that came after it; of those that stay one came after it."""
    lives = [Life(stage, n, far, n % 2 == 0, random.Random()) for n, far in enumerate((10, 10, 8, 3, 9, 10))]
    before, since = lives[:4], lives[4:]
    await all_live(before, _at_once, 4, then_end=False)
    await eventually(lambda: settled(fleet), 60)
    for name in names:
        await _dump(fleet, name)
    await asyncio.gather(*(life.end() for life in before if life.erased))
    await all_live(since, _at_once, 2)
    await eventually(lambda: settled(fleet), 60)
    traces = [await trace(life) for life in lives]
    await eventually(lambda: settled(fleet), 60)
    counted, said = await figures(fleet, stage), await _said(fleet)
    await _brought_back(fleet, names, [life for life in before if life.erased])
    assert await _said(fleet) == said
    assert await figures(fleet, stage) == counted
    assert [await trace(life) for life in lives] == traces
    await _goes_on(fleet, before, since, lost="intake" in names)


async def _at_once() -> None:
    """Nobody pauses."""


async def _said(fleet: Fleet) -> dict[str, list[Any]]:
    """Every event of every service, by its number."""
    sql = "SELECT seq, event_id, bytes FROM event_order JOIN event USING (position) ORDER BY seq"
    return {name: [tuple(row) for row in await fleet.rows(name, sql)] for name in SERVICES}


async def _brought_back(fleet: Fleet, names: Collection[str], erased: list[Life]) -> None:
    """Everything stops, and old databases take the place of the present ones; the bus comes last. Meanwhile somebody
    asks for what was erased, all the time."""
    for process in fleet.processes.values():
        await process.kill()
    await kill_nats(fleet)
    for name in names:
        await _load(fleet, name)
    await asyncio.gather(*(process.start() for process in fleet.processes.values()))
    for name in names:
        await eventually(lambda name=name: _held(fleet, name), 60)  # type: ignore[misc]
        assert await _asked(fleet, name) == (503, "not_open_yet")
    prying = asyncio.create_task(_pry(fleet, erased))
    await fleet.stack.nats.start()
    await all_stand(fleet)
    await eventually(lambda: settled(fleet), 60)
    await asyncio.wait([prying], timeout=1)
    assert not prying.done(), prying.result()
    prying.cancel()


async def _pry(fleet: Fleet, erased: list[Life]) -> str:
    """Ask for questions and drafts for ever; returns only when one is shown."""
    asked = [(f"{INTAKE}/questions/{life.id}", "intake", "counsellor") for life in erased]
    asked += [(f"{REVIEW}/submissions/{life.submission}", "review", "legal-reviewer") for life in erased]
    async with httpx.AsyncClient(timeout=5) as http:
        while True:
            for path, service, role in asked:
                headers = {"Authorization": f"Bearer {fleet.token(role)}"}
                with suppress(httpx.HTTPError):
                    if PREFIX in (await http.get(fleet.processes[service].url + path, headers=headers)).text:
                        return f"{path} was shown"
            await asyncio.sleep(0.01)


async def _held(fleet: Fleet, name: str) -> bool:
    return "restored" in (await fleet.processes[name].reasons() or {})


async def _asked(fleet: Fleet, name: str) -> tuple[int, str]:
    """What a service answers to anybody."""
    paths = {
        "intake": "/intake/v1/questions",
        "review": "/review/v1/submissions",
        "referral": "/referral/v1/referrals",
        "reporting": "/reporting/v1/figures",
    }
    async with httpx.AsyncClient(timeout=5) as http:
        reply = await http.get(fleet.processes[name].url + paths[name])
    return reply.status_code, reply.json()["code"]


async def _goes_on(fleet: Fleet, before: list[Life], since: list[Life], *, lost: bool) -> None:
    """What was not erased can be, whether its record came back whole or, `lost`, as its codes alone."""
    for life in [*before, *since]:
        if not life.erased:
            seen = await life.who("counsellor").get(f"{INTAKE}/questions/{life.id}")
            assert (seen["text"] is None) == (life in since and lost)
            await life.end()
            life.erased = True
    await eventually(lambda: settled(fleet), 60)
    assert {(await trace(life))[0] for life in [*before, *since]} == {"erased"}
    await nothing_is_put_aside(fleet)
    await no_text_is_on_the_bus(fleet, [life for life in before if life.erased])
    await no_row_holds_it(fleet, [life for life in before if life.erased])
    await scrubbed(fleet)
    for life in since:
        # What was approved after the backup is lost with the rest, or stands where review was not restored.
        life.secrets, life.stands = life.secrets - life.stands, set()
    only_what_stands_is_found(fleet, [*before, *since])


def _dumped(fleet: Fleet, name: str) -> Path:
    return fleet.folder.with_name(f"{fleet.folder.name}-{name}.dump")


async def _dump(fleet: Fleet, name: str) -> None:
    await _run(fleet, "pg_dump", "--format=custom", "--create", f"--file={_dumped(fleet, name)}", f"--dbname={name}")


async def _load(fleet: Fleet, name: str) -> None:
    await _run(fleet, "pg_restore", "--clean", "--create", "--exit-on-error", "--dbname=postgres", _dumped(fleet, name))


async def _run(fleet: Fleet, program: str, *arguments: str | Path) -> None:
    """One of PostgreSQL's own programs, as the administrator."""
    server = fleet.stack.postgres
    where = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres", "PGPASSWORD": server.password}
    path = programs(None, fleet.folder) / program
    run = await create_subprocess_exec(path, *arguments, env={**os.environ, **where}, stderr=PIPE)
    _, complaint = await run.communicate()
    assert run.returncode == 0, complaint.decode()
