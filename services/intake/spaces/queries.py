"""Every SQL statement on spaces."""

from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.codes import Access, Platform, SpaceKind
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.spaces.domain import Space
from services.intake.spaces.tables import space

COLUMNS = ("id", "programme", "version", "changed_at", "platform", "kind", "name", "languages", "members", "access")
ONE = sa.select(space).where(space.c.id == bindparam("id"))
ADD = sa.insert(space).values({name: bindparam(name) for name in (*COLUMNS, "size_class")})


async def space_by_id(tx: Tx, id: UUID) -> Space:
    """Raises `NotFound`, also for spaces of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE, id=id)
    if row is None:
        raise NotFound("space_unknown", "There is no space with this id.")
    return _space(row)


async def spaces(tx: Tx, programme: str | None, after: tuple[str, UUID] | None, limit: int) -> tuple[list[Space], int]:
    """One page by name, one row more than asked for, and how many there are, up to the cap."""
    wanted = sa.select(space)
    if programme is not None:
        wanted = wanted.where(space.c.programme == programme)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(space.c.name, space.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(space.c.name, space.c.id).limit(limit + 1))
    assert total is not None
    return [_space(row) for row in rows], total[0]


async def add(tx: Tx, made: Space) -> None:
    """Write a new space."""
    values = {name: getattr(made, name) for name in COLUMNS}
    await tx.execute(ADD, **{**values, "languages": list(made.languages), "size_class": made.size_class})


def _space(row: asyncpg.Record) -> Space:
    values = {name: row[name] for name in COLUMNS}
    values |= {
        "platform": Platform(row["platform"]),
        "kind": SpaceKind(row["kind"]),
        "access": Access(row["access"]),
        "languages": tuple(row["languages"]),
    }
    return Space(**values)
