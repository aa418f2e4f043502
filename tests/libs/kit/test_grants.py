"""What each service may do in its database and in others', tried with its own password, and asked of the catalogue."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from cli.local.databases import owner_of
from libs.contracts.envelope import SERVICES
from libs.kit.ids import new_id
from tests.libs.kit import catalogue
from tests.stack.stack import Stack

FORBIDDEN = (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidGrantOperationError)
Rule = Callable[[Any], Awaitable[list[str]]]


@asynccontextmanager
async def runtime(stack: Stack, service: str) -> AsyncIterator[Any]:
    """A connection with the runtime role, in the worker's own database."""
    connection = await asyncpg.connect(stack.database(service).runtime)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def owner(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


CHANGES = [
    "UPDATE event SET bytes = ''",
    "UPDATE event SET held = true",
    "DELETE FROM event",
    "TRUNCATE event",
    "UPDATE event_order SET seq = 1",
    "DELETE FROM event_order",
    "TRUNCATE event_order",
    "UPDATE forgotten SET concerns = ''",
    "DELETE FROM forgotten",
    "DELETE FROM relay",
    "INSERT INTO relay DEFAULT VALUES",
    "DELETE FROM dead_letter",
    "UPDATE alembic_version_kit SET version_num = ''",
]
STATEMENTS = [
    "CREATE TABLE mine (n int)",
    "CREATE TEMPORARY TABLE mine (n int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE event ADD COLUMN mine int",
    "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE forgettable DISABLE TRIGGER ALL",
    "DROP TRIGGER refuse_forgotten ON forgettable",
    "DROP TABLE event",
    "CREATE INDEX ON event (version)",
    "COPY event TO PROGRAM 'cat'",
    "SET session_replication_role = replica",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "DROP EXTENSION pg_trgm",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SELECT pg_ls_dir('/')",
    "LOAD '/tmp/mine.so'",
]

TAKING = ('SET ROLE "{}"', "ALTER ROLE \"{}\" PASSWORD 'mine'", 'GRANT "{}" TO CURRENT_USER')


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_adds_to_what_stands_for_ever_and_changes_nothing_of_it(stack: Stack, service: str) -> None:
    async with runtime(stack, service) as connection:
        for statement in CHANGES:
            assert await _refused(connection, statement), f"allowed: {statement}"
        transaction = connection.transaction()
        await transaction.start()
        added = "INSERT INTO event (event_id, aggregate, version, concerns, bytes) VALUES ($1, 'a/b', 1, 'b', '')"
        await connection.execute(added, new_id())
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute("UPDATE event SET version = 2 WHERE aggregate = 'a/b'")
        await transaction.rollback()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_changes_no_schema_and_takes_no_other_role(stack: Stack, service: str) -> None:
    roles = {"postgres"}
    for other in SERVICES:
        stack.database(other)
        roles |= {other, owner_of(other)}
    roles -= {service}
    others = [words.format(role) for role in sorted(roles) for words in TAKING]
    async with runtime(stack, service) as connection:
        for statement in (*STATEMENTS, *others):
            assert await _refused(connection, statement), f"allowed: {statement}"


async def _refused(connection: Any, statement: str) -> bool:
    try:
        await connection.execute(statement)
    except FORBIDDEN:
        return True
    return False


@pytest.mark.parametrize("service", SERVICES)
async def test_neither_role_of_a_service_enters_another_ones_database(stack: Stack, service: str) -> None:
    own = stack.database(service)
    for other in set(SERVICES) - {service}:
        database = stack.database(other).runtime.rpartition("/")[2]
        for address in (own.runtime, own.owner):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(f"{address.rpartition('/')[0]}/{database}")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_sees_no_rows_unless_it_says_whose_and_then_only_those(stack: Stack, service: str) -> None:
    """In a copy without foreign keys and checks, two rows in every guarded table, of one programme each."""
    settings = stack.fresh(service)
    assert settings.migration_database_url is not None
    admin_url = f"{stack.admin_url.rpartition('/')[0]}/{settings.database_url.get_secret_value().rpartition('/')[2]}"
    async with owner(admin_url) as admin:
        guarded = [row["name"] for row in await catalogue.tables(admin) if row["guarded"]]
        for table in guarded:
            await _fill(admin, table)
    assert guarded
    async with owner(settings.database_url.get_secret_value()) as connection:
        for table in guarded:
            assert await _seen(connection, table, None) == []
            assert await _seen(connection, table, "") == []
            assert await _seen(connection, table, "one") == ["one"]
            assert await _seen(connection, table, "one,three") == ["one"]
            assert await _seen(connection, table, "*") == ["one", "two"]


async def _seen(connection: Any, table: str, programmes: str | None) -> list[str]:
    async with connection.transaction():
        if programmes is not None:
            await connection.execute(f"SET LOCAL lotse.programmes = '{programmes}'")
        return [row["programme"] for row in await connection.fetch(f"SELECT programme FROM {table} ORDER BY 1")]


COLUMNS = """
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
AND a.attgenerated = ''
"""
VALUES = {
    "uuid": "gen_random_uuid()",
    "boolean": "true",
    "timestamp with time zone": "now()",
    "date": "now()",
    "bytea": "''",
    "jsonb": "'{}'",
}


async def _fill(admin: Any, table: str) -> None:
    """Loosen a table, and put the least into it: one row each of programme one and two."""
    sql = "SELECT conname FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype IN ('c', 'f')"
    for row in await admin.fetch(sql, table):
        await admin.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{row["conname"]}"')
    needed = {row["name"]: _value(row["type"]) for row in await admin.fetch(COLUMNS, table)}
    for number, programme in enumerate(("one", "two"), 1):
        values = {name: str(number) if value == "1" else value for name, value in needed.items()}
        values["programme"] = f"'{programme}'"
        await admin.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})")


