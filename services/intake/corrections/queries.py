"""Every SQL statement on texts about claims."""

from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import LegalClass, Urgency
from libs.contracts.intake_misinformation import ReplyKind
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.corrections.domain import Correction, Status
from services.intake.corrections.tables import correction

COLUMNS = tuple(one.name for one in fields(Correction))
CODES = {"status": Status, "kind": ReplyKind, "legal_class": LegalClass, "urgency": Urgency}
ONE = sa.select(correction).where(correction.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
OF_CLAIM = sa.select(correction).where(correction.c.claim == bindparam("about")).order_by(correction.c.id)
OF_CLAIM_LOCKED = OF_CLAIM.with_for_update()
IN_USE = sa.select(sa.func.count()).where(
    correction.c.claim == bindparam("about"), correction.c.status == Status.REQUESTED
)
# A second text in use for the same claim and language meets the unique index and writes nothing.
ADD = insert(correction).values({name: bindparam(name) for name in COLUMNS}).on_conflict_do_nothing()
SAVE = (
    sa.update(correction)
    .where(correction.c.id == bindparam("id"), correction.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)


async def correction_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Correction:
    """Raises `NotFound`, also for texts of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("correction_unknown", "There is no correction with this id.")
    return _correction(row)


async def of_claim(tx: Tx, claim: UUID, *, lock: bool = False) -> list[Correction]:
    """Every text about a claim, oldest first."""
    return [_correction(row) for row in await tx.fetch(OF_CLAIM_LOCKED if lock else OF_CLAIM, about=claim)]


async def in_use(tx: Tx, claim: UUID) -> int:
    """How many texts about a claim are wanted or used."""
    row = await tx.fetch_one(IN_USE, about=claim)
    return int(row[0]) if row else 0


async def add(tx: Tx, made: Correction) -> bool:
    """False when the claim has one in use in this language."""
    return bool(await tx.execute(ADD, **_values(made)))


async def save(tx: Tx, changed: Correction, loaded: int) -> None:
    touched = await tx.execute(SAVE, **_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


def _values(made: Correction) -> dict[str, Any]:
    return {name: getattr(made, name) for name in COLUMNS}


def _correction(row: asyncpg.Record) -> Correction:
    values = {name: row[name] for name in COLUMNS}
    return Correction(**values | {name: code(values[name]) for name, code in CODES.items()})
