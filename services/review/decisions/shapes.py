"""What goes in and comes out over HTTP for the queue, one item, and decisions."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import BlockReason, Land, LegalClass, Level, Platform, ReleaseMethod, ReturnReason, Urgency
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Action, Body, LongText, Page, View
from libs.edge.cursors import Paged
from libs.kit.errors import LotseError
from services.review.decisions import domain as decisions
from services.review.questions.domain import Situation
from services.review.releases import domain as releases
from services.review.submissions import domain as submissions
from services.review.submissions.domain import Core, Kind, State, Submission, Variant
from services.review.submissions.shapes import PREFIX, SubmissionRef, ref

Rule = Callable[[Submission, Situation], LotseError | None]
CoreVersion = Annotated[int, Field(ge=1, le=1_000, description="The version that was read; a newer one is refused.")]


class Approval(Body):
    """With `core` the reviewer approves in words of her own; somebody else then confirms the meaning."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"core_version": 1}]})

    core_version: CoreVersion
    core: LongText | None = None


class Return(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"core_version": 1, "reasons": ["source-missing"]}]})

    core_version: CoreVersion
    reasons: Annotated[tuple[ReturnReason, ...], Field(min_length=1, max_length=10)]


class Block(Body):
    """The reasons say where the person is sent instead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"core_version": 1, "reasons": ["needs-lawyer"]}]})

    core_version: CoreVersion
    reasons: Annotated[tuple[BlockReason, ...], Field(min_length=1, max_length=3)]


class QueueFilter(Paged):
    """Filters combine with AND. Without `state`: what still awaits somebody."""

    state: tuple[State, ...] = ()
    mine: bool = Field(False, description="What I submitted or have taken, and what answers a question I have taken.")
    programme: Code | None = None
    language: Annotated[LanguageTag | None, Field(description="Of the thread.")] = None


class QuestionView(View):
    """The question by its codes. `days_left` counts calendar days until an answer is due; negative is overdue."""

    id: UUID
    language: str
    platform: Platform
    topic: str
    level: Level | None
    legal_class: LegalClass | None
    urgency: Urgency
    land: Land
    due_at: datetime | None
    deadline: date | None
    days_left: int | None
    taken_by: UUID | None


class QuestionTextView(QuestionView):
    """With what the programme keeps of its text."""

    text: str | None
    gist: str | None


class QueueItem(SubmissionRef):
    """An item without any text."""

    programme: str
    language: str
    question: QuestionView
    submitted_by: UUID
    submitted_at: datetime
    taken_by: UUID | None
    lease_until: datetime | None
    actions: list[Action]


class Queue(View):
    items: list[QueueItem]
    page: Page


class CoreView(View):
    """One version of the German text, and whose words it holds."""

    version: int
    authors: list[UUID]
    written_at: datetime
    text: str


class VariantView(View):
    """One version of the text in the thread's language, written beside `core_version`."""

    version: int
    core_version: int
    author: UUID
    written_at: datetime
    text: str
    back_translation: str | None


class DecisionView(View):
    """One decision; `to_confirm` marks an approval that holds the reviewer's own words."""

    version: int
    kind: Kind
    by: UUID
    at: datetime
    core_version: int
    variant_version: int | None
    reasons: tuple[str, ...]
    to_confirm: bool
    by_reviewer: bool
    method: ReleaseMethod | None


class SubmissionView(QueueItem):
    """A submission with its texts and its whole history, oldest first. For a German thread `variants` is empty."""

    question: QuestionTextView
    cores: list[CoreView]
    variants: list[VariantView]
    decisions: list[DecisionView]


# What could be done with a submission: name, method, path, and the rule that the command obeys too.
OFFERS: tuple[tuple[str, Literal["POST", "DELETE"], str, Rule], ...] = (
    ("take", "POST", "taking", decisions.refuse_taking),
    ("give-back", "DELETE", "taking", decisions.refuse_giving_back),
    ("approve", "POST", "approval", decisions.refuse_approving),
    ("approve-with-changes", "POST", "approval", decisions.refuse_changing),
    ("return", "POST", "return", decisions.refuse_deciding),
    ("block", "POST", "block", decisions.refuse_deciding),
    ("confirm", "POST", "confirmation", decisions.refuse_confirming),
    ("release", "POST", "release", releases.refuse_second_speaker),
    ("release-by-back-translation", "POST", "release", releases.refuse_back_translation),
    ("revise", "POST", "revision", submissions.refuse_revising),
    ("withdraw", "POST", "withdrawal", submissions.refuse_withdrawing),
    ("withdraw-approval", "DELETE", "approval", decisions.refuse_withdrawing_approval),
)


def actions(submission: Submission, at: Situation) -> list[Action]:
    """What the caller could do next, or why not."""
    made = []
    for name, method, path, rule in OFFERS:
        reason = rule(submission, at)
        href = f"{PREFIX}/submissions/{submission.id}/{path}"
        code = reason.code if reason else None
        made.append(Action(name=name, method=method, href=href, allowed=reason is None, reason=code))
    return made


def queue_item(submission: Submission, at: Situation) -> QueueItem:
    return QueueItem(**_item(submission, at), question=QuestionView(**question_codes(at)))


def whole(submission: Submission, at: Situation) -> SubmissionView:
    """With its texts; only for what has not been forgotten."""
    question = QuestionTextView(**question_codes(at), text=at.question.text, gist=at.question.gist)
    return SubmissionView(
        **_item(submission, at),
        question=question,
        cores=[CoreView(**_version(core) | {"authors": sorted(core.authors)}) for core in submission.cores],
        variants=[VariantView(**_version(variant)) for variant in submission.variants],
        decisions=[DecisionView(**vars(decision)) for decision in submission.decisions],
    )


def _item(submission: Submission, at: Situation) -> dict[str, Any]:
    names = ("programme", "language", "submitted_by", "submitted_at", "taken_by", "lease_until")
    own = {name: getattr(submission, name) for name in names}
    return {**vars(ref(submission)), **own, "actions": actions(submission, at)}


def question_codes(at: Situation) -> dict[str, Any]:
    own = {name: getattr(at.question, name) for name in QuestionView.model_fields if name != "days_left"}
    return {**own, "days_left": at.question.days_left(at.now)}


def _version(version: Core | Variant) -> dict[str, Any]:
    return {**vars(version), "text": version.text.words if version.text else ""}
