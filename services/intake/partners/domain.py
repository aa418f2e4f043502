"""Rules on partners, agreements and joint controllership."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from libs.contracts.intake_partners import AgreementEnd, AgreementKind, ConsentForm, PartnerRole, SharedPurpose
from libs.kit.errors import Conflict, invalid


@dataclass(frozen=True)
class Partner:
    """Who runs a space. `contact` is sealed; form and day of the consent stay when it is withdrawn (art. 7(1) GDPR)."""

    id: UUID
    programme: str
    space: UUID
    version: int
    changed_at: datetime
    role: PartnerRole
    contact: bytes | None = None
    consent_form: ConsentForm | None = None
    consent_on: date | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class Agreement:
    """What was agreed with those who run a space, in redacted words."""

    id: UUID
    programme: str
    space: UUID
    version: int
    changed_at: datetime
    kind: AgreementKind
    terms: str
    since: date
    review_on: date
    ended_on: date | None = None
    ended_for: AgreementEnd | None = None


@dataclass(frozen=True)
class Arrangement:
    """An entry of the register under art. 26 GDPR: with which organisation, what for, whom people may turn to, where
    the arrangement itself is kept, and how long it holds.
    """

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    party: str
    purposes: tuple[SharedPurpose, ...]
    contact_point: str
    reference: str
    since: date
    until: date | None


def check_consent(given_on: date, today: date) -> None:
    """Raises `Invalid`: a consent comes before what rests on it."""
    if given_on > today:
        raise invalid("/consent_on", "in_the_future", "A consent that is yet to be given is none.")


def check_agreement(agreement: Agreement) -> None:
    """Raises `Invalid`."""
    if agreement.review_on < agreement.since:
        raise invalid("/review_on", "before_start", "An agreement is looked at again after it has begun.")


def check_arrangement(arrangement: Arrangement) -> None:
    """Raises `Invalid`."""
    if arrangement.until is not None and arrangement.until < arrangement.since:
        raise invalid("/until", "before_start", "The arrangement ends before it begins.")


def check_running(agreement: Agreement) -> None:
    """Raises `Conflict`."""
    if agreement.ended_on is not None:
        raise Conflict("agreement_ended", "This agreement has ended already.")


def check_contact(partner: Partner) -> None:
    """Raises `Conflict`."""
    if partner.contact is None:
        raise Conflict("no_contact", "No contact of this partner is kept.")
