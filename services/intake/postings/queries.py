"""Every SQL statement on postings and on the copy of released variants."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import Standing
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.postings.domain import Posting, Release
from services.intake.postings.tables import known_release, posting

COLUMNS = tuple(column.name for column in fields(Posting))
ONE_LOCKED = sa.select(posting).where(posting.c.id == bindparam("id")).with_for_update()
OF_QUESTION = sa.select(posting).where(posting.c.question == bindparam("question")).order_by(posting.c.id)
OF_SUBMISSION = (
    sa.select(posting).where(posting.c.submission == bindparam("submission")).order_by(posting.c.id).with_for_update()
)
ADD = sa.insert(posting).values({name: bindparam(name) for name in COLUMNS})
SAVE = (
    sa.update(posting)
    .where(posting.c.id == bindparam("id"), posting.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)
STANDING_COUNT = sa.select(sa.func.count()).where(
    posting.c.question == bindparam("question"), posting.c.repair.is_distinct_from("removed")
)
FORGET = (
    sa.update(posting)
    .where(posting.c.question == bindparam("question"))
    .values(text=None, link=None, posted_at=None, repair=sa.func.nullif(posting.c.repair, "open"))
)
FORGET_LINKS = sa.update(posting).where(posting.c.question == bindparam("question")).values(link=None)
FORGET_RELEASES = sa.update(known_release).where(known_release.c.question == bindparam("question")).values(text=None)
RELEASE_OF = sa.select(known_release).where(known_release.c.submission == bindparam("submission"))
LATEST_RELEASE = (
    sa.select(known_release)
    .where(known_release.c.question == bindparam("question"))
    .order_by(known_release.c.released_at.desc())
    .limit(1)
)
RELEASED = ("submission", "question", "programme", "language", "text", "variant_version", "core_version", "released_at")
KEEP_RELEASE = insert(known_release).values({name: bindparam(name) for name in RELEASED})
KEEP_RELEASE = KEEP_RELEASE.on_conflict_do_update(
    index_elements=["submission"],
    set_={name: KEEP_RELEASE.excluded[name] for name in RELEASED[3:]} | {"withdrawn_at": None},
)
WITHDRAW = (
    sa.update(known_release)
    .where(known_release.c.submission == bindparam("release"), known_release.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("at"))
)


async def posting_by_id(tx: Tx, id: UUID) -> Posting:
    """Locked. Raises `NotFound`."""
    row = await tx.fetch_one(ONE_LOCKED, id=id)
    if row is None:
        raise NotFound("posting_unknown", "There is no posting with this id.")
    return _posting(row)


async def is_known(tx: Tx, id: UUID) -> bool:
    """Whether a posting has this id."""
    return await tx.fetch_one(ONE_LOCKED, id=id) is not None


async def of_question(tx: Tx, question: UUID) -> list[Posting]:
    """A question's postings, oldest first."""
    return [_posting(row) for row in await tx.fetch(OF_QUESTION, question=question)]


async def of_submission(tx: Tx, submission: UUID) -> list[Posting]:
    """Locked: the postings that were compared with a submission's release."""
    return [_posting(row) for row in await tx.fetch(OF_SUBMISSION, submission=submission)]


async def repairs(tx: Tx, after: tuple[datetime, UUID] | None, limit: int) -> tuple[list[Posting], int]:
    """One page of open repair tasks, oldest first, and how many there are, up to the cap."""
    wanted = sa.select(posting).where(posting.c.repair == "open")
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(posting.c.recorded_at, posting.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(posting.c.recorded_at, posting.c.id).limit(limit + 1))
    assert total is not None
    return [_posting(row) for row in rows], total[0]


async def standing_count(tx: Tx, question: UUID) -> int:
    """How many comments of ours still stand under a question."""
    row = await tx.fetch_one(STANDING_COUNT, question=question)
    return int(row[0]) if row else 0


async def add(tx: Tx, made: Posting) -> None:
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: Posting, loaded: int) -> None:
    touched = await tx.execute(SAVE, **_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


async def forget(tx: Tx, question: UUID) -> None:
    """Null every text, link and exact moment of a question's postings and releases."""
    await tx.execute(FORGET, question=question)
    await tx.execute(FORGET_RELEASES, question=question)


async def forget_links(tx: Tx, question: UUID) -> None:
    await tx.execute(FORGET_LINKS, question=question)


async def release_of(tx: Tx, submission: UUID) -> Release | None:
    """What review released under a submission, as far as intake has heard."""
    row = await tx.fetch_one(RELEASE_OF, submission=submission)
    return _release(row) if row else None


async def latest_release(tx: Tx, question: UUID) -> Release | None:
    """The newest release for a question, withdrawn or not."""
    row = await tx.fetch_one(LATEST_RELEASE, question=question)
    return _release(row) if row else None


async def keep_release(tx: Tx, **release: Any) -> None:
    """Write the copy of a release; a later one of the same submission takes its place."""
    await tx.execute(KEEP_RELEASE, **release)


async def withdraw_release(tx: Tx, submission: UUID, at: datetime) -> bool:
    """From `at` on it may not be posted. False when it is not known or was withdrawn before."""
    return bool(await tx.execute(WITHDRAW, release=submission, at=at))


def _values(made: Posting) -> dict[str, Any]:
    return {name: getattr(made, name) for name in COLUMNS}


def _posting(row: asyncpg.Record) -> Posting:
    values = {name: row[name] for name in COLUMNS}
    return Posting(**values | {"standing": Standing(row["standing"])})


def _release(row: asyncpg.Record) -> Release:
    return Release(**{column.name: row[column.name] for column in fields(Release)})
