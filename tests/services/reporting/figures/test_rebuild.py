"""Counting everything anew gives the same, also after erasures, and no reader ever sees less or more than all."""

import asyncio
import sys

import pytest

from libs.contracts.envelope import Envelope, Fact
from libs.kit.actor import SYSTEM
from libs.kit.database import connect
from libs.kit.errors import Conflict
from libs.kit.ids import new_id
from libs.kit.transaction import Cause
from services.reporting.figures import commands, queries, rebuild
from tests.services.probe import Probe
from tests.services.reporting import facts
from tests.services.reporting.bus import Bus, Eventually

PATH = "/reporting/v1/figures"


def some(programme: str, count: int = 30) -> list[Envelope]:
    """Lives of all kinds, some of them erased."""
    staff = [new_id() for _ in range(4)]
    kinds: list[list[Fact]] = [
        [facts.captured(), facts.triaged(language="fa"), facts.answered(20, language="fa"), facts.forgotten()],
        [facts.captured(), facts.answered(300), facts.retracted(300)],
        [facts.submitted(), facts.approved(7)],
        [facts.redeemed()],
    ]
    return [
        envelope for n in range(count) for envelope in facts.life(kinds[n % 4], programme=programme, staff=staff[n % 3])
    ]


async def test_a_rebuild_equals_what_was_counted_live(bus: Bus, programme: str, eventually: Eventually) -> None:
    said = some(programme, 80)
    async with bus.at_work():
        await bus.publish(*said)
        await eventually(lambda: bus.is_right(programme, said))
        before = await bus.figures(programme)
        done = await rebuild.rebuild(bus.idle.db)
    assert before[0] and before[1]
    assert await bus.figures(programme) == before
    (live,) = await bus.rows("SELECT live FROM generation")
    assert live[0] == done["generation"]
    assert await bus.rows("SELECT DISTINCT generation FROM figure") == [live]


async def test_what_comes_while_a_rebuild_runs_is_counted_once(
    bus: Bus, programme: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of ten, so that the projector writes between them."""
    monkeypatch.setattr(rebuild, "PAGE", 10)
    said = some(programme, 200)
    async with bus.at_work():
        publishing = asyncio.create_task(bus.publish(*said))
        for _ in range(3):
            await rebuild.rebuild(bus.idle.db)
        await publishing
        await eventually(lambda: bus.is_right(programme, said), 15)
    before = await bus.figures(programme)
    await rebuild.rebuild(bus.idle.db)
    assert await bus.figures(programme) == before


async def test_a_reader_sees_the_same_figures_throughout(reporting: Probe, programme: str) -> None:
    for envelope in some(programme):
        assert await reporting.deliver(envelope) is None
    reader = reporting.person("evaluator", programme=programme)
    query = {"by": "week,language,topic,platform"}
    before = await reader.get(PATH, **query)
    rebuilding = asyncio.create_task(rebuild.rebuild(reporting.db))
    reads = 0
    while not rebuilding.done():
        assert await reader.get(PATH, **query) == before
        reads += 1
    await rebuilding
    assert await reader.get(PATH, **query) == before
    assert reads


async def test_a_rebuild_that_was_broken_off_leaves_no_trace_in_the_next(reporting: Probe, programme: str) -> None:
    for envelope in some(programme, 8):
        await reporting.deliver(envelope)
    reader = reporting.person("evaluator", programme=programme)
    before = await reader.get(PATH)
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        half = await queries.live_generation(tx) + 1
        await rebuild.count_page(tx, half, 0)
    assert await reader.get(PATH) == before
    await rebuild.rebuild(reporting.db)
    assert await reader.get(PATH) == before


async def test_two_rebuilds_at_once_are_refused(reporting: Probe) -> None:
    lock = await connect(reporting.settings)
    try:
        await lock.execute("SELECT pg_advisory_lock($1)", queries.REBUILDING)
        with pytest.raises(Conflict, match="rebuild_running"):
            await rebuild.rebuild(reporting.db)
    finally:
        await lock.close()


async def test_a_rebuild_counts_under_the_definitions_of_its_release(
    reporting: Probe, programme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = reporting.person("evaluator", programme=programme)
    monkeypatch.setattr(rebuild, "DEFINITIONS", 2)
    assert (await reader.get(PATH))["definition_version"] == 1
    await rebuild.rebuild(reporting.db)
    assert (await reader.get(PATH))["definition_version"] == 2
    monkeypatch.undo()
    await rebuild.rebuild(reporting.db)


async def test_the_command_line_rebuilds(reporting: Probe) -> None:
    settings = reporting.settings
    environment = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "KEYS_DIR": str(settings.keys_dir),
        "PATH": "",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.reporting", "rebuild", env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0 and b'"generation"' in output


async def test_what_comes_at_the_last_moment_is_counted(
    reporting: Probe, programme: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the last page, which was empty, and before the takeover."""
    events = await count_of_history(reporting)
    monkeypatch.setattr(rebuild, "PAGE", max(events, 1))
    late = facts.life([facts.captured()], programme=programme)[0]
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        await queries.hold_still(tx)
        rebuilding = asyncio.create_task(rebuild.rebuild(reporting.db))
        await eventually(lambda: waits_for_the_lock(reporting))
        await commands.project(tx, "intake", [facts.arrived(late)])
    assert (await rebuilding)["events"] == events + 1
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        counted = await tx.connection.fetchval("SELECT sum(count) FROM figure WHERE programme = $1", programme)
    assert counted == 1


async def count_of_history(reporting: Probe) -> int:
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        return int(await tx.connection.fetchval("SELECT count(*) FROM history"))


async def waits_for_the_lock(reporting: Probe) -> bool:
    async with reporting.db.transaction(Cause(SYSTEM)) as tx:
        waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
        return bool(await tx.connection.fetchval(waiting))
