"""Every SQL statement on referrals."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.codes import DeclineReason, OfficeKind, Outcome, ReferralMode, Urgency
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.referral.referrals.domain import AT_OFFICE, DELETION_DAYS, Deletion, Referral, State
from services.referral.referrals.tables import referral

COLUMNS = tuple(column.name for column in fields(Referral))
CODES: dict[str, Any] = {
    "mode": ReferralMode,
    "state": State,
    "office_kind": OfficeKind,
    "urgency": Urgency,
    "reason": DeclineReason,
    "outcome": Outcome,
    "deletion": Deletion,
}
Place = tuple[datetime, UUID]

ONE = sa.select(referral).where(referral.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
BY_CODE = sa.select(referral).where(referral.c.code_hash == bindparam("code_hash"))
BY_CODE_LOCKED = BY_CODE.with_for_update()
# In the order of their ids, so that two who lock several of them cannot lock each other out.
OF_QUESTION = (
    sa.select(referral).where(referral.c.question == bindparam("question")).order_by(referral.c.id).with_for_update()
)
ADD = sa.insert(referral).values({name: bindparam(name) for name in COLUMNS})
SAVE = (
    sa.update(referral)
    .where(referral.c.id == bindparam("id"), referral.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)
RUN_OUT = (
    sa.select(referral.c.id)
    .where(referral.c.state == "offered", referral.c.expires_at <= bindparam("now"))
    .order_by(referral.c.expires_at)
    .limit(bindparam("limit"))
)
UNANSWERED = (
    sa.select(referral.c.id)
    .where(referral.c.deletion == "asked", referral.c.deletion_asked_at <= bindparam("before"))
    .order_by(referral.c.deletion_asked_at)
    .limit(bindparam("limit"))
)


async def referral_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Referral:
    """Raises `NotFound`, also for referrals of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise unknown()
    return _referral(row)


def unknown() -> NotFound:
    return NotFound("referral_unknown", "There is no referral with this id.")


async def referral_by_code(tx: Tx, code_hash: bytes, *, lock: bool = False) -> Referral | None:
    """The referral whose code has this keyed hash. Whoever asks does not know the key, so the index tells nothing."""
    row = await tx.fetch_one(BY_CODE_LOCKED if lock else BY_CODE, code_hash=code_hash)
    return _referral(row) if row else None


async def of_question(tx: Tx, question: UUID) -> list[Referral]:
    """Locked: every referral of a question."""
    return [_referral(row) for row in await tx.fetch(OF_QUESTION, question=question)]


async def made(tx: Tx, wanted: dict[str, Any], after: Place | None, limit: int) -> tuple[list[Referral], int]:
    """One page of the programmes' referrals, newest first, one row more than asked for, and how many match, up to the
    cap."""
    return await _page(tx, [referral.c[name] == value for name, value in wanted.items()], after, limit)


async def received(
    tx: Tx, office: UUID, state: str | None, after: Place | None, limit: int
) -> tuple[list[Referral], int]:
    """The same of what an office may know of: what it redeemed, and what it is to delete."""
    at_office = referral.c.state == sa.any_(sa.cast([str(one) for one in AT_OFFICE], sa.ARRAY(sa.Text)))
    conditions = [referral.c.office == office, at_office | (referral.c.deletion == "asked")]
    if state is not None:
        conditions.append(referral.c.state == state)
    return await _page(tx, conditions, after, limit)


async def _page(
    tx: Tx, conditions: list[sa.ColumnElement[bool]], after: Place | None, limit: int
) -> tuple[list[Referral], int]:
    wanted = sa.select(referral).where(*conditions)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(referral.c.made_at, referral.c.id) < sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(referral.c.made_at.desc(), referral.c.id.desc()).limit(limit + 1))
    assert total is not None
    return [_referral(row) for row in rows], total[0]


async def add(tx: Tx, made: Referral) -> None:
    """Write a new referral."""
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: Referral, loaded: int) -> None:
    """Write a changed referral over the version that was loaded."""
    touched = await tx.execute(SAVE, **_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


async def run_out(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Codes that nobody redeemed in time."""
    return [row["id"] for row in await tx.fetch(RUN_OUT, now=now, limit=limit)]


async def unanswered(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Where an office has let the time pass in which it was to confirm a deletion."""
    return [row["id"] for row in await tx.fetch(UNANSWERED, before=now - timedelta(days=DELETION_DAYS), limit=limit)]


def _values(made: Referral) -> dict[str, Any]:
    return {name: getattr(made, name) for name in COLUMNS}


def _referral(row: asyncpg.Record) -> Referral:
    values = {name: row[name] for name in COLUMNS}
    for name, code in CODES.items():
        if values[name] is not None:
            values[name] = code(values[name])
    return Referral(**values)
