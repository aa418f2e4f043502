"""Everything together: started at once, revived when it crashes, stopped in order, and gone when the supervisor is."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from cli.local.directory import Directory
from cli.local.ports import any_free
from cli.local.postgres import Postgres
from cli.local.supervisor import Supervisor
from cli.local.trouble import Trouble
from cli.local.web import status
from tests.cli.local.addresses import free_base
from tests.stack.waiting import eventually

ONE = ("intake",)
# Starting takes seconds: the tests share one installation, and with it one loop.
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Said(list[str]):
    """What a supervisor says, kept."""

    def __call__(self, line: str) -> None:
        self.append(line)


def supervisor(folder: Path, said: Said | None = None, base: int | None = None) -> Supervisor:
    return Supervisor(Directory(folder), base or free_base(), said if said is not None else Said(), services=ONE)


def pid_of(running: Supervisor, part: str) -> int:
    child = running.parts[part].child
    assert child is not None
    return child.pid


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    async with supervisor(tmp_path_factory.mktemp("supervisor")) as started:
        yield started


async def ready(running: Supervisor) -> bool:
    return await status(running.ports.services["intake"], "/readyz") == 200


async def test_it_says_where_it_is_and_keeps_its_secrets(running: Supervisor) -> None:
    where = running.directory.where()
    assert where is not None
    assert where["urls"]["intake"] == running.ports.url("intake")
    assert where["pid"] == os.getpid()
    told = running.directory.run_file.read_text()
    kept = [path.read_text() for path in (running.directory.root / "secrets").iterdir() if path.is_file()]
    assert len(kept) == 8
    assert not [secret for secret in kept if secret in told]


async def test_a_service_is_told_nothing_of_the_administrator_or_of_the_owner(running: Supervisor) -> None:
    told = Path(f"/proc/{pid_of(running, 'intake')}/environ").read_bytes().decode()
    secrets = running.directory.secrets
    for withheld in ("postgres-admin", "postgres-intake_owner", "nats-provisioner", "nats-review"):
        assert secrets.password(withheld) not in told
    assert "MIGRATION_DATABASE_URL" not in told


async def test_a_second_supervisor_on_the_same_data_is_refused(running: Supervisor) -> None:
    with pytest.raises(Trouble, match=rf"already runs on .* \(process {os.getpid()}\)"):
        async with supervisor(running.directory.root):
            raise AssertionError("two at once")


async def test_whatever_crashes_is_started_again_and_the_service_is_ready_again(running: Supervisor) -> None:
    said = running.say
    assert isinstance(said, Said)
    for part in ("intake", "nats", "postgres", "issuer"):
        before = pid_of(running, part)
        os.kill(before, signal.SIGKILL)
        await eventually(partial(said.__contains__, f"{part} is back."), 30)
        assert pid_of(running, part) != before
    assert "intake stopped (signal SIGKILL); starting it again in 0.5 s." in said
    await eventually(lambda: ready(running), 30)
    where = running.directory.where()
    assert where is not None
    assert where["children"]["nats"] == pid_of(running, "nats")


async def test_it_stops_in_order_and_starts_again_with_what_was_kept(tmp_path: Path) -> None:
    async with supervisor(tmp_path) as first:
        pids = [pid_of(first, part) for part in first.parts]
        watched = [pid_of(first, part) for part in ("intake", "nats", "postgres")]
        ends = asyncio.gather(*(asyncio.to_thread(_ended, pid) for pid in watched))
        connection = await asyncpg.connect(first.access("intake").owner)
        await connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        await connection.close()
    moments = await ends
    assert moments == sorted(moments)
    assert first.directory.where() is None
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    said = Said()
    async with supervisor(tmp_path, said) as second:
        connection = await asyncpg.connect(second.access("intake").runtime)
        assert await connection.fetchval("SELECT to_regclass('kept') IS NOT NULL")
        await connection.close()
    assert said == []
    # The second start found every migration done and ran none.
    assert (tmp_path / "logs" / "intake-migrate.log").stat().st_mtime < second.directory.log("intake").stat().st_mtime


def _ended(pid: int) -> float:
    """When it ended; it is left for its parent to collect."""
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return time.monotonic()


async def test_a_service_that_cannot_start_is_named_with_its_log_and_all_others_are_stopped(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    directory.secrets.make_keys()
    (tmp_path / "secrets" / "keys" / "idempotency.key").write_bytes(b"short")
    attempt = supervisor(tmp_path)
    with pytest.raises(Trouble, match=r"intake stopped before it was ready.*Its log is .*intake\.log"):
        async with attempt:
            raise AssertionError("not ready")
    assert all(part.child is None or part.child.exit_status is not None for part in attempt.parts.values())
    assert directory.left_over() == []


async def test_an_external_postgres_takes_the_place_of_the_embedded_one(tmp_path: Path) -> None:
    external = Postgres(tmp_path / "external", any_free(1)[0], "chief", tmp_path / "log", durable=False)
    await external.start()
    started = Supervisor(Directory(tmp_path / "data"), free_base(), Said(), external.url, services=())
    async with started:
        assert "postgres" not in started.parts
        assert not (tmp_path / "data" / "postgres").exists()
    await external.stop()


async def test_cancelled_while_starting_it_leaves_nothing_behind(tmp_path: Path) -> None:
    attempt = supervisor(tmp_path)
    starting = asyncio.create_task(attempt.__aenter__())
    await eventually(lambda: "postgres" in attempt.parts and attempt.parts["postgres"].child is not None, 30)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert Directory(tmp_path).left_over() == []
    with Directory(tmp_path).ours():
        """Free for the next one."""
