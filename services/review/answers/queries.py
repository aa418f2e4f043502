"""Every SQL statement on kept answers."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.codes import Land, LegalClass
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.review.answers.domain import Answer, Text
from services.review.answers.tables import answer

TEXTS = ("core", "variant")
COLUMNS = tuple(column.name for column in fields(Answer) if column.name not in TEXTS)
ONE = sa.select(answer).where(answer.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
ADD = sa.insert(answer).values(
    {name: bindparam(name) for name in (*COLUMNS, "core", "core_salt", "variant", "variant_salt")}
)
OVER = (
    sa.select(answer.c.id)
    .where(answer.c.kept_until_end_of < bindparam("year"), answer.c.dropped_at.is_(None), answer.c.held.is_(False))
    .limit(bindparam("limit"))
)
DROP = (
    sa.update(answer)
    .where(answer.c.id == bindparam("answer"), answer.c.version == bindparam("loaded"))
    .values(
        core=None,
        core_salt=None,
        variant=None,
        variant_salt=None,
        dropped_at=bindparam("at"),
        changed_at=bindparam("at"),
        version=answer.c.version + 1,
    )
)
WITHDRAW = sa.update(answer).where(answer.c.submission == bindparam("approved")).values(withdrawn_at=bindparam("at"))
HOLD = sa.update(answer).where(answer.c.question == bindparam("about")).values(held=bindparam("held"))


async def answer_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Answer:
    """Raises `NotFound`."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("answer_unknown", "There is no kept answer with this id.")
    return _answer(row)


async def listed(
    tx: Tx, conditions: dict[str, Any], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Answer], int]:
    """One page of those still kept, newest first, one row more than asked for, and how many match, up to the cap."""
    wanted = sa.select(answer).where(answer.c.dropped_at.is_(None))
    for name, value in conditions.items():
        wanted = wanted.where(answer.c[name] == value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(answer.c.changed_at, answer.c.id) < sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(answer.c.changed_at.desc(), answer.c.id.desc()).limit(limit + 1))
    assert total is not None
    return [_answer(row) for row in rows], total[0]


async def over(tx: Tx, year: int, limit: int) -> list[UUID]:
    """Answers kept until the end of a year before this one, and not held."""
    return [row["id"] for row in await tx.fetch(OVER, year=year, limit=limit)]


async def add(tx: Tx, made: Answer) -> None:
    assert made.core is not None and made.variant is not None
    values = {name: getattr(made, name) for name in COLUMNS}
    values |= {"core": made.core.words, "core_salt": made.core.salt}
    values |= {"variant": made.variant.words, "variant_salt": made.variant.salt}
    await tx.execute(ADD, **values)


async def drop(tx: Tx, id: UUID, loaded: int, at: datetime) -> None:
    """Null the texts and their salts."""
    touched = await tx.execute(DROP, answer=id, loaded=loaded, at=at)
    assert touched == 1, "the row was locked when it was loaded"


async def note_withdrawal(tx: Tx, submission: UUID, at: datetime) -> None:
    await tx.execute(WITHDRAW, approved=submission, at=at)


async def hold(tx: Tx, question: UUID, held: bool) -> None:
    await tx.execute(HOLD, about=question, held=held)


def _answer(row: asyncpg.Record) -> Answer:
    values = {name: row[name] for name in COLUMNS}
    values |= {"legal_class": LegalClass(row["legal_class"]), "land": Land(row["land"])}
    core, variant = (Text(row[name], row[f"{name}_salt"]) if row[name] is not None else None for name in TEXTS)
    return Answer(**values, core=core, variant=variant)
