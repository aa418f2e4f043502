"""The demo from beginning to end: a place to run, what must be there first, all questions at once, the proofs."""

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cli.client import Problem
from cli.demo import world
from cli.demo.cast import Cast
from cli.demo.closing import Outcome, prove
from cli.demo.erasing import erase
from cli.demo.lines import Line, read
from cli.demo.plan import Fate, Plan, plans
from cli.demo.referring import give_address, refer
from cli.demo.report import tell
from cli.demo.reviewing import review
from cli.demo.tally import Failure, Tally
from cli.demo.walk import Stage, Walk
from cli.local.directory import Directory
from cli.local.ports import DEFAULT_BASE, HIGHEST_BASE, free
from cli.local.supervisor import Supervisor
from cli.options import Exit
from cli.screen import Advance, Screen
from cli.where import Installation, find

# Many questions are under way at once, because most of the time each waits to be heard of by the next service.
AT_ONCE = 96
CONNECTIONS = 16
PATIENCE_SECONDS = 180.0
TEMPORARY = "lotse-demo-"


@dataclass(frozen=True)
class Wanted:
    """What to walk through; `detect` withholds the given language."""

    file: Path | None
    language: str | None
    limit: int | None
    detect: bool


async def run(screen: Screen, wanted: Wanted, data: Path | None, base: int | None, *, keep: bool) -> int:
    """The whole demo; returns the exit code."""
    lines = read(wanted.file, wanted.language, wanted.limit)
    began = time.monotonic()
    async with _place(screen, data, base, keep) as place:
        outcome = await _walk(place, lines, wanted.detect, screen)
        outcome.seconds = round(time.monotonic() - began, 1)
        tell(outcome, screen, place.directory.root if place.directory and (data or keep) else None)
    return Exit.DONE if outcome.well else Exit.PARTLY


@asynccontextmanager
async def _place(screen: Screen, data: Path | None, base: int | None, keep: bool) -> AsyncIterator[Installation]:
    """What runs on `data`, or a start of our own there, or in a folder that is removed afterwards."""
    if data is not None and Directory(data).where() is not None:
        yield find(data)
        return
    folder = data or Path(tempfile.mkdtemp(prefix=TEMPORARY))
    try:
        if data is None:
            # PostgreSQL may run as somebody else, who must be let through.
            folder.chmod(0o755)
        screen.say(f"Starting PostgreSQL, NATS, the issuer and the four services on {folder}.")
        admin = os.environ.get("ADMIN_DATABASE_URL")
        async with Supervisor(Directory(folder), base or _free_base(), screen.say, admin):
            yield find(folder)
    finally:
        if data is None and not keep:
            shutil.rmtree(folder, ignore_errors=True)
        elif data is None:
            screen.say(f"Everything that was kept is in {folder}; `lotse up --data {folder}` starts it again.")


def _free_base() -> int:
    """The first base near the default where everything fits, so that a demo runs beside a `lotse up`."""
    bases = range(DEFAULT_BASE, HIGHEST_BASE, 100)
    wanted = [*range(-1, 4), *range(1000, 1004)]
    return next((base for base in bases if all(free(base + step) for step in wanted)), DEFAULT_BASE)


async def _walk(place: Installation, lines: Sequence[Line], detect: bool, screen: Screen) -> Outcome:
    assert place.issuer is not None
    async with place.client(CONNECTIONS, PATIENCE_SECONDS) as client:
        cast = Cast.of(client, place.issuer)
        stage, made = await _prepared(cast, lines, detect)
        new = sorted({line.language for line in lines if line.language} - _spoken(stage))
        with screen.progress("Walking through", len(made)) as advance:
            await _all(stage, made, new, advance)
        return await prove(place, cast, stage, made, screen)


async def _prepared(cast: Cast, lines: Sequence[Line], detect: bool) -> tuple[Stage, list[Plan]]:
    page = await cast.caller("admin").get("/intake/v1/programmes")
    policies = {one["code"]: one["policy"] for one in page["items"] if one["policy"]}
    await world.qualify(cast, policies)
    spaces, offices = await world.spaces(cast), await world.offices(cast)
    stage = Stage(cast, Tally(), offices, policies, detect)
    offered = {code: policy["languages"] for code, policy in policies.items()}
    return stage, plans(lines, spaces, offered, random.SystemRandom().randrange(10**6, 10**7))


def _spoken(stage: Stage) -> set[str]:
    return {language for policy in stage.policies.values() for language in policy["languages"]}


async def _all(stage: Stage, made: Sequence[Plan], new: Sequence[str], advance: Advance) -> None:
    """Every walk, many at once. Languages that are new are added while the others stream in."""
    stage.captured.update({plan.number: asyncio.Event() for plan in made})
    opened = {language: asyncio.Event() for language in new}
    waiting = iter(made)
    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(made))):
            group.create_task(_work(stage, waiting, opened, advance))
        for language in new:
            group.create_task(_open(stage, made, language, opened[language]))


async def _open(stage: Stage, made: Sequence[Plan], language: str, opened: asyncio.Event) -> None:
    """One command adds the language once some questions are in; a question that comes before is refused."""
    try:
        first = next((plan for plan in made if plan.line.language not in (language, None)), None)
        if first is not None:
            await stage.captured[first.number].wait()
        await world.open_language(stage.cast, language)
        stage.tally.done["languages_added"] += 1
    finally:
        opened.set()


async def _work(stage: Stage, waiting: Iterator[Plan], opened: dict[str, asyncio.Event], advance: Advance) -> None:
    for plan in waiting:
        try:
            if plan.line.language in opened:
                await opened[plan.line.language].wait()
            if plan.shared is not None:
                await stage.captured[plan.shared].wait()
            await _one(Walk(stage, plan))
        except Problem as problem:
            stage.tally.failures.append(Failure(plan.line.id, problem.code, str(problem)))
        finally:
            stage.captured[plan.number].set()
        advance(1)


async def _one(walk: Walk) -> None:
    """A question's whole way."""
    plan = walk.plan
    await walk.capture()
    walk.stage.captured[plan.number].set()
    if not await walk.triage():
        await give_address(walk)
        return await walk.close("referred")
    await _answer(walk)
    if plan.referral is not None and plan.fate is not Fate.BLOCKED:
        await refer(walk, plan.referral)
    if plan.erased:
        await erase(walk)
    return None


async def _answer(walk: Walk) -> None:
    """However the answer comes about, or that it does not."""
    plan, line = walk.plan, walk.plan.line
    walk.stage.tally.ways[plan.fate if walk.reviewed else "answered on the spot, no review required"] += 1
    if plan.fate is Fate.LEFT:
        return await walk.close("answered-well-by-others")
    if plan.fate is Fate.UNAPPROVED or not walk.reviewed:
        return await walk.post_unasked(line.variant(walk.language) or line.core)
    submission = await review(walk)
    if submission is not None:
        return await walk.post_released(submission)
    # What cannot be answered ends in something for the person.
    await give_address(walk)
    return await walk.close("referred")
