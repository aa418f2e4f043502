"""Every SQL statement on questions and their links."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import (
    Channel,
    Land,
    LanguageSource,
    LegalClass,
    Level,
    Platform,
    Relation,
    SizeClass,
    Urgency,
)
from libs.contracts.intake import Policy
from libs.edge.cursors import CAP
from libs.kit.errors import Conflict, NotFound
from libs.kit.transaction import Tx
from services.intake.programmes.queries import policy_of
from services.intake.questions.domain import CaptureContext, Question
from services.intake.questions.tables import known_reviewer, question, question_link
from services.intake.spaces.queries import ONE as ONE_SPACE

COLUMNS = tuple(column.name for column in fields(Question))
CODES = {
    "platform": Platform,
    "size_class": SizeClass,
    "language_source": LanguageSource,
    "channel": Channel,
    "relation": Relation,
    "level": Level,
    "legal_class": LegalClass,
    "urgency": Urgency,
    "land": Land,
}
SPACE = ONE_SPACE.subquery("s")
EARLIER = (
    sa.select(question.c.id, question.c.captured_week, question.c.status, question.c.version, question.c.language)
    .add_columns(question.c.language_source)
    .select_from(question_link.join(question, question.c.id == question_link.c.question))
    .where(question_link.c.programme == SPACE.c.programme)
    .where(question_link.c.hash == sa.func.any(sa.cast(bindparam("hashes"), pg.ARRAY(sa.LargeBinary))))
    .order_by(question.c.captured_at)
    .limit(20)
    .subquery("e")
)
# All that capture must know, in one statement: the space, the policy of its programme, and the questions under the
# same link.
TO_CAPTURE = sa.select(
    SPACE.c.programme,
    SPACE.c.platform,
    SPACE.c.size_class,
    policy_of(SPACE.c.programme).label("policy"),
    sa.select(sa.func.jsonb_agg(sa.func.to_jsonb(EARLIER.table_valued()))).scalar_subquery().label("earlier"),
)
ONE = sa.select(question).where(question.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
ADD = sa.insert(question).values({name: bindparam(name) for name in COLUMNS})
ADD_LINK = sa.insert(question_link).values(
    question=bindparam("id"), programme=bindparam("programme"), hash=bindparam("hash")
)
SAVE = (
    sa.update(question)
    .where(question.c.id == bindparam("id"), question.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)
DROP_LINK = sa.delete(question_link).where(question_link.c.question == bindparam("id"))
# Whatever stands under the same link holds it still, and must not say of whom else it is the link.
UNRELATE = sa.update(question).where(question.c.related_to == bindparam("earlier")).values(related_to=None)
OVERDUE_COMMENTS = (
    sa.select(question.c.id)
    .where(
        question.c.erasure_requested_at < bindparam("before"),
        question.c.status != "forgotten",
        question.c.held.is_(False),
    )
    .limit(bindparam("limit"))
)
LINKS_BEFORE = (
    sa.select(question.c.id)
    .where(
        question.c.link.is_not(None),
        question.c.captured_at < bindparam("before"),
        question.c.programme == bindparam("programme"),
        question.c.held.is_(False),
    )
    .limit(bindparam("limit"))
)
CLOSED_BEFORE = (
    sa.select(question.c.id)
    .where(
        question.c.closed_at < bindparam("before"),
        question.c.status == "closed",
        question.c.programme == bindparam("programme"),
        question.c.held.is_(False),
    )
    .limit(bindparam("limit"))
)
REVIEWER = sa.select(sa.literal(True)).where(
    known_reviewer.c.staff == bindparam("staff"),
    known_reviewer.c.programme == bindparam("programme"),
    known_reviewer.c.valid_from <= bindparam("day"),
    known_reviewer.c.valid_until >= bindparam("day"),
)
KEEP_REVIEWER = insert(known_reviewer).values(
    {name: bindparam(name) for name in ("staff", "programme", "valid_from", "valid_until")}
)
KEEP_REVIEWER = KEEP_REVIEWER.on_conflict_do_update(
    index_elements=["staff", "programme"],
    set_={"valid_from": KEEP_REVIEWER.excluded.valid_from, "valid_until": KEEP_REVIEWER.excluded.valid_until},
)
DROP_REVIEWER = sa.delete(known_reviewer).where(
    known_reviewer.c.staff == bindparam("staff"), known_reviewer.c.programme == bindparam("programme")
)


async def question_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Question:
    """Raises `NotFound`, also for questions of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("question_unknown", "There is no question with this id.")
    return _question(row)


