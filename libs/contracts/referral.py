"""Facts of referral: the directory, and the consented hand-over.

No fact names the office a person was sent to: an office has a town, and a place below the Land is forgettable.
"""

from libs.contracts.codes import (
    DeclineReason,
    DeletionAnswer,
    Land,
    OfficeKind,
    Outcome,
    Purpose,
    ResourceKind,
    Urgency,
)
from libs.contracts.counting import Counted
from libs.contracts.envelope import Fact, fact
from libs.contracts.types import Days, FactTopic, Hours, LanguageTag


@fact("ev.referral.office.{id}.listed.v1")
class OfficeListed(Fact):
    """An office or organisation was added to the directory, or its entry changed."""

    kind: OfficeKind
    languages: tuple[LanguageTag, ...]
    topics: tuple[FactTopic, ...]
    land: Land
    reporting_duty: bool


@fact("ev.referral.referral.{id}.address-given.v1")
class ReferralAddressGiven(Counted):
    """The person was told an address. No record about the person exists."""

    office_kind: OfficeKind
    land: Land


@fact("ev.referral.referral.{id}.offered.v1")
class ReferralOffered(Counted):
    """A one-time code was handed over; handing it over is the consent."""

    office_kind: OfficeKind
    land: Land
    urgency: Urgency
    expires_days: Days


@fact("ev.referral.referral.{id}.code-issued.v1")
class ReferralCodeIssued(Fact):
    """A fresh one-time code was shown to the counsellor; an earlier one of this referral no longer opens anything."""


class ReferralStep(Counted):
    """What every later step of a referral is counted by."""

    office_kind: OfficeKind


@fact("ev.referral.referral.{id}.redeemed.v1")
class ReferralRedeemed(ReferralStep):
    """The person showed the code and the office redeemed it: she arrived."""

    hours_to_arrival: Hours


@fact("ev.referral.referral.{id}.accepted.v1")
class ReferralAccepted(ReferralStep):
    """The office took the case on."""


@fact("ev.referral.referral.{id}.declined.v1")
class ReferralDeclined(ReferralStep):
    """The office declined with a coded reason."""

    reason: DeclineReason


@fact("ev.referral.referral.{id}.outcome-reported.v1")
class ReferralOutcomeReported(ReferralStep):
    """The office reported how it ended."""

    outcome: Outcome


@fact("ev.referral.referral.{id}.withdrawn.v1")
class ReferralWithdrawn(ReferralStep):
    """The holder of the code withdrew her consent."""


@fact("ev.referral.referral.{id}.outcome-released.v1")
class ReferralOutcomeReleased(Fact):
    """The holder of the code allowed a benefit agency to tell us how it goes; unreleased, that is social data."""


@fact("ev.referral.referral.{id}.deletion-answered.v1")
class ReferralDeletionAnswered(Fact):
    """The office that had read the summary was told to delete what it holds, and confirmed it or let the time pass."""

    result: DeletionAnswer


@fact("ev.referral.referral.{id}.expired.v1")
class ReferralExpired(ReferralStep):
    """The code ran out unused."""


@fact("ev.referral.referral.{id}.forgotten.v1", forgets=True)
class ReferralForgotten(Fact):
    """Summary, office and code of a forgotten question are gone; the proof of consent without identity stays."""


@fact("ev.referral.access.{id}.recorded.v1")
class ReferralAccessRecorded(Fact):
    """Someone read a text held by referral."""

    resource: ResourceKind
    purpose: Purpose
