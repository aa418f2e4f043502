"""What goes in and comes out over HTTP for partners, agreements and the register of joint controllership."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.intake_partners import AgreementEnd, AgreementKind, ConsentForm, PartnerRole, SharedPurpose
from libs.contracts.types import Code
from libs.edge.bodies import Body, Day, MediumText, Page, ShortText, View
from libs.edge.cursors import Paged
from services.intake.spaces.shapes import RedactedText


class Contact(Body):
    """How a partner is reached. There is none without her consent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"contact": "Admin A., per Messenger", "consent_form": "message", "consent_on": "2026-11-16"}]
        }
    )

    contact: MediumText
    consent_form: ConsentForm
    consent_on: Day


class NewPartner(Body):
    """A partner may be entered without a contact."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "administrator"}]})

    role: PartnerRole
    contact: Contact | None = None


class NewAgreement(Body):
    """What rules find of personal data in the terms is taken out before anything is stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "may-write",
                    "terms": "Antworten mit Link zum Datenschutzhinweis sind erlaubt.",
                    "since": "2026-11-16",
                    "review_on": "2027-05-16",
                }
            ]
        }
    )

    kind: AgreementKind
    terms: RedactedText
    since: Day
    review_on: Day


class Ending(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "ended-by-partner"}]})

    reason: AgreementEnd


class Entry(Body):
    """An entry of the register, whole: an organisation, never a private person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party": "Beispielverein e. V.",
                    "purposes": ["joint-space"],
                    "contact_point": "datenschutz@beispielverein.example",
                    "reference": "Ordner Datenschutz, Vereinbarung 3",
                    "since": "2026-01-01",
                    "until": None,
                }
            ]
        }
    )

    party: ShortText
    purposes: Annotated[tuple[SharedPurpose, ...], Field(min_length=1, max_length=10)]
    contact_point: ShortText
    reference: Annotated[ShortText, Field(description="Where the arrangement itself is kept.")]
    since: Day
    until: Day | None = None


class NewEntry(Entry):
    programme: Code


class Ref(View):
    id: UUID
    version: int


class PartnerItem(Ref):
    """A partner in a list: whether a contact is kept, never which."""

    programme: str
    space: UUID
    role: PartnerRole
    has_contact: bool
    consent_form: ConsentForm | None
    consent_on: date | None
    withdrawn_on: date | None


class PartnerView(PartnerItem):
    contact: str | None


class AgreementView(Ref):
    programme: str
    space: UUID
    kind: AgreementKind
    terms: str
    since: date
    review_on: date
    ended_on: date | None
    ended_for: AgreementEnd | None


class ArrangementView(Ref):
    programme: str
    party: str
    purposes: tuple[SharedPurpose, ...]
    contact_point: str
    reference: str
    since: date
    until: date | None


class PartnerList(View):
    items: list[PartnerItem]
    page: Page


class AgreementList(View):
    items: list[AgreementView]
    page: Page


class ArrangementList(View):
    items: list[ArrangementView]
    page: Page


class ArrangementFilter(Paged):
    programme: Code | None = None
