"""What goes in and comes out over HTTP for referrals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import DeclineReason, OfficeKind, Outcome, ReferralMode, Urgency
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Action, Body, MediumText, Page, View
from libs.edge.cursors import Paged
from services.referral.directory.domain import Notice
from services.referral.referrals.domain import EXPIRES_DAYS, Deletion, State

GERMAN = "de"


class NewReferral(Body):
    """`address-only` leaves no record about the person: no summary, no office, no urgency are kept.

    With `one-time-code` a summary may say what it is about without saying who she is; personal data in it is refused.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "question": "0198c0de-0000-7000-8000-000000000001",
                    "office": "0198c0de-0000-7000-8000-000000000002",
                    "mode": "one-time-code",
                    "urgency": "urgent",
                    "summary": "Anerkennung als Pflegefachkraft; der Bescheid verlangt eine Anpassungsmaßnahme.",
                    "summary_language": "de",
                    "expires_days": 30,
                }
            ]
        }
    )

    question: UUID
    office: UUID
    mode: ReferralMode
    urgency: Annotated[Urgency | None, Field(description="What triage said, unless given.")] = None
    summary: MediumText | None = None
    summary_language: LanguageTag = GERMAN
    expires_days: Annotated[int, Field(ge=1, le=60)] = EXPIRES_DAYS


class Decline(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "full"}]})

    reason: DeclineReason


class OutcomeReport(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "advised"}]})

    outcome: Outcome


class ReferralRef(View):
    """Where the referral stands."""

    id: UUID
    version: int
    state: State


class Referred(ReferralRef):
    """A new referral, and what must be told with it."""

    notices: list[Notice]


class ReferralItem(ReferralRef):
    """A referral in a list: codes and times, no text. The office sees neither the question nor who made it."""

    programme: str
    question: UUID | None
    office: UUID | None
    office_kind: OfficeKind
    mode: ReferralMode
    made_by: UUID | None
    made_at: datetime
    urgency: Urgency | None
    expires_at: datetime | None
    redeemed_at: datetime | None
    reason: DeclineReason | None
    outcome: Outcome | None
    released: bool
    deletion: Annotated[Deletion | None, Field(description="asked: the office is to delete what it holds.")]
    held: bool
    actions: list[Action]


class ReferralView(ReferralItem):
    """`summary` is for the office that redeemed the code; `notices` for those who refer."""

    summary: str | None
    summary_language: str | None
    notices: list[Notice]


class ReferralList(View):
    items: list[ReferralItem]
    page: Page


class ReferralFilter(Paged):
    programme: Code | None = None
    question: UUID | None = None
    state: State | None = None


class InboxFilter(Paged):
    state: State | None = None
