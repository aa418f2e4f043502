"""Who may review. A qualification is recorded here with evidence and validity; a token's role alone decides nothing.

Source: RDG § 6(2): legal services free of charge are given by, or under the guidance of, a person with the
Befähigung zum Richteramt or one who may give them for pay.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from libs.contracts.codes import Evidence, Qualification, Role
from libs.kit.errors import Forbidden, LotseError, invalid


@dataclass(frozen=True)
class Recorded:
    """One programme's record of a reviewer's qualification; both days belong to it. `ended_at` is set when it ended
    before its last day."""

    programme: str
    qualification: Qualification
    evidence: Evidence
    valid_from: date
    valid_until: date
    ended_at: datetime | None = None

    def holds_on(self, day: date) -> bool:
        return self.ended_at is None and self.valid_from <= day <= self.valid_until


@dataclass(frozen=True)
class Reviewer:
    """A staff member and her qualifications, as far as the caller may see them. Version 0 is nobody yet."""

    id: UUID
    version: int = 0
    changed_at: datetime | None = None
    recorded: tuple[Recorded, ...] = field(default=())

    def in_programme(self, programme: str) -> Recorded | None:
        return next((one for one in self.recorded if one.programme == programme), None)


@dataclass(frozen=True)
class Person:
    """Who acts in one programme, as far as the rules ask. `qualification` is the one that holds today."""

    staff: UUID | None
    roles: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    qualification: Qualification | None = None

    @property
    def is_qualified_reviewer(self) -> bool:
        return Role.LEGAL_REVIEWER in self.roles and self.qualification is not None


def refuse_role(person: Person, allowed: tuple[Role, ...]) -> LotseError | None:
    """Why somebody without one of these roles may not."""
    if person.roles.isdisjoint(allowed):
        return Forbidden("role_missing", "You have no role in this programme that allows this.")
    return None


def refuse_reviewing(person: Person) -> LotseError | None:
    """Only a legal reviewer whose qualification in this programme holds today decides."""
    missing = refuse_role(person, (Role.LEGAL_REVIEWER,))
    if missing is None and person.qualification is None:
        return Forbidden("not_qualified", "No qualification of yours is in force in this programme today.")
    return missing


def refuse_qualifying(reviewer: UUID, admin: UUID | None) -> LotseError | None:
    """Nobody vouches for herself: whoever records the evidence is somebody else."""
    if reviewer == admin:
        return Forbidden("own_qualification", "Somebody else must record your qualification.")
    return None


def check_validity(recorded: Recorded, today: date) -> None:
    """Raises `Invalid`."""
    if recorded.valid_until < recorded.valid_from:
        raise invalid("/valid_until", "before_start", "The validity ends before it begins.")
    if recorded.valid_until < today:
        raise invalid("/valid_until", "already_over", "The validity is over already.")
