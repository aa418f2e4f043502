"""Every SQL statement on the copy of questions."""

from dataclasses import fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import Land, LegalClass, Platform, Urgency
from libs.kit.errors import Conflict
from libs.kit.transaction import Tx
from services.referral.questions.domain import KnownQuestion
from services.referral.questions.tables import known_question

COLUMNS = tuple(column.name for column in fields(KnownQuestion))
ONE = sa.select(known_question).where(known_question.c.id == bindparam("question"))
# A hold that is under way waits for who holds this, and then finds what was made meanwhile.
ONE_SHARED = ONE.with_for_update(read=True)
ADD = insert(known_question).values({name: bindparam(name) for name in COLUMNS}).on_conflict_do_nothing()
DROP = sa.delete(known_question).where(known_question.c.id == bindparam("question"))


async def question_by_id(tx: Tx, id: UUID, *, shared: bool = False) -> KnownQuestion:
    """Raises `Conflict` not_yet_known, also for questions of programmes the caller has no role in. `shared` keeps it
    from changing until this transaction ends."""
    row = await tx.fetch_one(ONE_SHARED if shared else ONE, question=id)
    if row is None:
        raise Conflict("not_yet_known", "This question is not known here yet; try again.", retry_after=1)
    values = {name: row[name] for name in COLUMNS}
    values |= {
        "platform": Platform(row["platform"]),
        "legal_class": LegalClass(row["legal_class"]) if row["legal_class"] else None,
        "urgency": Urgency(row["urgency"]),
        "land": Land(row["land"]),
    }
    return KnownQuestion(**values)


async def add(tx: Tx, made: KnownQuestion) -> None:
    """Write the copy of a new question."""
    await tx.execute(ADD, **{name: getattr(made, name) for name in COLUMNS})


async def change(tx: Tx, id: UUID, **codes: Any) -> None:
    """Write codes over a copy; a question forgotten meanwhile stays gone."""
    await tx.execute(sa.update(known_question).where(known_question.c.id == id).values(codes))


async def drop(tx: Tx, id: UUID) -> None:
    """Forget a question's codes."""
    await tx.execute(DROP, question=id)
