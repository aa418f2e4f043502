"""Every SQL statement on keyword lists."""

from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.keywords.domain import KeywordList
from services.intake.keywords.tables import keyword_list

COLUMNS = tuple(column.name for column in fields(KeywordList))
ONE = sa.select(keyword_list).where(keyword_list.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
WRITTEN: dict[str, Any] = {name: bindparam(name) for name in COLUMNS}
ADD = sa.insert(keyword_list).values(WRITTEN)
SAVE = sa.update(keyword_list).where(keyword_list.c.id == bindparam("id")).values(WRITTEN)
OF_PROGRAMME = sa.select(keyword_list).where(keyword_list.c.programme == bindparam("code")).order_by(keyword_list.c.id)
# Two people who add the same list at once take their turns.
TURN = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.cast(bindparam("turn"), sa.Text), 0)))


async def list_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> KeywordList:
    """Raises `NotFound`, also for lists of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("keyword_list_unknown", "There is no keyword list with this id.")
    return _list(row)


async def of_programme(tx: Tx, code: str) -> list[KeywordList]:
    """All lists of a programme, in the order of entry; there are at most `MOST_LISTS`."""
    return [_list(row) for row in await tx.fetch(OF_PROGRAMME, code=code)]


async def take_turn(tx: Tx, code: str) -> None:
    """Wait until nobody else adds a list to this programme."""
    await tx.fetch_one(TURN, turn=f"keywords {code}")


async def listed(
    tx: Tx, filters: dict[str, str], after: tuple[UUID, ...] | None, limit: int
) -> tuple[list[KeywordList], int]:
    """One page in the order of entry, one row more than asked for, and how many there are, up to the cap."""
    wanted = sa.select(keyword_list)
    for name, value in filters.items():
        wanted = wanted.where(keyword_list.c[name] == value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(keyword_list.c.id > after[0])
    rows = await tx.fetch(wanted.order_by(keyword_list.c.id).limit(limit + 1))
    assert total is not None
    return [_list(row) for row in rows], total[0]


async def add(tx: Tx, made: KeywordList) -> None:
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: KeywordList) -> None:
    """Write a changed list that was locked when it was loaded."""
    await tx.execute(SAVE, **_values(changed))


def _values(made: KeywordList) -> dict[str, Any]:
    return {name: getattr(made, name) for name in COLUMNS} | {"phrases": list(made.phrases)}


def _list(row: asyncpg.Record) -> KeywordList:
    return KeywordList(**{name: row[name] for name in COLUMNS} | {"phrases": tuple(row["phrases"])})
