"""Every SQL statement on signals of need."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.intake_needs import NeedSignalNoted
from libs.kit.transaction import Tx
from services.intake.needs.tables import need_signal

COLUMNS = ("id", "programme", "version", "week", "platform", "language", "topic")
ADD = sa.insert(need_signal).values({name: bindparam(name) for name in COLUMNS})


async def add(tx: Tx, id: UUID, programme: str, fact: NeedSignalNoted) -> None:
    """Keep a signal, by the codes it is counted under."""
    await tx.execute(ADD, id=id, programme=programme, version=1, **fact.model_dump())
