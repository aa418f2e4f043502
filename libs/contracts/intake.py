"""Facts of intake: programmes, spaces, the questions found there and where answers were posted.

No fact leads back to a post (docs/domain corrections 6): the space's id, the moment of asking and any place below the
Land are forgettable working data; facts carry the week, the space's platform, language and size class, and delays in
hours counted from capture, never from asking.
"""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from libs.contracts.codes import (
    Access,
    CapturedAs,
    Channel,
    ClosingReason,
    CommentCheck,
    Contact,
    ForgettingCause,
    GiveBackReason,
    HoldReason,
    Land,
    LanguageSource,
    LegalBasis,
    LegalClass,
    Level,
    MachineHelp,
    Platform,
    Purpose,
    QuestionTextPolicy,
    ReadingReason,
    Relation,
    RepairResult,
    ResourceKind,
    ReviewRule,
    SizeClass,
    SpaceKind,
    Standing,
    Urgency,
)
from libs.contracts.counting import Counted
from libs.contracts.envelope import Fact, Forgettable, fact
from libs.contracts.space_codes import SpaceState
from libs.contracts.types import Code, Count, Days, FactTopic, Hours, IsoWeek, LanguageTag, Minutes

EVERYONE = ("review", "referral", "reporting")


class Policy(BaseModel):
    """What a programme allows, whole and as codes. Part of `ProgrammeConfigured`, no fact of its own.

    Unknown fields are ignored, so that a reader of this release understands the policies of the next.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    languages: tuple[LanguageTag, ...]
    levels: tuple[Level, ...]
    legal_classes: tuple[LegalClass, ...]
    review_rule: ReviewRule
    legal_basis: LegalBasis
    back_translation: bool
    counsellor_confirms_reviewer: bool
    question_text: QuestionTextPolicy
    working_days: Days
    permalink_days: Days
    answer_years: Count
    term_start: date
    term_end: date
    funder: Code


@fact("ev.intake.programme.{id}.configured.v1", readers=EVERYONE)
class ProgrammeConfigured(Fact):
    """A programme's policy was set; it holds from `effective_from` (00:00 Europe/Berlin)."""

    effective_from: date
    policy: Policy


@fact("ev.intake.space.{id}.registered.v1")
class SpaceRegistered(Fact):
    """A space was added to a programme's inventory; without a state it was at work in at once."""

    platform: Platform
    kind: SpaceKind
    languages: tuple[LanguageTag, ...]
    size_class: SizeClass
    access: Access
    state: SpaceState | None = None


class QuestionText(Forgettable):
    """What review may see of a question, as the programme's policy keeps it."""

    text: str | None
    gist: str | None


@fact(
    "ev.intake.question.{id}.captured.v1",
    readers=("review", "referral", "reporting"),
    forgettable=QuestionText,
    text_readers=("review",),
)
class QuestionCaptured(Counted):
    """A counsellor captured a question she found; what she did not say of how is null, which is not the same as no."""

    # `captured_as` never says image or voice, and nothing says that a post was anonymous: both can be seen in the
    # group, and are so rare that they would lead back to one post.
    size_class: SizeClass
    channel: Channel
    relation: Relation
    language_source: LanguageSource
    captured_as: CapturedAs | None = None
    contact: Contact | None = None
    third_person: bool | None = None
    machine_help: tuple[MachineHelp, ...] | None = None
    counselling_minutes: Minutes | None = None
    form_minutes: Minutes | None = None


@fact("ev.intake.question.{id}.taken.v1", readers=("review", "reporting"))
class QuestionTaken(Fact):
    """A counsellor took the question; she is the event's `staff`."""


@fact("ev.intake.question.{id}.given-back.v1", readers=("review", "reporting"))
class QuestionGivenBack(Fact):
    """The question is free again."""

    reason: GiveBackReason


class QuestionTiming(Forgettable):
    """The exact due time and the legal deadline: they can lead back to a post, so they are no part of the fact."""

    due_at: datetime
    deadline: date | None