def _value(type: str) -> str:
    if type.endswith("[]"):
        return "'{}'"
    return f"0::{type}" if type.startswith("bit") else VALUES.get(type, "1")


RULES: list[Rule] = [catalogue.without_retention, catalogue.unguarded]
PLANTED = [
    (catalogue.without_retention, "CREATE TABLE mine (n int)"),
    (catalogue.without_retention, "CREATE TABLE mine (n int, retention_class text, held boolean NOT NULL)"),
    (catalogue.unguarded, "CREATE TABLE mine (programme text)"),
    (catalogue.unguarded, "CREATE TABLE mine (programme text); ALTER TABLE mine ENABLE ROW LEVEL SECURITY"),
    (
        catalogue.unguarded,
        "CREATE TABLE mine (programme text); ALTER TABLE mine ENABLE ROW LEVEL SECURITY;"
        " CREATE POLICY all_of_it ON mine USING (true)",
    ),
    (catalogue.unguarded, "CREATE VIEW mine AS SELECT * FROM event"),
]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_has_its_retention_and_every_programmes_rows_are_guarded(stack: Stack, service: str) -> None:
    async with owner(stack.database(service).owner) as connection:
        for rule in RULES:
            assert await rule(connection) == []
        assert await catalogue.changeable(connection, service) == []
        for role in (service, owner_of(service)):
            powers = await catalogue.powers(connection, role)
            assert role == owner_of(service) or powers == []
            assert not {"rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"} & set(powers)


@pytest.mark.parametrize(("rule", "planted"), PLANTED)
async def test_a_table_that_breaks_the_rule_is_found(stack: Stack, rule: Rule, planted: str) -> None:
    settings = stack.fresh("intake")
    assert settings.migration_database_url is not None
    async with owner(settings.migration_database_url.get_secret_value()) as connection:
        await connection.execute(planted)
        assert await rule(connection) == ["mine"]


@pytest.mark.parametrize("right", ["UPDATE", "DELETE", "TRUNCATE"])
async def test_a_right_too_many_on_the_event_table_is_found(stack: Stack, right: str) -> None:
    settings = stack.fresh("intake")
    assert settings.migration_database_url is not None
    async with owner(settings.migration_database_url.get_secret_value()) as connection:
        await connection.execute(f"GRANT {right} ON event TO intake")
        assert await catalogue.changeable(connection, "intake") == ["event"]


async def test_every_exception_from_the_guard_is_a_table_that_exists(stack: Stack) -> None:
    found: set[str] = set()
    for service in SERVICES:
        async with owner(stack.database(service).owner) as connection:
            found |= {row["name"] for row in await catalogue.tables(connection)}
    assert set(catalogue.SHOWN_TO_ALL) <= found
