"""Every SQL statement on imported rows."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.kit.transaction import Tx
from services.intake.imports.tables import imported_row

CLAIM = (
    insert(imported_row)
    .values(question=bindparam("question"), programme=bindparam("programme"), hash=bindparam("hash"))
    .on_conflict_do_nothing(index_elements=["programme", "hash"])
)
KNOWN = sa.select(imported_row.c.question).where(
    imported_row.c.programme == bindparam("programme"), imported_row.c.hash == bindparam("hash")
)
DROP = sa.delete(imported_row).where(imported_row.c.question == bindparam("question"))


async def claim(tx: Tx, question: UUID, programme: str, hash: bytes) -> bool:
    """Whether this row is new; another import of the same row waits until this transaction has ended."""
    return bool(await tx.execute(CLAIM, question=question, programme=programme, hash=hash))


async def is_known(tx: Tx, programme: str, hash: bytes) -> bool:
    return await tx.fetch_one(KNOWN, programme=programme, hash=hash) is not None


async def drop(tx: Tx, question: UUID) -> None:
    """Forget of which row a question was made."""
    await tx.execute(DROP, question=question)
