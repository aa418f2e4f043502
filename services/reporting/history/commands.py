"""Keeping the history, and reading one question's trace."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from libs.contracts.codes import Purpose, ResourceKind, Role
from libs.contracts.envelope import Envelope
from libs.contracts.reporting import ReportingAccessRecorded
from libs.kit.errors import NotFound
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.reporting.history import queries
from services.reporting.history.domain import Arrived, Erasure, causal, erasure, is_question

# A question has some dozens of events; what makes more is reading it again and again.
MOST_EVENTS = 5_000


@dataclass(frozen=True)
class Trace:
    """A question's events in causal order; `complete` is false when there are more than the oldest 5,000."""

    events: list[Arrived]
    erased: Erasure
    complete: bool


async def keep(tx: Tx, source: str, arrivals: Sequence[Arrived]) -> None:
    """Keep the bytes of events that are being applied, and move the source's mark. The caller holds the lock under
    which positions follow the commits."""
    numbers = await queries.take_up(tx, source, [arrival.envelope.id for arrival in arrivals])
    numbered = [
        replace(arrival, seq=numbers.get(arrival.envelope.id)) if arrival.seq is None else arrival
        for arrival in arrivals
    ]
    await queries.keep(tx, source, numbered)
    await queries.advance(tx, source)


async def remember_number(tx: Tx, envelope: Envelope, raw: bytes, seq: int) -> None:
    """An event is about to be applied by itself, and kit, which does that, does not know its number."""
    await queries.put_aside(tx, envelope.service, [Arrived(envelope, raw, seq)])


async def trace(tx: Tx, id: UUID) -> Trace:
    """A question's whole life across the services. Reading it is recorded, as an event that the next trace shows.

    Raises `NotFound`, also for questions of programmes in which the caller is no auditor.
    """
    found = await queries.of_question(tx, id, MOST_EVENTS + 1)
    if not is_question(id, found):
        raise NotFound("question_unknown", "There is no question with this id.")
    programme = found[0].envelope.programme
    purpose = Purpose.AUDIT if tx.actor.holds(programme, Role.AUDITOR) else Purpose.DATA_PROTECTION
    fact = ReportingAccessRecorded(resource=ResourceKind.TRACE, purpose=purpose)
    tx.emit(fact, id=new_id(), version=1, programme=programme, concerns=id)
    return Trace(causal(found[:MOST_EVENTS]), erasure(found), len(found) <= MOST_EVENTS)
