"""Every SQL statement of imports: which spaces there are already, and whose turn it is."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.kit.transaction import Tx
from libs.text.folding import fold
from services.intake.spaces.tables import space

THERE = sa.select(space.c.id, space.c.platform, space.c.name).where(space.c.programme == bindparam("code"))
TURN = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.cast(bindparam("turn"), sa.Text), 1)))


async def spaces_there(tx: Tx, code: str) -> dict[tuple[str, str], UUID]:
    """A programme's spaces by platform and folded name, once nobody else imports into it: two at once would both make
    what neither finds.
    """
    await tx.fetch_one(TURN, turn=f"import {code}")
    rows = await tx.fetch(THERE, code=code)
    return {(row["platform"], fold(row["name"])): row["id"] for row in rows}
