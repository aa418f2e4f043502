"""Facts of partners of spaces, of agreements with them, and of the register of joint controllership.

A partner is a person or a small team: facts say that there is one and whether a contact is kept, never who.
"""

from enum import StrEnum

from libs.contracts.envelope import Fact, fact
from libs.contracts.types import IsoWeek


class PartnerRole(StrEnum):
    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    MODERATOR = "moderator"


class ConsentForm(StrEnum):
    """How a partner agreed that her contact is kept (art. 6(1)(a), art. 7(1) GDPR)."""

    MESSAGE = "message"
    SIGNED = "signed"
    SPOKEN = "spoken"


class AgreementKind(StrEnum):
    MAY_WRITE = "may-write"
    PINNED_NOTICE = "pinned-notice"
    FIXED_HOURS = "fixed-hours"
    FORWARDS_QUESTIONS = "forwards-questions"
    JOINT_CAMPAIGN = "joint-campaign"


class AgreementEnd(StrEnum):
    EXPIRED = "expired"
    BY_PARTNER = "ended-by-partner"
    BY_PROGRAMME = "ended-by-programme"
    SPACE_LOST = "space-lost"


class SharedPurpose(StrEnum):
    """What two controllers decide together (art. 26 GDPR)."""

    PAGE_INSIGHTS = "page-insights"
    JOINT_SPACE = "joint-space"
    JOINT_CAMPAIGN = "joint-campaign"
    MESSENGER_CHANNEL = "messenger-channel"
    REFERRAL = "referral"
    EVENT = "event"


@fact("ev.intake.partner.{id}.registered.v1")
class PartnerRegistered(Fact):
    """A partner of a space was entered; `contact` says whether a contact is kept."""

    role: PartnerRole
    contact: bool


@fact("ev.intake.partner.{id}.contact-kept.v1")
class PartnerContactKept(Fact):
    """A partner consented, and her contact is kept under seal."""

    form: ConsentForm


@fact("ev.intake.partner.{id}.consent-withdrawn.v1")
class PartnerConsentWithdrawn(Fact):
    """The contact is gone; that there was a consent and that it ended stays."""


@fact("ev.intake.partner-reading.{id}.recorded.v1")
class PartnerReadingRecorded(Fact):
    """Someone opened a partner's contact."""


@fact("ev.intake.agreement.{id}.made.v1")
class AgreementMade(Fact):
    """Something was agreed with those who run a space."""

    kind: AgreementKind
    review_week: IsoWeek


@fact("ev.intake.agreement.{id}.ended.v1")
class AgreementEnded(Fact):
    """An agreement holds no more."""

    kind: AgreementKind
    reason: AgreementEnd


@fact("ev.intake.arrangement.{id}.registered.v1")
class ArrangementRegistered(Fact):
    """An arrangement between joint controllers was entered in the register (art. 26 GDPR)."""

    purposes: tuple[SharedPurpose, ...]


@fact("ev.intake.arrangement.{id}.changed.v1")
class ArrangementChanged(Fact):
    """The entry was written anew, whole; an arrangement with an end is over after it."""

    purposes: tuple[SharedPurpose, ...]
    ended: bool
