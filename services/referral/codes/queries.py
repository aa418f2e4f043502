"""Every SQL statement on the proof of consent."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.referral.codes.domain import ConsentKind, Told
from services.referral.codes.tables import consent

COLUMNS = ("id", "programme", "referral", "kind", "text_version", "language", "given_at")
ADD = sa.insert(consent).values({name: bindparam(name) for name in COLUMNS})
WITHDRAW = (
    sa.update(consent)
    .where(consent.c.referral == bindparam("of"), consent.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("now"))
)


async def add(tx: Tx, programme: str, referral: UUID, kind: ConsentKind, told: Told) -> None:
    """Write that consent was given, now."""
    await tx.execute(
        ADD,
        id=new_id(),
        programme=programme,
        referral=referral,
        kind=kind,
        text_version=told.text_version,
        language=told.language,
        given_at=tx.now,
    )


async def withdraw(tx: Tx, referral: UUID, now: datetime) -> None:
    """Write that every consent to a referral ended."""
    await tx.execute(WITHDRAW, of=referral, now=now)
