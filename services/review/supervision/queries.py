"""Every SQL statement on reviewers."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import Evidence, Qualification
from libs.edge.cursors import CAP
from libs.kit.transaction import Tx
from services.review.supervision.domain import Recorded, Reviewer
from services.review.supervision.tables import reviewer, reviewer_qualification

FIELDS = ("qualification", "evidence", "valid_from", "valid_until", "ended_at")
IDS = sa.cast(bindparam("ids"), pg.ARRAY(sa.Uuid))
ROOTS = sa.select(reviewer).where(reviewer.c.staff == sa.func.any(IDS)).order_by(reviewer.c.staff)
RECORDED = (
    sa.select(reviewer_qualification)
    .where(reviewer_qualification.c.staff == sa.func.any(IDS))
    .order_by(reviewer_qualification.c.programme)
)
# Made at version 0 when new and locked either way, so that two who record at once come one after the other.
LOCK = (
    insert(reviewer)
    .values(staff=bindparam("staff"), version=0)
    .on_conflict_do_update(index_elements=["staff"], set_={"version": reviewer.c.version})
    .returning(reviewer.c.version, reviewer.c.changed_at)
)
MOVE = (
    sa.update(reviewer)
    .where(reviewer.c.staff == bindparam("id"))
    .values(version=bindparam("version"), changed_at=bindparam("changed_at"))
)
RECORD = insert(reviewer_qualification).values(
    {name: bindparam(name) for name in ("staff", "programme", *FIELDS)},
)
RECORD = RECORD.on_conflict_do_update(
    index_elements=["staff", "programme"], set_={name: RECORD.excluded[name] for name in FIELDS}
)
IN_FORCE = sa.select(reviewer_qualification.c.qualification).where(
    reviewer_qualification.c.staff == bindparam("staff"),
    reviewer_qualification.c.programme == bindparam("programme"),
    reviewer_qualification.c.valid_from <= bindparam("day"),
    reviewer_qualification.c.valid_until >= bindparam("day"),
    reviewer_qualification.c.ended_at.is_(None),
)


async def reviewer_for_update(tx: Tx, staff: UUID) -> Reviewer:
    """Locked, with what the caller may see of the qualifications; version 0 when there was nobody."""
    row = await tx.fetch_one(LOCK, staff=staff)
    assert row is not None
    recorded = tuple(_recorded(one) for one in await tx.fetch(RECORDED, ids=[staff]))
    return Reviewer(staff, row["version"], row["changed_at"], recorded)


async def reviewers_by_ids(tx: Tx, ids: Sequence[UUID]) -> list[Reviewer]:
    """In the order of their ids, without those of whom the caller may see nothing."""
    recorded: dict[UUID, list[Recorded]] = {}
    for row in await tx.fetch(RECORDED, ids=list(ids)):
        recorded.setdefault(row["staff"], []).append(_recorded(row))
    return [
        Reviewer(row["staff"], row["version"], row["changed_at"], tuple(recorded[row["staff"]]))
        for row in await tx.fetch(ROOTS, ids=list(ids))
        if row["staff"] in recorded
    ]


async def listed(tx: Tx, programme: str | None, after: UUID | None, limit: int) -> tuple[list[Reviewer], int]:
    """One page by id, one row more than asked for, and how many there are, up to the cap."""
    wanted = sa.select(reviewer_qualification.c.staff).distinct()
    if programme is not None:
        wanted = wanted.where(reviewer_qualification.c.programme == programme)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(reviewer_qualification.c.staff > after)
    rows = await tx.fetch(wanted.order_by(reviewer_qualification.c.staff).limit(limit + 1))
    assert total is not None
    return await reviewers_by_ids(tx, [row["staff"] for row in rows]), total[0]


async def save(tx: Tx, staff: UUID, version: int, changed_at: datetime, recorded: Recorded) -> None:
    """Write a reviewer's new version and the one record that changed."""
    await tx.execute(MOVE, id=staff, version=version, changed_at=changed_at)
    values = {name: getattr(recorded, name) for name in ("programme", *FIELDS)}
    await tx.execute(RECORD, staff=staff, **values)


async def qualification_on(tx: Tx, staff: UUID | None, programme: str, day: date) -> Qualification | None:
    """The qualification of a staff member that holds in a programme on a day."""
    row = await tx.fetch_one(IN_FORCE, staff=staff, programme=programme, day=day)
    return Qualification(row["qualification"]) if row else None


def _recorded(row: asyncpg.Record) -> Recorded:
    return Recorded(
        programme=row["programme"],
        qualification=Qualification(row["qualification"]),
        evidence=Evidence(row["evidence"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        ended_at=row["ended_at"],
    )
