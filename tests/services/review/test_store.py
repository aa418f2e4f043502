"""Review's tables: each says how long its rows are kept and can be held; working rows are seen by programme only; what
the code believes of a table is what the migration made."""

import re
from importlib import import_module
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from tests.services.probe import Probe
from tests.services.review.situation import Situation, situation

CAPABILITIES = ("programmes", "supervision", "questions", "answers", "submissions", "incidents")
WORKING = {
    "known_question": "working-record",
    "submission": "working-record",
    "core": "working-record",
    "variant": "working-record",
    "decision": "working-record",
    "known_posting": "working-record",
    "incident": "working-record",
    "answer": "approved-answer",
    "reviewer_qualification": "configuration",
}
SHARED = {"known_policy": "configuration", "reviewer": "configuration"}


def tables() -> list[sa.Table]:
    found = [import_module(f"services.review.{name}.tables").metadata for name in CAPABILITIES]
    return [table for metadata in found for table in metadata.tables.values()]


async def rows(review: Probe, statement: str, *arguments: Any) -> list[asyncpg.Record]:
    pool = review.db._pool
    assert pool is not None
    found: list[asyncpg.Record] = await pool.fetch(statement, *arguments)
    return found


async def test_every_table_has_its_retention_class_and_a_hold_flag(review: Probe) -> None:
    found = await rows(
        review,
        "SELECT table_name, column_name, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name IN ('retention_class', 'held')",
    )
    classes = {row["table_name"]: row["column_default"] for row in found if row["column_name"] == "retention_class"}
    held = {row["table_name"]: row["column_default"] for row in found if row["column_name"] == "held"}
    for table, retention in {**WORKING, **SHARED}.items():
        assert classes[table] == f"'{retention}'::text" and held[table] == "false", table
    everything = {
        row["tablename"] for row in await rows(review, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    assert everything - set(classes) == {"alembic_version", "alembic_version_kit"}


async def test_the_code_and_the_migration_speak_of_the_same_columns(review: Probe) -> None:
    for table in tables():
        found = await rows(
            review,
            "SELECT column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_name = $1",
            table.name,
        )
        assert {row["column_name"]: row["nullable"] for row in found} == {
            column.name: bool(column.nullable) for column in table.columns
        }, table.name
    assert {table.name for table in tables()} == {*WORKING, *SHARED}


async def test_a_transaction_without_programmes_sees_no_working_row(here: Situation) -> None:
    await here.released()
    pool = here.review.db._pool
    assert pool is not None
    for table in WORKING:
        async with pool.acquire() as connection, connection.transaction():
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_a_programme_sees_no_row_of_another_in_any_table(here: Situation, review: Probe) -> None:
    released = await here.released()
    await here.posted(await here.question(), "without-approval", text="Text", submission=released["id"])
    there = await situation(review)
    pool = review.db._pool
    assert pool is not None
    for table in WORKING:
        async with pool.acquire() as connection, connection.transaction():
            for programme, seen in ((here.programme, True), (there.programme, False)):
                await connection.execute(f"SET LOCAL lotse.programmes = '{programme}'")
                count = "SELECT count(*) FROM {} WHERE programme = $1"
                assert bool(await connection.fetchval(count.format(table), here.programme)) == seen, table


@pytest.mark.parametrize("table", [*WORKING, *SHARED])
async def test_the_service_deletes_no_row(table: str, review: Probe) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(review, f"DELETE FROM {table}")


async def test_the_openapi_page_names_every_operation(review: Probe) -> None:
    page = (await review.http.get("/review/v1/openapi.json")).json()
    operations = {
        (method.upper(), re.sub(r"{\w+}", "{}", path)) for path, methods in page["paths"].items() for method in methods
    }
    one = "/review/v1/submissions/{}"
    assert operations == {
        ("GET", "/review/v1/reviewers"),
        ("GET", "/review/v1/reviewers/{}"),
        ("PUT", "/review/v1/reviewers/{}"),
        ("DELETE", "/review/v1/reviewers/{}"),
        ("GET", "/review/v1/submissions"),
        ("POST", "/review/v1/submissions"),
        ("GET", one),
        ("POST", f"{one}/taking"),
        ("DELETE", f"{one}/taking"),
        ("POST", f"{one}/approval"),
        ("DELETE", f"{one}/approval"),
        *(
            ("POST", f"{one}/{name}")
            for name in ("return", "block", "confirmation", "revision", "release", "withdrawal")
        ),
        ("GET", "/review/v1/answers"),
        ("GET", "/review/v1/answers/{}"),
        ("GET", "/review/v1/incidents"),
        ("GET", "/review/v1/incidents/{}"),
        ("POST", "/review/v1/incidents/{}/decision"),
    }
