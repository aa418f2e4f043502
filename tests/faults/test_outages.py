"""The bus or the database is away, at the start or in the middle, or its directory burns: readiness tells the truth
throughout, nothing is lost, and everything recovers by itself or by the one command that readiness names."""

import asyncio
import shutil
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from nats.aio.client import Client

from libs.kit import replay
from libs.kit.connection import close, connect
from libs.kit.database import Database
from libs.kit.provision import provision, remove
from libs.kit.streams import PROVISIONER
from tests.faults.fleet import Fleet
from tests.libs.kit.parts import messages, opened
from tests.stack.waiting import eventually

pytestmark = pytest.mark.faults


async def provisioner(fleet: Fleet) -> Client:
    password = fleet.stack.secrets.password(f"nats-{PROVISIONER}")
    return await connect(fleet.stack.nats.url, PROVISIONER, password, "test")


async def kill_nats(fleet: Fleet) -> None:
    child = fleet.stack.nats.child
    assert child is not None
    child.kill()
    await child.finished(5)


async def kill_postgres(fleet: Fleet) -> None:
    child = fleet.stack.postgres.child
    assert child is not None
    child.kill()
    await child.finished(5)


async def capture(fleet: Fleet, space: str, name: str = "intake") -> httpx.Response:
    body = {"space": space, "text": f"Was kostet das {uuid4().hex}?", "channel": "public", "language": "de"}
    return await fleet.ask(fleet.processes[name], "POST", "/intake/v1/questions", body)


async def heard(fleet: Fleet) -> int:
    sql = "SELECT count(*) FROM history WHERE type = 'lotse.intake.question.captured.v1'"
    found: int = (await fleet.rows("reporting", sql))[0][0]
    return found


async def told(fleet: Fleet, name: str, code: str) -> str | None:
    return (await fleet.processes[name].reasons() or {}).get(code)


async def all_ready(fleet: Fleet) -> None:
    for process in fleet.processes.values():
        await eventually(process.ready, 60)


async def test_with_the_bus_away_at_its_start_a_service_takes_questions_and_publishes_when_it_comes(
    fleet: Fleet,
) -> None:
    await fleet.start(intake="intake", reporting="reporting")
    space = await fleet.prepare(fleet.processes["intake"])
    await kill_nats(fleet)
    await fleet.processes["intake"].kill()
    await fleet.processes["intake"].start()
    said = "not connected; events wait in the event table"
    await eventually(lambda: _is(told(fleet, "intake", "bus"), said), 30)
    accepted = [await capture(fleet, space) for _ in range(5)]
    assert {reply.status_code for reply in accepted} == {201}
    assert (await told(fleet, "intake", "database")) is None
    await fleet.stack.nats.start()
    await all_ready(fleet)
    await eventually(lambda: _is(heard(fleet), 5), 15)


async def _is(work: Any, wanted: object) -> bool:
    return bool(await work == wanted)


async def test_with_the_database_away_at_its_start_a_service_waits_and_then_serves(fleet: Fleet) -> None:
    await fleet.start(intake="intake")
    space = await fleet.prepare(fleet.processes["intake"])
    await fleet.processes["intake"].kill()
    await kill_postgres(fleet)
    await fleet.processes["intake"].start()
    await eventually(lambda: told(fleet, "intake", "database"), 30)
    refused = await capture(fleet, space)
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    await fleet.stack.postgres.start()
    await all_ready(fleet)
    assert (await capture(fleet, space)).status_code == 201


async def test_while_the_bus_is_away_nothing_is_refused_and_nothing_is_lost(fleet: Fleet, long: bool) -> None:
    await fleet.start(intake="intake", review="review", reporting="reporting")
    space = await fleet.prepare(fleet.processes["intake"])
    await kill_nats(fleet)
    until, count = asyncio.get_running_loop().time() + (120 if long else 6), 0
    while asyncio.get_running_loop().time() < until:
        assert (await capture(fleet, space)).status_code == 201
        count += 1
        await asyncio.sleep(0.2)
    for name in fleet.processes:
        await eventually(lambda name=name: told(fleet, name, "bus"))  # type: ignore[misc]
        assert await told(fleet, name, "database") is None
    await fleet.stack.nats.start()
    await all_ready(fleet)
    await eventually(lambda: _is(heard(fleet), count), 20)


