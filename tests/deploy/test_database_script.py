"""The databases that the cluster's first start makes are those that `lotse up` makes."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from cli.local.account import programs
from cli.local.databases import access, owner_of, provision
from cli.local.ports import LOOPBACK, any_free
from cli.local.postgres import Postgres
from libs.contracts.envelope import SERVICES
from tests.deploy.rendering import K8S

SCRIPT = K8S / "components" / "postgres-embedded" / "provision.sh"
# Everything that provisioning sets, but for the passwords' salts.
STATE = {
    "roles": """SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolconnlimit
        FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1""",
    "memberships": "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members ORDER BY 1, 2",
    "databases": """SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datacl::text
        FROM pg_database ORDER BY 1""",
}
INSIDE = {
    "schema": "SELECT pg_get_userbyid(nspowner), nspacl::text FROM pg_namespace WHERE nspname = 'public'",
    "extensions": "SELECT extname, extnamespace::regnamespace::text FROM pg_extension ORDER BY 1",
}


def password(role: str) -> str:
    return f"p@ss'\"\\{role}"


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[Postgres]:
    started = Postgres(tmp_path, any_free(1)[0], "admin", tmp_path / "postgres.log", durable=False)
    await started.start()
    yield started
    await started.stop()


async def run_script(postgres: Postgres, script: Path, folder: Path) -> tuple[int, str]:
    """As the image's entry point does: read by bash, with the passwords mounted as files."""
    folder.mkdir()
    for role in (*SERVICES, *map(owner_of, SERVICES)):
        (folder / role).write_text(password(role))
    psql = shutil.which("psql", path=str(programs(None, folder))) or shutil.which("psql")
    bash = shutil.which("bash")
    if psql is None or bash is None:
        pytest.skip("psql or bash is not installed")
    told = {
        "PATH": f"{Path(psql).parent}:{os.environ['PATH']}",
        "LOTSE_PASSWORDS": str(folder),
        "PGHOST": LOOPBACK,
        "PGPORT": str(postgres.port),
        "PGPASSWORD": postgres.password,
    }
    made = await asyncio.create_subprocess_exec(
        bash, "-Eeuo", "pipefail", "-c", f". {script}", env=told, stderr=asyncio.subprocess.PIPE
    )
    _, said = await made.communicate()
    return made.returncode or 0, said.decode()


async def state(postgres: Postgres) -> dict[str, list[tuple[object, ...]]]:
    """All that provisioning leaves behind, by what it is."""
    found = await _asked(postgres.url, STATE)
    for service in SERVICES:
        url = f"{postgres.url.rpartition('/')[0]}/{service}"
        found |= {f"{service} {what}": rows for what, rows in (await _asked(url, INSIDE)).items()}
    return found


async def _asked(url: str, questions: dict[str, str]) -> dict[str, list[tuple[object, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        return {what: [tuple(row) for row in await connection.fetch(query)] for what, query in questions.items()}
    finally:
        await connection.close()


async def test_lotse_up_finds_nothing_to_mend_after_the_script(postgres: Postgres, tmp_path: Path) -> None:
    assert await run_script(postgres, SCRIPT, tmp_path / "passwords") == (0, "")
    made = await state(postgres)
    for service in SERVICES:
        for url in vars(access(postgres.url, service, password)).values():
            await (await asyncpg.connect(url)).close()
    await provision(postgres.url, password, alone=True)
    assert await state(postgres) == made


@pytest.mark.parametrize("left_out", ["REVOKE ALL ON SCHEMA public", "REVOKE ALL ON DATABASE", "REVOKE CONNECT"])
async def test_a_right_that_the_script_leaves_open_is_found(postgres: Postgres, tmp_path: Path, left_out: str) -> None:
    script = tmp_path / "provision.sh"
    assert left_out in SCRIPT.read_text()
    script.write_text(SCRIPT.read_text().replace(left_out, "SELECT 1; -- "))
    await run_script(postgres, script, tmp_path / "passwords")
    made = await state(postgres)
    await provision(postgres.url, password, alone=True)
    assert await state(postgres) != made


async def test_a_statement_that_fails_ends_the_script(postgres: Postgres, tmp_path: Path) -> None:
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("CREATE ROLE review")
    await connection.close()
    status, said = await run_script(postgres, SCRIPT, tmp_path / "passwords")
    assert status == 1
    assert 'role "review" already exists' in said
