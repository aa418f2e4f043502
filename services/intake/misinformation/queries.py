"""Every SQL statement on claims, their variants and sightings."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.codes import Platform, SizeClass, Standing
from libs.contracts.intake_misinformation import ReplyKind, Verdict
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.misinformation.domain import OPEN_REPAIR, Claim, Sighting, Status, Variant
from services.intake.misinformation.tables import claim, claim_variant, sighting

CLAIM, VARIANT, SIGHTING = (tuple(one.name for one in fields(cls)) for cls in (Claim, Variant, Sighting))
CODES = {"platform": Platform, "size_class": SizeClass, "kind": ReplyKind, "standing": Standing}
ONE = sa.select(claim).where(claim.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
ADD = sa.insert(claim).values({name: bindparam(name) for name in CLAIM})
SAVE = (
    sa.update(claim)
    .where(claim.c.id == bindparam("id"), claim.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in CLAIM if name != "id"})
)
CLOSED_BEFORE = (
    sa.select(claim.c.id)
    .where(
        claim.c.closed_at < bindparam("before"),
        claim.c.status == Status.CLOSED,
        claim.c.programme == bindparam("programme"),
        claim.c.held.is_(False),
    )
    .limit(bindparam("limit"))
)
LINKS_BEFORE = (
    sa.select(sighting.c.id)
    .where(
        sighting.c.link.is_not(None),
        sighting.c.recorded_at < bindparam("before"),
        sighting.c.programme == bindparam("programme"),
        sighting.c.held.is_(False),
    )
    .limit(bindparam("limit"))
)
ADD_VARIANT = sa.insert(claim_variant).values({name: bindparam(name) for name in VARIANT})
VARIANTS = sa.select(claim_variant).where(claim_variant.c.claim == bindparam("about")).order_by(claim_variant.c.id)
VARIANT_LANGUAGE = sa.select(claim_variant.c.language).where(
    claim_variant.c.id == bindparam("variant"), claim_variant.c.claim == bindparam("about")
)
ONE_SIGHTING = sa.select(sighting).where(sighting.c.id == bindparam("id"))
SIGHTING_LOCKED = ONE_SIGHTING.with_for_update()
ADD_SIGHTING = sa.insert(sighting).values({name: bindparam(name) for name in SIGHTING})
SAVE_SIGHTING = (
    sa.update(sighting)
    .where(sighting.c.id == bindparam("id"), sighting.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in SIGHTING if name != "id"})
)
STANDING = (
    sa.select(sighting)
    .where(sighting.c.standing.is_not(None), sighting.c.repair.is_distinct_from("removed"))
    .order_by(sighting.c.id)
    .with_for_update()
)
OF_SUBMISSION = STANDING.where(sighting.c.submission == bindparam("about"))
OF_CORRECTION = STANDING.where(sighting.c.correction == bindparam("about"))
OPEN_REPAIRS = sa.select(sa.func.count()).where(
    sighting.c.claim == bindparam("about"), sighting.c.repair == OPEN_REPAIR
)
SPREAD = (
    sa.select(
        sighting.c.week,
        sighting.c.language,
        sighting.c.platform,
        sa.func.count().label("sightings"),
        sa.func.count(sa.distinct(sighting.c.space)).label("spaces"),
        sa.func.count(sighting.c.replied_at).label("replied"),
    )
    .where(sighting.c.claim == bindparam("about"))
    .group_by(sighting.c.week, sighting.c.language, sighting.c.platform)
    .order_by(sighting.c.week.desc(), sighting.c.language, sighting.c.platform)
    .limit(bindparam("limit"))
)
FORGET = (
    sa.update(claim_variant).where(claim_variant.c.claim == bindparam("about")).values(wording=None),
    sa.update(sighting)
    .where(sighting.c.claim == bindparam("about"))
    .values(space=None, link=None, seen_on=None, text=None, repair=sa.func.nullif(sighting.c.repair, OPEN_REPAIR)),
)


@dataclass(frozen=True)
class Spread:
    """What was seen in one week, language and platform; `replied` by our account."""

    week: str
    language: str
    platform: Platform
    sightings: int
    spaces: int
    replied: int


async def claim_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Claim:
    """Raises `NotFound`, also for claims of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("claim_unknown", "There is no claim with this id.")
    return _claim(row)


