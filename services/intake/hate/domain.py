"""Hate against an account of ours is an incident of its own kind: nobody judges a text, a colleague is to be protected.

Nothing is kept of who did it, nor of the words: evidence for a complaint is secured outside, by whoever complains.
States: open → closed. A measure is taken any number of times; a criminal offence is not closed without saying that
somebody looked after the colleague.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from libs.contracts.codes import Platform
from libs.contracts.intake_misinformation import HateKind, HateMeasure
from libs.kit.errors import Conflict, LotseError

# §§ 111, 126, 126a, 130, 241 StGB are near: these ask for a debrief before anybody turns the page.
GRAVE = (HateKind.THREAT, HateKind.INCITEMENT, HateKind.DOXXING, HateKind.COORDINATED)
CARE = (HateMeasure.DEBRIEF, HateMeasure.ADVICE)


@dataclass(frozen=True)
class Incident:
    id: UUID
    account: UUID
    programme: str
    version: int
    changed_at: datetime
    recorded_at: datetime
    week: str
    platform: Platform
    language: str
    kind: HateKind
    measures: tuple[HateMeasure, ...] = ()
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


def refuse_measure(incident: Incident, measure: HateMeasure) -> LotseError | None:
    if measure in incident.measures:
        return Conflict("unchanged", "This measure is recorded already.")
    return _refuse_closed(incident)


def refuse_closing(incident: Incident) -> LotseError | None:
    if incident.kind in GRAVE and not set(incident.measures) & set(CARE):
        return Conflict("care_missing", "Say first who looked after the colleague: a debrief, or advice for victims.")
    return _refuse_closed(incident)


def _refuse_closed(incident: Incident) -> LotseError | None:
    return None if incident.is_open else Conflict("incident_closed", "This incident is closed.")


def measured(incident: Incident, measure: HateMeasure) -> Incident:
    return replace(incident, measures=(*incident.measures, measure))


def closed(incident: Incident, now: datetime) -> Incident:
    return replace(incident, closed_at=now)
