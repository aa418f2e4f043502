"""Every SQL statement on spaces."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.codes import Access, Land, Platform, SpaceKind
from libs.contracts.space_codes import PostingRule, ProfessionFocus, SpaceReason, SpaceRisk, SpaceState
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.spaces.domain import Space
from services.intake.spaces.tables import space

COLUMNS = tuple(column.name for column in fields(Space))
CODES = {
    "platform": Platform,
    "kind": SpaceKind,
    "access": Access,
    "state": SpaceState,
    "reason": SpaceReason,
    "region": Land,
    "risk": SpaceRisk,
}
LISTS = {"languages": str, "professions": ProfessionFocus, "communities": str, "rules": PostingRule}
ONE = sa.select(space).where(space.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
WRITTEN: dict[str, Any] = {name: bindparam(name) for name in (*COLUMNS, "size_class")}
ADD = sa.insert(space).values(WRITTEN)
SAVE = (
    sa.update(space)
    .where(space.c.id == bindparam("id"), space.c.version == bindparam("loaded"))
    .values({name: value for name, value in WRITTEN.items() if name != "id"})
)


async def space_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Space:
    """Raises `NotFound`, also for spaces of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("space_unknown", "There is no space with this id.")
    return _space(row)


async def spaces(
    tx: Tx, filters: Mapping[str, Any], after: tuple[str, UUID] | None, limit: int
) -> tuple[list[Space], int]:
    """One page by name, one row more than asked for, and how many there are, up to the cap.

    `filters` are columns and what they must be; `language` is one of the space's languages.
    """
    wanted = sa.select(space)
    for name, value in filters.items():
        held = space.c.languages.contains([value]) if name == "language" else space.c[name] == value
        wanted = wanted.where(held)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(space.c.name, space.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(space.c.name, space.c.id).limit(limit + 1))
    assert total is not None
    return [_space(row) for row in rows], total[0]


async def add(tx: Tx, made: Space) -> None:
    """Write a new space."""
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: Space, loaded: int) -> None:
    """Write a changed space over the version that was loaded."""
    touched = await tx.execute(SAVE, loaded=loaded, **_values(changed))
    assert touched == 1, "the space was locked when it was loaded"


def _values(made: Space) -> dict[str, Any]:
    values = {name: getattr(made, name) for name in COLUMNS}
    listed = {name: None if values[name] is None else list(values[name]) for name in LISTS}
    return {**values, **listed, "size_class": made.size_class}


def _space(row: asyncpg.Record) -> Space:
    values = {name: row[name] for name in COLUMNS}
    coded = {name: code(values[name]) for name, code in CODES.items() if values[name] is not None}
    listed = {name: tuple(map(code, values[name])) for name, code in LISTS.items() if values[name] is not None}
    return Space(**{**values, **coded, **listed})
