"""Every SQL statement on programmes."""

from datetime import date, datetime

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.intake import Policy
from libs.kit.transaction import Tx
from services.intake.programmes.domain import Dated, Programme
from services.intake.programmes.tables import policy, programme

ONE = sa.select(programme).where(programme.c.programme == bindparam("code"))
ONE_LOCKED = ONE.with_for_update()
ALL = sa.select(programme).order_by(programme.c.programme)
POLICIES = sa.select(policy).where(policy.c.programme == bindparam("code")).order_by(policy.c.version)
SAVE = insert(programme).values(
    programme=bindparam("code"), version=bindparam("version"), changed_at=bindparam("changed_at")
)
SAVE = SAVE.on_conflict_do_update(
    index_elements=["programme"], set_={"version": SAVE.excluded.version, "changed_at": SAVE.excluded.changed_at}
)
ADD_POLICY = sa.insert(policy).values(
    programme=bindparam("code"),
    version=bindparam("version"),
    effective_from=bindparam("effective_from"),
    policy=bindparam("policy"),
)
IN_FORCE = (
    sa.select(policy)
    .where(policy.c.programme == bindparam("code"), policy.c.effective_from <= bindparam("day"))
    .order_by(policy.c.effective_from.desc(), policy.c.version.desc())
    .limit(1)
)


def policy_of(code: sa.ColumnElement[str]) -> sa.ScalarSelect[dict[str, object]]:
    """The policy in force on `:day` for a programme named by another query's column, so that one statement loads
    both.
    """
    wanted = sa.select(policy.c.policy).where(policy.c.programme == code, policy.c.effective_from <= bindparam("day"))
    return wanted.order_by(policy.c.effective_from.desc(), policy.c.version.desc()).limit(1).scalar_subquery()


async def programme_by_code(tx: Tx, code: str, *, lock: bool = False) -> Programme:
    """The programme with all its policies; version 0 when there is none."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, code=code)
    if row is None:
        return Programme(code)
    return Programme(code, row["version"], row["changed_at"], await _policies(tx, code))


async def programmes(tx: Tx) -> list[Programme]:
    """Every programme, by code."""
    return [
        Programme(row["programme"], row["version"], row["changed_at"], await _policies(tx, row["programme"]))
        for row in await tx.fetch(ALL)
    ]


async def policy_in_force(tx: Tx, code: str, day: date) -> Dated | None:
    """The policy that holds on a day, with its version, or None."""
    row = await tx.fetch_one(IN_FORCE, code=code, day=day)
    return _dated(row) if row else None


async def save(tx: Tx, code: str, version: int, changed_at: datetime, dated: Dated) -> None:
    """Write a new version of a programme and its policy."""
    await tx.execute(SAVE, code=code, version=version, changed_at=changed_at)
    stored = dated.policy.model_dump(mode="json")
    await tx.execute(ADD_POLICY, code=code, version=version, effective_from=dated.effective_from, policy=stored)


async def _policies(tx: Tx, code: str) -> tuple[Dated, ...]:
    return tuple(_dated(row) for row in await tx.fetch(POLICIES, code=code))


def _dated(row: asyncpg.Record) -> Dated:
    return Dated(row["version"], row["effective_from"], Policy.model_validate(row["policy"]))
