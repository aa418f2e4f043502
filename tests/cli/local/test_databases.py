"""One database and two roles per service; nobody enters another's."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from cli.local.databases import Access, address, provision, scram
from cli.local.migrations import fingerprint, migrated, remember
from cli.local.ports import any_free
from cli.local.postgres import Postgres
from cli.local.trouble import Trouble

TWO = ("intake", "review")


def password(role: str) -> str:
    return f"p@ss/{role}'\""


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[Postgres]:
    started = Postgres(tmp_path, any_free(1)[0], "admin", tmp_path / "postgres.log", durable=False)
    await started.start()
    yield started
    await started.stop()


async def run(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_each_role_does_its_part_and_no_more(postgres: Postgres) -> None:
    made = await provision(postgres.url, password, services=TWO, alone=True)
    own = made["intake"]
    await run(own.owner, "CREATE TABLE question (text text)")
    await run(own.owner, "GRANT SELECT ON question TO intake")
    assert await run(own.runtime, "SELECT count(*) FROM question") == 0
    for forbidden in (
        "INSERT INTO question VALUES ('x')",
        "CREATE TABLE mine (n int)",
        "CREATE TEMPORARY TABLE mine ()",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await run(own.runtime, forbidden)
    assert await run(own.runtime, "SELECT similarity('amt', 'amt')") == 1.0


@pytest.mark.parametrize("role", ["intake", "intake_owner"])
async def test_no_role_enters_another_database(postgres: Postgres, role: str) -> None:
    await provision(postgres.url, password, services=TWO, alone=True)
    for other in ("review", "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await run(address(postgres.url, other, role, password(role)), "SELECT 1")


async def test_no_role_can_make_others_or_step_around_row_level_security(postgres: Postgres) -> None:
    made = await provision(postgres.url, password, services=TWO)
    for url in (made["intake"].runtime, made["intake"].owner):
        for forbidden in ("CREATE ROLE other", "CREATE DATABASE other", "SET ROLE review"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await run(url, forbidden)
    rights = "SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb) FROM pg_roles"
    assert await run(postgres.url, f"{rights} WHERE rolname ~ 'intake'") is False


async def test_again_changes_nothing_but_the_passwords_it_is_given(postgres: Postgres) -> None:
    first = await provision(postgres.url, password, services=TWO)
    await run(first["intake"].owner, "CREATE TABLE kept ()")
    second = await provision(postgres.url, lambda role: f"new {role}", services=TWO)
    assert await run(second["intake"].owner, "SELECT count(*) FROM kept") == 0
    with pytest.raises(asyncpg.InvalidPasswordError):
        await run(first["intake"].runtime, "SELECT 1")


async def test_a_suffix_gives_databases_of_their_own_with_the_same_roles(postgres: Postgres) -> None:
    made = await provision(postgres.url, password, services=TWO, suffix="_gw1")
    assert await run(made["review"].runtime, "SELECT current_database() || ' ' || current_user") == "review_gw1 review"


async def test_two_at_once_do_not_meet_in_the_catalogue(postgres: Postgres) -> None:
    runs = (provision(postgres.url, password, services=TWO, suffix=suffix) for suffix in ("_a", "_b", "_c"))
    made = await asyncio.gather(*runs)
    assert [await run(one["intake"].runtime, "SELECT 1") for one in made] == [1, 1, 1]


async def test_an_administrator_without_superuser_suffices(postgres: Postgres) -> None:
    await run(postgres.url, "CREATE ROLE chief LOGIN CREATEROLE CREATEDB PASSWORD 'chief'")
    chief = address(postgres.url, "postgres", "chief", "chief")
    for _ in range(2):
        made = await provision(chief, password, services=TWO)
    await run(made["intake"].owner, "CREATE TABLE mine ()")


async def test_a_password_never_travels_in_a_statement(postgres: Postgres) -> None:
    """The server's log is made to hold every statement, as an operator might."""
    await run(postgres.url, "ALTER SYSTEM SET log_statement = 'all'")
    await run(postgres.url, "SELECT pg_reload_conf()")
    await provision(postgres.url, password, services=TWO)
    log = postgres.log.read_text()
    assert "ALTER ROLE" in log and "p@ss" not in log


async def test_a_server_that_is_away_is_named_without_its_password() -> None:
    port = any_free(1)[0]
    with pytest.raises(Trouble, match=rf"127\.0\.0\.1:{port} cannot be used: .*Check ADMIN_DATABASE_URL") as told:
        await provision(f"postgresql://admin:sesame@127.0.0.1:{port}/postgres", password)
    assert "sesame" not in str(told.value)


async def test_a_database_tells_which_migrations_it_has_had(postgres: Postgres) -> None:
    await provision(postgres.url, password, services=TWO)
    assert await migrated(postgres.url) == {}
    await remember(postgres.url, "intake", fingerprint("intake"))
    assert await migrated(postgres.url) == {"intake": fingerprint("intake")}
    assert fingerprint("intake") != fingerprint("review")


def test_addresses_escape_what_a_password_may_hold() -> None:
    assert address("postgresql://a:b@h:1/x?sslmode=require", "y", "u", password("u")) == (
        "postgresql://u:p%40ss%2Fu%27%22@h:1/y?sslmode=require"
    )
    assert "p%40ss" not in repr(Access("postgresql://u:p%40ss@h/y", "postgresql://o:p%40ss@h/y"))


def test_two_verifiers_of_one_password_differ() -> None:
    assert scram("one") != scram("one")
