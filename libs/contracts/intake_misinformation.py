"""Facts of intake on misinformation: claims, where they were sighted, their corrections, and hate against an account.

A claim is what is said, never who says it. No fact holds its wording, a link, a space or an account; sightings carry
the week, platform, language and size class they are counted by.
"""

from enum import StrEnum
from uuid import UUID

from libs.contracts.codes import Platform, RepairResult, SizeClass, Standing
from libs.contracts.counting import Counted
from libs.contracts.envelope import Fact, Forgettable, fact
from libs.contracts.matters import ForReview, ReviewedMatter
from libs.contracts.types import Count, FactTopic, IsoWeek, LanguageTag


class Verdict(StrEnum):
    """What a claim was found to be. A right one is affirmed where others already say it."""

    WRONG = "wrong"
    PARTLY_WRONG = "partly-wrong"
    OUTDATED = "outdated"
    SCAM = "scam"
    RIGHT = "right"


class ReplyKind(StrEnum):
    """What our account says below a sighting."""

    CORRECTION = "correction"
    AFFIRMATION = "affirmation"


class HateKind(StrEnum):
    INSULT = "insult"
    THREAT = "threat"
    INCITEMENT = "incitement"
    DOXXING = "doxxing"
    IMPERSONATION = "impersonation"
    COORDINATED = "coordinated-attack"


class HateMeasure(StrEnum):
    REPORTED = "reported-to-platform"
    HIDDEN = "hidden-or-deleted"
    BLOCKED = "account-blocked"
    COMPLAINT = "criminal-complaint"
    ADVICE = "victim-advice-asked"
    DEBRIEF = "colleague-debriefed"


class OfTopic(Fact):
    """A claim has no platform: it is counted by topic, and its sightings by all the rest."""

    week: IsoWeek
    topic: FactTopic


@fact("ev.intake.claim.{id}.spotted.v1")
class ClaimSpotted(OfTopic):
    """A claim was entered that is said more than once."""


@fact("ev.intake.claim.{id}.variant-added.v1")
class ClaimVariantAdded(OfTopic):
    """The claim goes round in these words, too."""

    language: LanguageTag


@fact("ev.intake.claim.{id}.assessed.v1")
class ClaimAssessed(OfTopic):
    """A verdict was given, or changed."""

    verdict: Verdict
    verdict_before: Verdict | None


@fact("ev.intake.claim.{id}.watched.v1")
class ClaimWatched(OfTopic):
    """It is answered; only its spread is watched."""


@fact("ev.intake.claim.{id}.closed.v1")
class ClaimClosed(OfTopic):
    """It no longer goes round."""

    verdict: Verdict


@fact("ev.intake.claim.{id}.reopened.v1")
class ClaimReopened(OfTopic):
    """It was sighted again after it had been closed."""


@fact("ev.intake.claim.{id}.forgotten.v1", forgets=True)
class ClaimForgotten(Fact):
    """Its wordings and the links of its sightings are gone; what was counted stands."""


@fact("ev.intake.sighting.{id}.recorded.v1")
class SightingRecorded(Counted):
    """A claim was seen in a space."""

    size_class: SizeClass


class PostedReply(Forgettable):
    """What stands in the thread, for the reviewer who must judge it; None where it is the released text."""

    text: str | None


@fact(
    "ev.intake.sighting.{id}.replied.v1",
    readers=("review", "reporting"),
    forgettable=PostedReply,
    text_readers=("review",),
)
class SightingReplied(Counted):
    """Our account corrected, or affirmed, in the thread. The event concerns the correction."""

    kind: ReplyKind
    standing: Standing
    submission: UUID | None
    parts: Count


@fact("ev.intake.sighting.{id}.repair-opened.v1")
class SightingRepairOpened(Counted):
    """What stands in the thread is not what may stand there."""

    standing: Standing


@fact("ev.intake.sighting.{id}.repaired.v1")
class SightingRepaired(Counted):
    """The repair task ended."""

    result: RepairResult


@fact("ev.intake.sighting.{id}.link-forgotten.v1")
class SightingLinkForgotten(Fact):
    """Its link had its days; the place can no longer be found."""


@fact(
    "ev.intake.correction.{id}.requested.v1",
    readers=("review", "reporting"),
    forgettable=ReviewedMatter,
    text_readers=("review",),
)
class CorrectionRequested(ForReview):
    """A text about a claim is wanted in one language; it goes through the legal review of an answer."""

    kind: ReplyKind
    verdict: Verdict


@fact("ev.intake.correction.{id}.ended.v1", readers=("review", "reporting"))
class CorrectionEnded(Counted):
    """It is no longer used; what still stands of it is to be repaired."""

    kind: ReplyKind


@fact("ev.intake.correction.{id}.forgotten.v1", readers=("review", "reporting"), forgets=True)
class CorrectionForgotten(Fact):
    """Its claim was forgotten: drafts and texts are to be gone everywhere."""


class OfHate(Fact):
    """An attack on an account of ours. Nothing is kept of who did it, nor of the words."""

    week: IsoWeek
    platform: Platform
    language: LanguageTag
    kind: HateKind


@fact("ev.intake.hate-incident.{id}.recorded.v1")
class HateRecorded(OfHate):
    """One of our own accounts was attacked."""


@fact("ev.intake.hate-incident.{id}.measure-taken.v1")
class HateMeasureTaken(OfHate):
    """Something was done about it."""

    measure: HateMeasure


@fact("ev.intake.hate-incident.{id}.closed.v1")
class HateClosed(OfHate):
    """Nothing more is to be done."""
