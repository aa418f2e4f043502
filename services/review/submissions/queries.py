"""Every SQL statement on submissions: the queue, whole submissions, and their end."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import ReleaseMethod
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.review.answers.domain import Text
from services.review.questions.queries import PLACE
from services.review.submissions.domain import Core, Decision, Kind, State, Submission, Variant
from services.review.submissions.tables import core, decision, submission, variant

PARTS = ("cores", "variants", "decisions")
COLUMNS = tuple(column.name for column in fields(Submission) if column.name not in PARTS)
CHANGING = ("version", "changed_at", "state", "taken_by", "lease_until")
DECISION = tuple(column.name for column in fields(Decision))
IDS = sa.cast(bindparam("ids"), pg.ARRAY(sa.Uuid))
ROOTS = sa.select(submission).where(submission.c.id == sa.func.any(IDS)).order_by(submission.c.id)
ROOTS_LOCKED = ROOTS.with_for_update()
CORES = sa.select(core).where(core.c.submission == sa.func.any(IDS)).order_by(core.c.version)
VARIANTS = sa.select(variant).where(variant.c.submission == sa.func.any(IDS)).order_by(variant.c.version)
DECISIONS = sa.select(decision).where(decision.c.submission == sa.func.any(IDS)).order_by(decision.c.version)
QUESTION_OF = sa.select(submission.c.question).where(submission.c.id == bindparam("id"))
OPEN_OF = sa.select(submission.c.id).where(submission.c.question == bindparam("about"), submission.c.is_open)
ALL_OF = sa.select(submission.c.id).where(submission.c.question == bindparam("about"))
OVERDUE = (
    sa.select(submission.c.id)
    .where(submission.c.state == State.TAKEN, submission.c.lease_until <= bindparam("now"))
    .limit(bindparam("limit"))
)
# A second open submission for the same question meets the unique index and writes nothing.
ADD = insert(submission).values({name: bindparam(name) for name in (*COLUMNS, "is_open")}).on_conflict_do_nothing()
SAVE = (
    sa.update(submission)
    .where(submission.c.id == bindparam("root"), submission.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in (*CHANGING, "is_open")})
)
ADD_CORE = sa.insert(core).values(
    {
        name: bindparam(name)
        for name in ("submission", "version", "programme", "authors", "written_at", "text", "salt", "held")
    }
)
ADD_VARIANT = sa.insert(variant).values(
    {
        name: bindparam(name)
        for name in (
            "submission",
            "version",
            "programme",
            "core_version",
            "author",
            "written_at",
            "text",
            "salt",
            "held",
        )
    }
)
TRANSLATE_BACK = (
    sa.update(variant)
    .where(variant.c.submission == bindparam("root"), variant.c.version == bindparam("current"))
    .values(back_translation=bindparam("back_translation"))
)
DECIDE = sa.insert(decision).values({name: bindparam(name) for name in ("submission", "programme", "held", *DECISION)})
FORGET = (
    sa.update(core).where(core.c.submission == bindparam("root")).values(text=None, salt=None),
    sa.update(variant)
    .where(variant.c.submission == bindparam("root"))
    .values(text=None, salt=None, back_translation=None),
)
HOLD = (
    sa.update(submission).where(submission.c.question == bindparam("about")).values(held=bindparam("held")),
    *(
        sa.update(part).where(part.c.submission.in_(ALL_OF)).values(held=bindparam("held"))
        for part in (core, variant, decision)
    ),
)
Place = tuple[date, int, datetime, UUID]


@dataclass(frozen=True)
class Wanted:
    """A filter of the queue. Without `states`: what still awaits somebody. `mine` is the caller's staff id."""

    states: tuple[State, ...] = ()
    programme: str | None = None
    language: str | None = None
    mine: UUID | None = None


async def question_of(tx: Tx, id: UUID) -> UUID:
    """The question a submission answers. Raises `NotFound`."""
    row = await tx.fetch_one(QUESTION_OF, id=id)
    if row is None:
        raise NotFound("submission_unknown", "There is no submission with this id.")
    question: UUID = row["question"]
    return question


async def submissions_by_ids(tx: Tx, ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Submission]:
    """Whole submissions, by id; locked in the order of their ids."""
    roots = await tx.fetch(ROOTS_LOCKED if lock else ROOTS, ids=list(ids))
    cores = _grouped(await tx.fetch(CORES, ids=list(ids)))
    variants = _grouped(await tx.fetch(VARIANTS, ids=list(ids)))
    decisions = _grouped(await tx.fetch(DECISIONS, ids=list(ids)))
    return {
        row["id"]: _submission(
            row,
            tuple(map(_core, cores.get(row["id"], ()))),
            tuple(map(_variant, variants.get(row["id"], ()))),
            tuple(map(_decision, decisions.get(row["id"], ()))),
        )
        for row in roots
    }


async def submission_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Submission:
    """Raises `NotFound`, also for submissions of programmes the caller has no role in."""
    found = await submissions_by_ids(tx, [id], lock=lock)
    if not found:
        raise NotFound("submission_unknown", "There is no submission with this id.")
    return found[id]


