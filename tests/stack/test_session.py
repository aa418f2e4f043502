"""A whole test session, seen from outside: what it starts ends with it, and what it was lent it gives back."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

import asyncpg
import pytest

from cli.local.nats import Account, Nats, User
from cli.local.ports import any_free
from cli.local.postgres import Postgres
from tests.stack import choice
from tests.stack.skips import read
from tests.stack.waiting import eventually

ROOT = Path(__file__).parents[2]
OWN = ("ADMIN_DATABASE_URL", "DATABASE_URL", "NATS_URL", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")


async def session(base: Path, *arguments: str, **given: str) -> Process:
    """pytest in a process of its own, with its temporary files in `base`."""
    env = {name: value for name, value in os.environ.items() if name not in OWN and not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={base}", *arguments]
    return await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=env | {"LOTSE_TESTS_DOCKER": "0"} | given, stdout=PIPE, stderr=STDOUT
    )


def servers_of(base: Path) -> list[int]:
    """Processes that were told of a path below this folder."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            told = (process / "cmdline").read_bytes() + (process / "cwd").readlink().as_posix().encode()
        except (OSError, ValueError):
            continue
        if process.name.isdigit() and str(base).encode() in told and b"--basetemp" not in told:
            found.append(int(process.name))
    return found


async def test_a_killed_session_takes_its_servers_along(tmp_path: Path) -> None:
    base = tmp_path / "killed"
    process = await session(base, "tests/stack/test_stack.py", "-k", "has_its_streams or comes_back")
    await eventually(lambda: len(servers_of(base)) >= 2, 30)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await eventually(lambda: servers_of(base) == [], 30)


async def test_servers_that_were_given_are_used_and_given_back_empty(tmp_path: Path) -> None:
    postgres = Postgres(tmp_path / "lent", any_free(1)[0], "lent", tmp_path / "postgres.log", durable=False)
    everything = {"publish": {"allow": [">"]}, "subscribe": {"allow": [">"]}}
    port, monitor = any_free(2)
    nats = Nats(
        tmp_path / "lent", (port, monitor), [Account([User("chief", "lent", everything)])], tmp_path / "nats.log"
    )
    await asyncio.gather(postgres.start(), nats.start())
    try:
        given = {"DATABASE_URL": postgres.url, "NATS_URL": f"nats://chief:lent@127.0.0.1:{port}"}
        process = await session(tmp_path / "base", "tests/stack/test_stack.py", "-k", "own or streams", **given)
        said = (await process.communicate())[0].decode()
        assert process.returncode == 0, said
        assert "a server that was lent to us" in said
        connection = await asyncpg.connect(postgres.url)
        left = await connection.fetch("SELECT datname FROM pg_database WHERE NOT datistemplate")
        await connection.close()
        assert [row["datname"] for row in left] == ["postgres"]
    finally:
        await asyncio.gather(postgres.stop(), nats.stop())


async def test_a_skip_is_written_down_with_its_file_and_reason(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_hole.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_hole(n):\n    pytest.skip('no door')\n"
        "@pytest.mark.skip(reason='marked')\n"
        "def test_marked(): ...\n"
    )
    target = tmp_path / "skips"
    process = await session(
        tmp_path / "base", str(tmp_path / "tests"), "-n2", "-p", "tests.conftest", f"--write-skips={target}"
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    counted = {what.rpartition("/")[2]: count for what, count in read(target).items()}
    assert counted == {"test_hole.py: no door": 2, "test_hole.py: marked": 1}


def test_given_addresses_come_before_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OWN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOTSE_TESTS_DOCKER", "0")
    assert (choice.postgres_kind(), choice.nats_kind()) == ("wheel", "wheel")
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@h/b")
    monkeypatch.setenv("NATS_URL", "nats://h")
    assert (choice.postgres_kind(), choice.nats_kind()) == ("given", "given")
    monkeypatch.setenv("ADMIN_DATABASE_URL", "postgresql://admin@h/b")
    assert choice.given_postgres() == "postgresql://admin@h/b"


def test_a_docker_engine_that_does_not_answer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOTSE_TESTS_DOCKER", raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{any_free(1)[0]}")
    assert not choice.docker_answers()