@fact(
    "ev.intake.question.{id}.triaged.v1",
    readers=("review", "referral", "reporting"),
    forgettable=QuestionTiming,
    text_readers=("review",),
)
class QuestionTriaged(Counted):
    """Level, legal class, topics, urgency and Land were set or corrected; `…_before` lets counts move."""

    captured_week: IsoWeek
    topic_before: FactTopic
    language_before: LanguageTag
    level: Level
    legal_class: LegalClass
    legal_class_before: LegalClass | None
    topics: tuple[FactTopic, ...]
    urgency: Urgency
    land: Land
    has_deadline: bool
    policy_version: Count | None = None
    referral: bool | None = None
    misinformation: bool | None = None


@fact("ev.intake.question.{id}.legal-class-changed.v1", readers=("review", "referral", "reporting"))
class QuestionLegalClassChanged(Fact):
    """Raised by anyone, or lowered by a qualified legal reviewer."""

    legal_class: LegalClass
    legal_class_before: LegalClass


@fact("ev.intake.question.{id}.answered.v1", readers=("review", "reporting"))
class QuestionAnswered(Counted):
    """The first posting that counts: matching a valid release, or cleared by review, or needing none."""

    level: Level
    legal_class: LegalClass
    land: Land
    hours_to_answer: Hours
    reviewed: bool


@fact("ev.intake.question.{id}.answer-retracted.v1", readers=("review", "reporting"))
class QuestionAnswerRetracted(Counted):
    """What was counted as answered in `answered_week` no longer counts; the codes are those it was counted under."""

    answered_week: IsoWeek
    hours_to_answer: Hours


@fact("ev.intake.question.{id}.closed.v1", readers=("review", "reporting"))
class QuestionClosed(Counted):
    """Nothing more is expected; the working record's retention begins."""

    reason: ClosingReason


@fact("ev.intake.question.{id}.links-forgotten.v1")
class QuestionLinksForgotten(Fact):
    """The links of a question and its postings had their days; the places can no longer be found."""


@fact("ev.intake.question.{id}.held.v1", readers=("review", "referral", "reporting"))
class QuestionHeld(Fact):
    """A hold freezes erasure; restriction of processing takes its place (art. 18 GDPR)."""

    reason: HoldReason


@fact("ev.intake.question.{id}.hold-lifted.v1", readers=("review", "referral", "reporting"))
class QuestionHoldLifted(Fact):
    """The hold is over."""


@fact("ev.intake.question.{id}.erasure-requested.v1", readers=("review", "reporting"))
class QuestionErasureRequested(Fact):
    """Erasure was asked for; where a comment stands, the task *remove your comment?* comes first."""

    comments: Count


@fact("ev.intake.question.{id}.comment-checked.v1", readers=("reporting",))
class QuestionCommentChecked(Fact):
    """The task before the erasure was answered."""

    result: CommentCheck


@fact("ev.intake.question.{id}.forgotten.v1", readers=("review", "referral", "reporting"), forgets=True)
class QuestionForgotten(Fact):
    """Text, drafts and link are to be gone everywhere; figures and history stand."""

    cause: ForgettingCause
    comment: CommentCheck


class PostedText(Forgettable):
    """What stands in the group, for the reviewer who must judge it; None where it is the released variant."""

    text: str | None


@fact(
    "ev.intake.posting.{id}.recorded.v1",
    readers=("review", "reporting"),
    forgettable=PostedText,
    text_readers=("review",),
)
class PostingRecorded(Counted):
    """A counsellor recorded what she posted by hand. `submission` names the release it was compared with."""

    standing: Standing
    submission: UUID | None
    parts: Count
    policy_version: Count | None = None


@fact("ev.intake.posting.{id}.superseded.v1", readers=("review", "reporting"))
class PostingSuperseded(Counted):
    """The approval had been withdrawn before the text was posted; whichever was heard first, this is the truth."""

    submission: UUID


@fact("ev.intake.posting.{id}.repair-opened.v1", readers=("review", "reporting"))
class PostingRepairOpened(Counted):
    """A task for the counsellor: what stands in the group is not what may stand there."""

    standing: Standing


@fact("ev.intake.posting.{id}.repaired.v1", readers=("review", "reporting"))
class PostingRepaired(Counted):
    """The repair task ended."""

    result: RepairResult


@fact("ev.intake.access.{id}.recorded.v1")
class IntakeAccessRecorded(Fact):
    """Someone read a text held by intake; `reason` where the reader had to give one."""

    resource: ResourceKind
    purpose: Purpose
    reason: ReadingReason | None = None
