"""What the tables themselves hold and refuse, tried as the runtime role."""

from typing import Any

import asyncpg
import pytest

from tests.services.referral.situation import Situation

OURS = ("office", "referral", "consent", "known_policy", "known_question")


async def test_every_table_says_how_long_it_is_kept_and_whether_it_is_held(here: Situation) -> None:
    async with here.admin() as connection:
        columns = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE column_name = ANY ($1)",
            ["retention_class", "held"],
        )
    found = {(column["table_name"], column["column_name"]) for column in columns}
    assert {(table, name) for table in OURS for name in ("retention_class", "held")} <= found


@pytest.mark.parametrize("table", ["referral", "consent", "known_question"])
@pytest.mark.parametrize("seen", [None, "somebody-elses"])
async def test_working_rows_are_seen_in_their_programme_only(here: Situation, table: str, seen: str | None) -> None:
    handed = await here.offered()
    id, column = (handed.question, "id") if table == "known_question" else (handed.id, "id")
    column = "referral" if table == "consent" else column
    count = f"SELECT count(*) FROM {table} WHERE {column} = $1"
    pool = here.referral.db._pool
    assert pool is not None
    async with pool.acquire() as connection, connection.transaction():
        if seen is not None:
            await connection.execute(f"SET LOCAL lotse.programmes = '{seen}'")
        assert await connection.fetchval(count, id) == 0
    async with here.admin() as connection:
        assert await connection.fetchval(count, id) == 1


@pytest.mark.parametrize("statement", ["DELETE FROM consent", "DELETE FROM office", "UPDATE event SET version = 9"])
async def test_proofs_offices_and_facts_cannot_be_deleted(here: Situation, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with here.admin() as connection:
            await connection.execute(statement)


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("a summary after its purpose", {"state": "declined"}),
    ("a record beside an address", {"mode": "address-only"}),
    ("a forgotten referral with a link", {"state": "forgotten"}),
]


@pytest.mark.parametrize(("what", "change"), REFUSED)
async def test_the_table_itself_refuses(here: Situation, what: str, change: dict[str, Any]) -> None:
    handed = await here.offered()
    ((name, value),) = change.items()
    with pytest.raises(asyncpg.CheckViolationError):
        async with here.admin() as connection:
            await connection.execute(f"UPDATE referral SET {name} = $1 WHERE id = $2", value, handed.id)