async def test_while_the_database_is_away_everything_is_refused_in_words_and_nothing_is_lost(
    fleet: Fleet, long: bool
) -> None:
    await fleet.start(intake="intake", reporting="reporting")
    space = await fleet.prepare(fleet.processes["intake"])
    accepted = [(await capture(fleet, space)).status_code for _ in range(3)].count(201)
    await kill_postgres(fleet)
    until = asyncio.get_running_loop().time() + (120 if long else 6)
    while asyncio.get_running_loop().time() < until:
        refused = await capture(fleet, space)
        assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable"), refused.text
        assert int(refused.headers["Retry-After"]) >= 1
        await asyncio.sleep(0.2)
    for name in fleet.processes:
        await eventually(lambda name=name: told(fleet, name, "database"))  # type: ignore[misc]
    await fleet.stack.postgres.start()
    await all_ready(fleet)
    accepted += [(await capture(fleet, space)).status_code for _ in range(3)].count(201)
    await eventually(lambda: _is(heard(fleet), accepted), 20)


async def test_a_burnt_bus_is_told_and_everything_comes_back_without_being_applied_twice(fleet: Fleet) -> None:
    await fleet.start(intake="intake", review="review", reporting="reporting")
    space = await fleet.prepare(fleet.processes["intake"])
    for _ in range(20):
        assert (await capture(fleet, space)).status_code == 201
    await eventually(lambda: _is(heard(fleet), 20), 15)
    figures = await fleet.rows("reporting", "SELECT measure, week, count FROM figure ORDER BY 1, 2")
    shutil.rmtree(fleet.folder / "nats" / "jetstream")
    for name in ("intake", "review", "reporting"):
        await eventually(lambda name=name: told(fleet, name, "sync"), 20)  # type: ignore[misc]
        assert "cannot write" in str(await told(fleet, name, "sync"))
    # Meanwhile people work on, and the server acknowledges into nothing.
    assert (await capture(fleet, space)).status_code == 201
    await bring_back(fleet)
    await all_ready(fleet)
    await eventually(lambda: _is(heard(fleet), 21), 20)
    client = await provisioner(fleet)
    said = await fleet.rows("intake", "SELECT event_id FROM event")
    assert {one["Nats-Msg-Id"] for one in await messages(client)} == {str(row["event_id"]) for row in said}
    texts = await fleet.rows("intake", "SELECT event_id FROM forgettable")
    kept = {one["subject"].rpartition(".")[2] for one in await messages(client, "FORGETTABLE_INTAKE")}
    assert kept == {str(row["event_id"]) for row in texts}
    await close(client)
    again = await fleet.rows("reporting", "SELECT measure, week, count FROM figure ORDER BY 1, 2")
    assert sum(row["count"] for row in again) == sum(row["count"] for row in figures) + 1
    assert await fleet.rows("review", "SELECT reason FROM dead_letter") == []


async def bring_back(fleet: Fleet) -> None:
    """What `lotse replay` does."""
    client = await provisioner(fleet)
    await remove(client)
    for process in fleet.processes.values():
        async with opened(process.settings) as db:
            await _rewound(db)
    await provision(client)
    await close(client)


async def _rewound(db: Database) -> None:
    assert await replay.rewind(db) >= 0


BY_DEFAULT = """
import asyncio, sys, time
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.security import SASLPlaintext

async def main(url, password):
    broker = NatsBroker(url, security=SASLPlaintext("review", password), inbox_prefix=b"_INBOX.review", logger=None,
        reconnect_time_wait=0.05)
    stream = JStream("EV_INTAKE", declare=False)
    @broker.subscriber("ev.intake.>", stream=stream, durable="review", pull_sub=PullSub(1, timeout=0.2),
        inbox_prefix=b"_INBOX.review.")
    async def never(_): ...
    await broker.start()
    print("started", flush=True)
    while True:
        await asyncio.sleep(0.2)
        print("alive", time.time(), flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_by_default_an_outage_that_lasts_freezes_the_process_and_ours_comes_back(
    fleet: Fleet, tmp_path: Path
) -> None:
    """Sixty attempts, made quick here; ours never stop (the outages above), and a connection closed for good ends the
    process (test_running)."""
    script = tmp_path / "by_default.py"
    script.write_text(BY_DEFAULT)
    password = fleet.stack.secrets.password("nats-review")
    run = await create_subprocess_exec(
        sys.executable, str(script), fleet.stack.nats.url, password, stdout=PIPE, stderr=PIPE
    )
    assert run.stdout is not None
    try:
        assert await asyncio.wait_for(run.stdout.readline(), 30) == b"started\n"
        await kill_nats(fleet)
        with pytest.raises(asyncio.TimeoutError):
            while True:
                await asyncio.wait_for(run.stdout.readline(), 5)
        assert run.returncode is None
    finally:
        run.kill()
        await run.wait()
