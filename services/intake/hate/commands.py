"""Recording an attack on an account of ours, what was done about it, and its end."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from libs.contracts.envelope import Fact
from libs.contracts.intake_misinformation import HateClosed, HateKind, HateMeasure, HateMeasureTaken, HateRecorded
from libs.kit.clock import iso_week
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.accounts.queries import account_by_id
from services.intake.hate import domain, queries
from services.intake.hate.domain import Incident
from services.intake.questions.commands import refuse


async def record(tx: Tx, account: UUID, language: str, kind: HateKind) -> Incident:
    """One of our accounts was attacked. Raises `NotFound`."""
    attacked = await account_by_id(tx, account)
    incident = Incident(
        id=new_id(),
        account=account,
        programme=attacked.programme,
        version=1,
        changed_at=tx.now,
        recorded_at=tx.now,
        week=iso_week(tx.now),
        platform=attacked.platform,
        language=language,
        kind=kind,
    )
    await queries.add(tx, incident)
    tx.emit(HateRecorded(**_codes(tx, incident)), id=incident.id, version=1, programme=incident.programme)
    return incident


async def take_measure(tx: Tx, id: UUID, measure: HateMeasure) -> Incident:
    """Say what was done about it. Raises `Conflict`, `NotFound`, `Stale`."""
    incident = await _load(tx, id)
    refuse(domain.refuse_measure(incident, measure))
    fact = HateMeasureTaken(**_codes(tx, incident), measure=measure)
    return await _say(tx, incident, domain.measured(incident, measure), fact)


async def close(tx: Tx, id: UUID) -> Incident:
    """Nothing more is to be done. Raises `Conflict`, `NotFound`, `Stale`."""
    incident = await _load(tx, id)
    refuse(domain.refuse_closing(incident))
    return await _say(tx, incident, domain.closed(incident, tx.now), HateClosed(**_codes(tx, incident)))


def _codes(tx: Tx, incident: Incident) -> dict[str, Any]:
    return {
        "week": iso_week(tx.now),
        "platform": incident.platform,
        "language": incident.language,
        "kind": incident.kind,
    }


async def _load(tx: Tx, id: UUID) -> Incident:
    incident = await queries.incident_by_id(tx, id, lock=True)
    tx.expect(incident.version)
    return incident


async def _say(tx: Tx, loaded: Incident, changed: Incident, fact: Fact) -> Incident:
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save(tx, saved, loaded.version)
    tx.emit(fact, id=saved.id, version=saved.version, programme=saved.programme, after=loaded.changed_at)
    return saved
