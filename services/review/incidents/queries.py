"""Every SQL statement on incidents and on the copies of postings."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.codes import IncidentDecision, Standing
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.review.incidents.domain import Incident, KnownPosting, State
from services.review.incidents.tables import incident, known_posting

COLUMNS = tuple(column.name for column in fields(Incident))
CHANGING = ("version", "changed_at", "state", "text", "decision", "decided_by")
POSTING = tuple(column.name for column in fields(KnownPosting))
ONE = sa.select(incident).where(incident.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
OPEN_OF = sa.select(incident.c.id).where(incident.c.posting == bindparam("about"), incident.c.state == State.OPEN)
OF_QUESTION = (
    sa.select(incident).where(incident.c.question == bindparam("about")).order_by(incident.c.id).with_for_update()
)
ADD = sa.insert(incident).values({name: bindparam(name) for name in COLUMNS})
SAVE = (
    sa.update(incident)
    .where(incident.c.id == bindparam("root"), incident.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in CHANGING})
)
HOLD = sa.update(incident).where(incident.c.question == bindparam("about")).values(held=bindparam("held"))
POSTED = sa.select(known_posting).where(known_posting.c.id == bindparam("id"))
KEEP_POSTING = sa.insert(known_posting).values({name: bindparam(name) for name in POSTING})


async def incident_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Incident:
    """Raises `NotFound`, also for incidents of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("incident_unknown", "There is no incident with this id.")
    return _incident(row)


async def is_open(tx: Tx, posting: UUID) -> bool:
    """Whether somebody is asked to look at this posting already."""
    return bool(await tx.fetch_one(OPEN_OF, about=posting))


async def of_question(tx: Tx, question: UUID) -> list[Incident]:
    """Locked, in the order of their ids."""
    return [_incident(row) for row in await tx.fetch(OF_QUESTION, about=question)]


async def listed(
    tx: Tx, state: State, programme: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Incident], int]:
    """One page, soonest due first, one row more than asked for, and how many match, up to the cap."""
    wanted = sa.select(incident).where(incident.c.state == state)
    if programme is not None:
        wanted = wanted.where(incident.c.programme == programme)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(incident.c.due_at, incident.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(incident.c.due_at, incident.c.id).limit(limit + 1))
    assert total is not None
    return [_incident(row) for row in rows], total[0]


async def add(tx: Tx, made: Incident) -> None:
    await tx.execute(ADD, **{name: getattr(made, name) for name in COLUMNS})


async def save(tx: Tx, before: Incident, after: Incident) -> None:
    values: dict[str, Any] = {name: getattr(after, name) for name in CHANGING}
    touched = await tx.execute(SAVE, root=after.id, loaded=before.version, **values)
    assert touched == 1, "the row was locked when it was loaded"


async def hold(tx: Tx, question: UUID, held: bool) -> None:
    await tx.execute(HOLD, about=question, held=held)


async def keep_posting(tx: Tx, posting: KnownPosting) -> None:
    await tx.execute(KEEP_POSTING, **vars(posting))


async def posting_by_id(tx: Tx, id: UUID) -> KnownPosting | None:
    """What intake said of a posting, or None before it was heard."""
    row = await tx.fetch_one(POSTED, id=id)
    return KnownPosting(**{name: row[name] for name in POSTING}) if row else None


def _incident(row: asyncpg.Record) -> Incident:
    values = {name: row[name] for name in COLUMNS}
    decision = IncidentDecision(row["decision"]) if row["decision"] else None
    return Incident(
        **values | {"standing": Standing(row["standing"]), "state": State(row["state"]), "decision": decision}
    )
