"""Every SQL statement on hate against our accounts."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.codes import Platform
from libs.contracts.intake_misinformation import HateKind, HateMeasure
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.hate.domain import Incident
from services.intake.hate.tables import hate_incident

COLUMNS = tuple(one.name for one in fields(Incident))
ONE = sa.select(hate_incident).where(hate_incident.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
ADD = sa.insert(hate_incident).values({name: bindparam(name) for name in COLUMNS})
SAVE = (
    sa.update(hate_incident)
    .where(hate_incident.c.id == bindparam("id"), hate_incident.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)


async def incident_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Incident:
    """Raises `NotFound`, also for incidents of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("incident_unknown", "There is no incident with this id.")
    return _incident(row)


async def incidents(
    tx: Tx, programme: str | None, state: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Incident], int]:
    """One page, newest first, one row more than asked for, and how many match, up to the cap."""
    wanted = sa.select(hate_incident)
    if programme is not None:
        wanted = wanted.where(hate_incident.c.programme == programme)
    if state is not None:
        closed = hate_incident.c.closed_at
        wanted = wanted.where(closed.is_(None) if state == "open" else closed.is_not(None))
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    place = (hate_incident.c.recorded_at, hate_incident.c.id)
    if after is not None:
        wanted = wanted.where(sa.tuple_(*place) < sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(*(column.desc() for column in place)).limit(limit + 1))
    assert total is not None
    return [_incident(row) for row in rows], total[0]


async def add(tx: Tx, made: Incident) -> None:
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: Incident, loaded: int) -> None:
    touched = await tx.execute(SAVE, **_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


def _values(made: Incident) -> dict[str, Any]:
    return {name: getattr(made, name) for name in COLUMNS} | {"measures": list(made.measures)}


def _incident(row: asyncpg.Record) -> Incident:
    values = {name: row[name] for name in COLUMNS}
    codes = {"platform": Platform(row["platform"]), "kind": HateKind(row["kind"])}
    return Incident(**values | codes | {"measures": tuple(map(HateMeasure, row["measures"]))})
