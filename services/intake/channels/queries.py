"""Every SQL statement on channel decisions."""

from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import bindparam

from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.channels.domain import Decision
from services.intake.channels.tables import channel_decision as decision

COLUMNS = tuple(column.name for column in fields(Decision))
READ = TypeAdapter(Decision)
ONE = sa.select(decision).where(decision.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
WRITTEN: dict[str, Any] = {name: bindparam(name) for name in COLUMNS}
ADD = sa.insert(decision).values(WRITTEN)
SAVE = sa.update(decision).where(decision.c.id == bindparam("id")).values(WRITTEN)


async def decision_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Decision:
    """Raises `NotFound`, also for decisions of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("decision_unknown", "There is no channel decision with this id.")
    return _decision(row)


async def decisions(
    tx: Tx, filters: dict[str, str], after: tuple[date, UUID] | None, limit: int
) -> tuple[list[Decision], int]:
    """One page, the next to be looked at first, one row more than asked for, and how many there are, up to the cap."""
    wanted = sa.select(decision)
    for name, value in filters.items():
        wanted = wanted.where(decision.c[name] == value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(decision.c.review_on, decision.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(decision.c.review_on, decision.c.id).limit(limit + 1))
    assert total is not None
    return [_decision(row) for row in rows], total[0]


async def add(tx: Tx, made: Decision) -> None:
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: Decision) -> None:
    """Write a changed decision that was locked when it was loaded."""
    await tx.execute(SAVE, **_values(changed))


def _values(made: Decision) -> dict[str, Any]:
    values = {name: getattr(made, name) for name in COLUMNS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _decision(row: asyncpg.Record) -> Decision:
    return READ.validate_python({name: row[name] for name in COLUMNS})
