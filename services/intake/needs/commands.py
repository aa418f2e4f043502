"""Noting a signal of need."""

from uuid import UUID

from libs.contracts.intake_needs import NeedSignalNoted
from libs.contracts.topics import fact_topic
from libs.kit.clock import iso_week
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.needs import queries
from services.intake.spaces.queries import space_by_id


async def note(tx: Tx, space: UUID, topic: str, language: str) -> UUID:
    """Note what is needed in a space; the id of the signal. Raises `NotFound`, `Forbidden`.

    Any language may be named: what a programme does not counsel in yet is what it must hear of.
    """
    found = await space_by_id(tx, space)
    tx.must_act_in(found.programme)
    week, id = iso_week(tx.now), new_id()
    fact = NeedSignalNoted(week=week, platform=found.platform, language=language, topic=fact_topic(topic))
    await queries.add(tx, id, found.programme, fact)
    tx.emit(fact, id=id, version=1, programme=found.programme)
    return id