async def claims(
    tx: Tx, conditions: dict[str, object], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Claim], int]:
    """One page, last changed first, one row more than asked for, and how many match, up to the cap."""
    wanted = sa.select(claim)
    for name, value in conditions.items():
        wanted = wanted.where(claim.c[name] == value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    place = (claim.c.changed_at, claim.c.id)
    if after is not None:
        wanted = wanted.where(sa.tuple_(*place) < sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(*(column.desc() for column in place)).limit(limit + 1))
    assert total is not None
    return [_claim(row) for row in rows], total[0]


async def closed_before(tx: Tx, programme: str, before: datetime, limit: int) -> list[UUID]:
    """Claims closed before a moment and not yet forgotten."""
    return [row["id"] for row in await tx.fetch(CLOSED_BEFORE, programme=programme, before=before, limit=limit)]


async def links_before(tx: Tx, programme: str, before: datetime, limit: int) -> list[UUID]:
    """Sightings with a link, recorded before a moment."""
    return [row["id"] for row in await tx.fetch(LINKS_BEFORE, programme=programme, before=before, limit=limit)]


async def add(tx: Tx, made: Claim) -> None:
    await tx.execute(ADD, **_values(made, CLAIM))


async def save(tx: Tx, changed: Claim, loaded: int) -> None:
    touched = await tx.execute(SAVE, **_values(changed, CLAIM), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


async def add_variant(tx: Tx, made: Variant) -> None:
    await tx.execute(ADD_VARIANT, **_values(made, VARIANT))


async def variants(tx: Tx, id: UUID) -> list[Variant]:
    """A claim's variants, oldest first."""
    return [Variant(**{name: row[name] for name in VARIANT}) for row in await tx.fetch(VARIANTS, about=id)]


async def language_of(tx: Tx, id: UUID, variant: UUID) -> str | None:
    """The language of a claim's variant; None where it has no such variant."""
    row = await tx.fetch_one(VARIANT_LANGUAGE, about=id, variant=variant)
    return row["language"] if row else None


async def sighting_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Sighting:
    """Raises `NotFound`."""
    found = await find_sighting(tx, id, lock=lock)
    if found is None:
        raise NotFound("sighting_unknown", "There is no sighting with this id.")
    return found


async def find_sighting(tx: Tx, id: UUID, *, lock: bool = False) -> Sighting | None:
    row = await tx.fetch_one(SIGHTING_LOCKED if lock else ONE_SIGHTING, id=id)
    return _sighting(row) if row else None


async def sightings(
    tx: Tx, conditions: dict[str, object], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Sighting], int]:
    """One page, oldest first, one row more than asked for, and how many match, up to the cap."""
    wanted = sa.select(sighting)
    for name, value in conditions.items():
        wanted = wanted.where(sighting.c[name] == value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    place = (sighting.c.recorded_at, sighting.c.id)
    if after is not None:
        wanted = wanted.where(sa.tuple_(*place) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(*place).limit(limit + 1))
    assert total is not None
    return [_sighting(row) for row in rows], total[0]


async def of_submission(tx: Tx, submission: UUID) -> list[Sighting]:
    """Locked: where what was compared with a submission's release still stands."""
    return [_sighting(row) for row in await tx.fetch(OF_SUBMISSION, about=submission)]


async def of_correction(tx: Tx, correction: UUID) -> list[Sighting]:
    """Locked: where a correction still stands."""
    return [_sighting(row) for row in await tx.fetch(OF_CORRECTION, about=correction)]


async def open_repairs(tx: Tx, id: UUID) -> int:
    row = await tx.fetch_one(OPEN_REPAIRS, about=id)
    return int(row[0]) if row else 0


async def spread(tx: Tx, id: UUID, limit: int) -> list[Spread]:
    """How often a claim was seen, by week (newest first), language and platform."""
    return [
        Spread(**{**dict(row), "platform": Platform(row["platform"])})
        for row in await tx.fetch(SPREAD, about=id, limit=limit)
    ]


async def add_sighting(tx: Tx, made: Sighting) -> None:
    await tx.execute(ADD_SIGHTING, **_values(made, SIGHTING))


async def save_sighting(tx: Tx, changed: Sighting, loaded: int) -> None:
    touched = await tx.execute(SAVE_SIGHTING, **_values(changed, SIGHTING), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


async def forget(tx: Tx, id: UUID) -> None:
    """Null every wording, link, space, day and posted text of a claim."""
    for statement in FORGET:
        await tx.execute(statement, about=id)


def _values(made: object, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(made, name) for name in columns}


def _claim(row: asyncpg.Record) -> Claim:
    values = {name: row[name] for name in CLAIM} | {"status": Status(row["status"])}
    return Claim(**values | {"verdict": Verdict(row["verdict"]) if row["verdict"] else None})


def _sighting(row: asyncpg.Record) -> Sighting:
    values = {name: row[name] for name in SIGHTING}
    for name, code in CODES.items():
        if values[name] is not None:
            values[name] = code(values[name])
    return Sighting(**values)
