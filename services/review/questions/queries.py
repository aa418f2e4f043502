"""Every SQL statement on the copies of questions."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql as pg

from libs.contracts.codes import Land, LegalClass, Level, Platform, Urgency
from libs.kit.errors import Conflict
from libs.kit.transaction import Tx
from services.review.questions.domain import KnownQuestion
from services.review.questions.tables import known_question

COLUMNS = tuple(column.name for column in fields(KnownQuestion))
CODES = {"platform": Platform, "level": Level, "legal_class": LegalClass, "urgency": Urgency, "land": Land}
BY_IDS = sa.select(known_question).where(
    known_question.c.id == sa.func.any(sa.cast(bindparam("ids"), pg.ARRAY(sa.Uuid)))
)
ADD = sa.insert(known_question).values({name: bindparam(name) for name in COLUMNS})
FORGET = (
    sa.update(known_question)
    .where(known_question.c.id == bindparam("question"))
    .values(text=None, gist=None, due_at=None, deadline=None, taken_by=None, forgotten_at=bindparam("at"))
)
NOT_DATED = sa.literal("9999-12-31")
# Where a question's items stand in the queue: by the day an answer is due (Europe/Berlin), then by urgency.
PLACE = sa.select(
    known_question.c.id,
    known_question.c.taken_by,
    sa.func.coalesce(
        sa.cast(sa.func.timezone("Europe/Berlin", known_question.c.due_at), sa.Date), sa.cast(NOT_DATED, sa.Date)
    ).label("due_on"),
    sa.case({code: rank for rank, code in enumerate(Urgency)}, value=known_question.c.urgency).label("rank"),
    sa.and_(
        known_question.c.closed_at.is_(None),
        known_question.c.erasure_requested_at.is_(None),
        known_question.c.forgotten_at.is_(None),
    ).label("awaits"),
).subquery("place")


async def question_by_id(tx: Tx, id: UUID) -> KnownQuestion:
    """Raises `Conflict` not_yet_known, also for questions of programmes the caller has no role in."""
    found = await questions_by_ids(tx, [id])
    if not found:
        raise Conflict("not_yet_known", "This question is not known here yet; try again.", retry_after=1)
    return found[id]


async def questions_by_ids(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, KnownQuestion]:
    """Those of them that are known here."""
    return {row["id"]: _question(row) for row in await tx.fetch(BY_IDS, ids=list(ids))}


async def add(tx: Tx, made: KnownQuestion) -> None:
    await tx.execute(ADD, **{name: getattr(made, name) for name in COLUMNS})


async def change(tx: Tx, id: UUID, **changes: Any) -> None:
    """Write what intake said anew."""
    await tx.execute(sa.update(known_question).where(known_question.c.id == id).values(**changes))


async def forget(tx: Tx, question: UUID, at: datetime) -> None:
    """Null everything that can lead back to the post or the person."""
    await tx.execute(FORGET, question=question, at=at)


def _question(row: asyncpg.Record) -> KnownQuestion:
    values = {name: row[name] for name in COLUMNS}
    for name, code in CODES.items():
        if values[name] is not None:
            values[name] = code(values[name])
    return KnownQuestion(**values)