async def queue(tx: Tx, wanted: Wanted, after: Place | None, limit: int) -> tuple[list[tuple[UUID, Place]], int]:
    """One page of ids with their places, one more than asked for, and how many match, up to the cap.

    Fewest days left first, then the most urgent, then the oldest.
    """
    place = (PLACE.c.due_on, PLACE.c.rank, submission.c.submitted_at, submission.c.id)
    asked = sa.select(*place).select_from(submission.join(PLACE, PLACE.c.id == submission.c.question))
    for condition in _conditions(wanted):
        asked = asked.where(condition)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(asked.limit(CAP + 1).subquery()))
    if after is not None:
        asked = asked.where(sa.tuple_(*place) > sa.tuple_(*after))
    rows = await tx.fetch(asked.order_by(*place).limit(limit + 1))
    assert total is not None
    return [(row["id"], (row["due_on"], row["rank"], row["submitted_at"], row["id"])) for row in rows], total[0]


def _conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.states:
        found.append(submission.c.state == sa.func.any(sa.cast(list(wanted.states), pg.ARRAY(sa.Text))))
    else:
        found += [submission.c.is_open, PLACE.c.awaits]
    if wanted.programme is not None:
        found.append(submission.c.programme == wanted.programme)
    if wanted.language is not None:
        found.append(submission.c.language == wanted.language)
    if wanted.mine is not None:
        holders = (submission.c.submitted_by, submission.c.taken_by, PLACE.c.taken_by)
        found.append(sa.or_(*(holder == wanted.mine for holder in holders)))
    return found


async def open_of(tx: Tx, question: UUID) -> UUID | None:
    """The question's open submission."""
    row = await tx.fetch_one(OPEN_OF, about=question)
    return row["id"] if row else None


async def all_of(tx: Tx, question: UUID) -> list[UUID]:
    """Every submission for a question, in the order of their ids."""
    return sorted(row["id"] for row in await tx.fetch(ALL_OF, about=question))


async def overdue(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Submissions whose lease is over."""
    return [row["id"] for row in await tx.fetch(OVERDUE, now=now, limit=limit)]


async def add(tx: Tx, made: Submission) -> bool:
    """Write a new submission. False when the question has an open one."""
    values = {name: getattr(made, name) for name in COLUMNS}
    if not await tx.execute(ADD, **values, is_open=made.is_open):
        return False
    await _add_parts(tx, made, made.cores, made.variants, made.decisions)
    return True


async def save(tx: Tx, before: Submission, after: Submission) -> None:
    """Write what changed: the root, and versions and decisions that were added."""
    values = {name: getattr(after, name) for name in CHANGING}
    touched = await tx.execute(SAVE, root=after.id, loaded=before.version, **values, is_open=after.is_open)
    assert touched == 1, "the row was locked when it was loaded"
    added = (getattr(after, part)[len(getattr(before, part)) :] for part in PARTS)
    await _add_parts(tx, after, *added)
    if after.variant and before.variant and after.variant.back_translation != before.variant.back_translation:
        text = after.variant.back_translation
        await tx.execute(TRANSLATE_BACK, root=after.id, current=after.variant.version, back_translation=text)


async def forget(tx: Tx, id: UUID) -> None:
    """Null every text of a submission, with its salts."""
    for statement in FORGET:
        await tx.execute(statement, root=id)


async def hold(tx: Tx, question: UUID, held: bool) -> None:
    for statement in HOLD:
        await tx.execute(statement, about=question, held=held)


async def _add_parts(
    tx: Tx, made: Submission, cores: Sequence[Core], variants: Sequence[Variant], decisions: Sequence[Decision]
) -> None:
    root: dict[str, Any] = {"submission": made.id, "programme": made.programme, "held": made.held}
    for one in cores:
        values = {"version": one.version, "authors": list(one.authors), "written_at": one.written_at}
        await tx.execute(ADD_CORE, **root, **values, **_text(one.text))
    for other in variants:
        values = {name: getattr(other, name) for name in ("version", "core_version", "author", "written_at")}
        await tx.execute(ADD_VARIANT, **root, **values, **_text(other.text))
    for each in decisions:
        values = {name: getattr(each, name) for name in DECISION} | {"reasons": list(each.reasons)}
        await tx.execute(DECIDE, **root, **values)


def _text(text: Text | None) -> dict[str, Any]:
    return {"text": text.words if text else None, "salt": text.salt if text else None}


def _read_text(row: asyncpg.Record) -> Text | None:
    return Text(row["text"], row["salt"]) if row["text"] is not None else None


def _grouped(rows: list[asyncpg.Record]) -> dict[UUID, list[asyncpg.Record]]:
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["submission"], []).append(row)
    return found


def _submission(
    row: asyncpg.Record, cores: tuple[Core, ...], variants: tuple[Variant, ...], decisions: tuple[Decision, ...]
) -> Submission:
    values = {name: row[name] for name in COLUMNS} | {"state": State(row["state"])}
    return Submission(**values, cores=cores, variants=variants, decisions=decisions)


def _core(row: asyncpg.Record) -> Core:
    return Core(row["version"], frozenset(row["authors"]), row["written_at"], _read_text(row))


def _variant(row: asyncpg.Record) -> Variant:
    values = {name: row[name] for name in ("version", "core_version", "author", "written_at", "back_translation")}
    return Variant(**values, text=_read_text(row))


def _decision(row: asyncpg.Record) -> Decision:
    values = {name: row[name] for name in DECISION}
    method = ReleaseMethod(row["method"]) if row["method"] else None
    return Decision(**values | {"kind": Kind(row["kind"]), "reasons": tuple(row["reasons"]), "method": method})
