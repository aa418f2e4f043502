"""Every SQL statement on partners, agreements and arrangements: three tables, read and written alike."""

from dataclasses import fields
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import bindparam

from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.partners.domain import Agreement, Arrangement, Partner
from services.intake.partners.tables import agreement, arrangement, partner

K = TypeVar("K", Partner, Agreement, Arrangement)


class Kept(Generic[K]):
    """One table, what its rows are, and the statements on one row."""

    def __init__(self, table: sa.Table, kind: type[K]) -> None:
        self.table, self.name = table, table.name
        self.columns = tuple(field.name for field in fields(kind))
        self.read: TypeAdapter[K] = TypeAdapter(kind)
        written: dict[str, Any] = {name: bindparam(name) for name in self.columns}
        self.one = sa.select(table).where(table.c.id == bindparam("id"))
        self.locked = self.one.with_for_update()
        self.add = sa.insert(table).values(written)
        self.save = sa.update(table).where(table.c.id == bindparam("id"), table.c.version == bindparam("loaded"))
        self.save = self.save.values({name: value for name, value in written.items() if name != "id"})

    def of(self, row: asyncpg.Record) -> K:
        """A row as its dataclass; codes are read, nothing else is changed."""
        return self.read.validate_python({name: row[name] for name in self.columns})


PARTNER, AGREEMENT, ARRANGEMENT = Kept(partner, Partner), Kept(agreement, Agreement), Kept(arrangement, Arrangement)


async def by_id(tx: Tx, kept: Kept[K], id: UUID, *, lock: bool = False) -> K:
    """Raises `NotFound`, also for what belongs to programmes the caller has no role in."""
    row = await tx.fetch_one(kept.locked if lock else kept.one, id=id)
    if row is None:
        raise NotFound(f"{kept.name}_unknown", f"There is no {kept.name} with this id.")
    return kept.of(row)


async def listed(
    tx: Tx, kept: Kept[K], conditions: dict[str, Any], after: tuple[UUID, ...] | None, limit: int
) -> tuple[list[K], int]:
    """One page in the order of entry, one row more than asked for, and how many there are, up to the cap."""
    wanted = sa.select(kept.table)
    for name, value in conditions.items():
        wanted = wanted.where(kept.table.c[name] == value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(kept.table.c.id > after[0])
    rows = await tx.fetch(wanted.order_by(kept.table.c.id).limit(limit + 1))
    assert total is not None
    return [kept.of(row) for row in rows], total[0]


async def add(tx: Tx, kept: Kept[K], made: K) -> None:
    """Write a new row."""
    await tx.execute(kept.add, **_values(kept, made))


async def save(tx: Tx, kept: Kept[K], changed: K, loaded: int) -> None:
    """Write a changed row over the version that was loaded."""
    touched = await tx.execute(kept.save, loaded=loaded, **_values(kept, changed))
    assert touched == 1, "the row was locked when it was loaded"


def _values(kept: Kept[K], made: K) -> dict[str, Any]:
    values = {name: getattr(made, name) for name in kept.columns}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