async def to_capture(tx: Tx, space: UUID, day: date, hashes: list[bytes]) -> CaptureContext:
    """What capture must know of a space. Raises `NotFound`, and `Conflict` when its programme has no policy in
    force.
    """
    row = await tx.fetch_one(TO_CAPTURE, id=space, day=day, hashes=hashes)
    if row is None:
        raise NotFound("space_unknown", "There is no space with this id.")
    if row["policy"] is None:
        raise Conflict("programme_not_running", "This space's programme has no policy in force today.")
    policy = Policy.model_validate(row["policy"])
    size_class, platform = SizeClass(row["size_class"]), Platform(row["platform"])
    return CaptureContext(row["programme"], platform, size_class, policy, tuple(row["earlier"] or ()))


def add(tx: Tx, made: Question, hash: bytes | None) -> None:
    """Write a new question, with its link's hash where it has one."""
    tx.add(ADD, **_values(made))
    if hash is not None:
        tx.add(ADD_LINK, id=made.id, programme=made.programme, hash=hash)


async def save(tx: Tx, changed: Question, loaded: int) -> None:
    """Write a changed question over the version that was loaded."""
    touched = await tx.execute(SAVE, **_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


async def drop_link(tx: Tx, id: UUID) -> None:
    """Forget the hash of the canonical link, and which other questions stand under the same one."""
    await tx.execute(DROP_LINK, id=id)
    await tx.execute(UNRELATE, earlier=id)


async def listed(
    tx: Tx, conditions: dict[str, object], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Question], int]:
    """One page by due time, one row more than asked for, and how many match, up to the cap."""
    wanted = sa.select(question)
    for name, value in conditions.items():
        wanted = wanted.where(question.c[name] == value)
    if "status" not in conditions:
        wanted = wanted.where(question.c.status != "forgotten")
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(question.c.due_at, question.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(question.c.due_at, question.c.id).limit(limit + 1))
    assert total is not None
    return [_question(row) for row in rows], total[0]


async def overdue_comments(tx: Tx, before: datetime, limit: int) -> list[UUID]:
    """Erasures whose task *remove your comment?* nobody answered."""
    return [row["id"] for row in await tx.fetch(OVERDUE_COMMENTS, before=before, limit=limit)]


async def links_before(tx: Tx, programme: str, before: datetime, limit: int) -> list[UUID]:
    """Questions with a link, captured before a moment."""
    return [row["id"] for row in await tx.fetch(LINKS_BEFORE, programme=programme, before=before, limit=limit)]


async def closed_before(tx: Tx, programme: str, before: datetime, limit: int) -> list[UUID]:
    """Questions closed before a moment and not yet forgotten."""
    return [row["id"] for row in await tx.fetch(CLOSED_BEFORE, programme=programme, before=before, limit=limit)]


async def is_reviewer(tx: Tx, staff: UUID | None, programme: str, day: date) -> bool:
    """Whether review has said that this person is a qualified legal reviewer on a day."""
    return bool(await tx.fetch_one(REVIEWER, staff=staff, programme=programme, day=day))


async def keep_reviewer(tx: Tx, staff: UUID, programme: str, valid_from: date, valid_until: date) -> None:
    await tx.execute(KEEP_REVIEWER, staff=staff, programme=programme, valid_from=valid_from, valid_until=valid_until)


async def drop_reviewer(tx: Tx, staff: UUID, programme: str) -> None:
    await tx.execute(DROP_REVIEWER, staff=staff, programme=programme)


def _values(made: Question) -> dict[str, Any]:
    return {name: getattr(made, name) for name in COLUMNS} | {"topics": list(made.topics)}


def _question(row: asyncpg.Record) -> Question:
    values = {name: row[name] for name in COLUMNS}
    for name, code in CODES.items():
        if values[name] is not None:
            values[name] = code(values[name])
    return Question(**values | {"topics": tuple(row["topics"])})
