"""Facts of review: drafts, the legal reviewers' decisions, released variants, kept answers, incidents."""

from datetime import date
from uuid import UUID

from libs.contracts.codes import (
    BlockReason,
    Evidence,
    GiveBackReason,
    IncidentDecision,
    LegalClass,
    Level,
    Purpose,
    Qualification,
    ReleaseMethod,
    ResourceKind,
    ReturnReason,
    Standing,
    SubmissionKind,
)
from libs.contracts.counting import Counted
from libs.contracts.envelope import Fact, Forgettable, fact
from libs.contracts.types import Commitment, Count, Hours, LanguageTag, Year


@fact("ev.review.reviewer.{id}.qualified.v1", readers=("intake", "reporting"))
class ReviewerQualified(Fact):
    """A legal reviewer's qualification was recorded with evidence and validity; the aggregate's id is the staff id."""

    qualification: Qualification
    evidence: Evidence
    valid_from: date
    valid_until: date


@fact("ev.review.reviewer.{id}.disqualified.v1", readers=("intake", "reporting"))
class ReviewerDisqualified(Fact):
    """The qualification ended before its date."""


@fact("ev.review.submission.{id}.submitted.v1", readers=("intake", "reporting"))
class SubmissionSubmitted(Counted):
    """A counsellor submitted a German core and the text in the language of the thread."""

    kind: SubmissionKind
    level: Level
    legal_class: LegalClass
    variant_language: LanguageTag


@fact("ev.review.submission.{id}.taken.v1")
class SubmissionTaken(Fact):
    """A legal reviewer took the item; the lease ends by itself."""

    lease_hours: Hours


@fact("ev.review.submission.{id}.given-back.v1")
class SubmissionGivenBack(Fact):
    """The item is in the queue again."""

    reason: GiveBackReason


@fact("ev.review.submission.{id}.returned.v1", readers=("intake", "reporting"))
class SubmissionReturned(Counted):
    """The reviewer returned the core with coded reasons."""

    core_version: Count
    reasons: tuple[ReturnReason, ...]


@fact("ev.review.submission.{id}.blocked.v1", readers=("intake", "reporting"))
class SubmissionBlocked(Counted):
    """The core may not be posted; the reasons say where the person is sent instead."""

    core_version: Count
    reasons: tuple[BlockReason, ...]


@fact("ev.review.submission.{id}.revised.v1", readers=("intake", "reporting"))
class SubmissionRevised(Counted):
    """The counsellor wrote a new version of core or variant; earlier decisions do not cover it."""

    core_version: Count
    variant_version: Count


@fact("ev.review.submission.{id}.approved.v1", readers=("intake", "reporting"))
class SubmissionApproved(Counted):
    """A qualified legal reviewer approved the core; `changed` means with changes of her own, to be confirmed."""

    core_version: Count
    core_commitment: Commitment
    qualification: Qualification
    changed: bool
    hours_to_approval: Hours
    policy_version: Count | None = None


@fact("ev.review.submission.{id}.meaning-confirmed.v1", readers=("intake", "reporting"))
class SubmissionMeaningConfirmed(Counted):
    """Someone else confirmed that the reviewer's own words say what is meant: the second person of the author rule."""

    core_version: Count


class ReleasedText(Forgettable):
    """The variant that may be posted, and the salt its commitment was made under."""

    text: str
    salt: str


@fact(
    "ev.review.submission.{id}.variant-released.v1",
    readers=("intake", "reporting"),
    forgettable=ReleasedText,
    text_readers=("intake",),
)
class SubmissionVariantReleased(Counted):
    """The text in the thread's language, bound to the approved core, may be posted."""

    variant_language: LanguageTag
    method: ReleaseMethod
    core_version: Count
    variant_version: Count
    core_commitment: Commitment
    variant_commitment: Commitment
    policy_version: Count | None = None


@fact("ev.review.submission.{id}.approval-withdrawn.v1", readers=("intake", "reporting"))
class SubmissionApprovalWithdrawn(Counted):
    """What was approved may not be posted from this moment (the event's `time`) on."""

    core_version: Count


@fact("ev.review.submission.{id}.withdrawn.v1", readers=("intake", "reporting"))
class SubmissionWithdrawn(Counted):
    """The counsellor took her submission back."""


@fact("ev.review.submission.{id}.forgotten.v1", readers=("intake", "reporting"), forgets=True)
class SubmissionForgotten(Fact):
    """Drafts and variants of a forgotten question are gone."""


@fact("ev.review.answer.{id}.kept.v1")
class AnswerKept(Fact):
    """An approved answer, checked to be free of personal data, keeps its own retention class."""

    submission: UUID
    variant_language: LanguageTag
    core_commitment: Commitment
    variant_commitment: Commitment
    kept_until_end_of: Year


@fact("ev.review.answer.{id}.dropped.v1")
class AnswerDropped(Fact):
    """A kept answer reached the end of its retention class."""


@fact("ev.review.incident.{id}.opened.v1", readers=("intake", "reporting"))
class IncidentOpened(Counted):
    """Something stands in a group that no release covers; review has `due_hours` to look at it."""

    posting: UUID
    standing: Standing
    due_hours: Hours


@fact("ev.review.incident.{id}.decided.v1", readers=("intake", "reporting"))
class IncidentDecided(Counted):
    """A qualified legal reviewer decided what is to become of the posted text."""

    posting: UUID
    decision: IncidentDecision


@fact("ev.review.incident.{id}.forgotten.v1", forgets=True)
class IncidentForgotten(Fact):
    """What was posted, kept for the reviewer to judge, is gone with its forgotten question."""


@fact("ev.review.access.{id}.recorded.v1")
class ReviewAccessRecorded(Fact):
    """Someone read a text held by review."""

    resource: ResourceKind
    purpose: Purpose
