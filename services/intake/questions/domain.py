"""Rules on a question's life. States: captured → taken → triaged → answered → closed → forgotten.

A rule is `refuse_<verb>`: it returns why not, or None. Commands raise what it returns and `actions[]` shows it, so
that what is offered is what succeeds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import (
    LEGAL_CLASS_ORDER,
    Channel,
    Land,
    LanguageSource,
    LegalClass,
    Level,
    Platform,
    QuestionTextPolicy,
    ReadingReason,
    Relation,
    Role,
    SizeClass,
    Urgency,
)
from libs.contracts.intake import Policy, QuestionText
from libs.contracts.topics import UNASSIGNED, fact_topic
from libs.kit.errors import Conflict, Forbidden, LotseError, invalid
from services.intake.programmes.domain import selectable
from services.intake.questions.deadlines import due
from services.intake.questions.telling import tellable

OPEN = ("captured", "taken", "triaged")
LIVING = (*OPEN, "answered", "closed")


@dataclass(frozen=True)
class Question:
    """The working record. What can lead back to the post or the person is None once forgotten."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    status: str
    captured_at: datetime
    captured_week: str
    platform: Platform
    size_class: SizeClass
    language: str
    language_source: LanguageSource
    channel: Channel
    relation: Relation
    due_at: datetime
    related_to: UUID | None = None
    space: UUID | None = None
    text: str | None = None
    gist: str | None = None
    link: str | None = None
    asked_at: datetime | None = None
    place: str | None = None
    deadline: date | None = None
    level: Level | None = None
    legal_class: LegalClass | None = None
    topics: tuple[str, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    land: Land = Land.UNKNOWN
    taken_by: UUID | None = None
    answered_at: datetime | None = None
    answered: dict[str, Any] | None = field(default=None, hash=False)
    closed_at: datetime | None = None
    erasure_requested_at: datetime | None = None
    comment: str | None = None
    documented: dict[str, Any] = field(default_factory=dict, hash=False)
    referral: bool | None = None
    misinformation: bool | None = None
    held: bool = False

    @property
    def topic(self) -> str:
        """The code it is counted under: the main topic, coarse where it is sensitive, `unassigned` before triage."""
        return fact_topic(self.topics[0]) if self.topics else UNASSIGNED


@dataclass(frozen=True)
class CaptureContext:
    """What capture must know of the space. `earlier` are the programme's questions under the same link, oldest
    first.
    """

    programme: str
    platform: Platform
    size_class: SizeClass
    policy: Policy
    earlier: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Found:
    """A question as it was found: redacted and with its canonical link, before anything is stored.

    `language` is what the counsellor said, `suggested` what the text looks like among the languages offered.
    `relation` is `same`, a `Relation`, or None when nothing was said about earlier questions under the link.
    """

    space: UUID
    text: str | None
    gist: str | None
    language: str | None
    suggested: Callable[[tuple[str, ...]], tuple[str, bool]]
    link: str | None
    relation: str | None
    channel: Channel
    asked_at: datetime | None
    place: str | None
    deadline: date | None
    documented: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Triage:
    """What a counsellor sets; None keeps what was said of language, deadline, referral and misinformation."""

    level: Level
    legal_class: LegalClass
    topics: tuple[str, ...]
    urgency: Urgency
    land: Land
    language: str | None = None
    deadline: date | None = None
    referral: bool | None = None
    misinformation: bool | None = None


def bared(question: Question) -> Question:
    """The record without all that can lead back to the post or the person: codes, weeks and staff ids remain.

    A due time tells the deadline, `answered_at` when our comment came, and a question under the same link holds it.
    """
    gone = replace(question, space=None, text=None, gist=None, link=None, asked_at=None, place=None, deadline=None)
    by_class = due(question.captured_at, question.urgency, None, question.land)
    gone = replace(gone, documented=tellable(question.documented))
    return replace(gone, related_to=None, answered_at=None, due_at=by_class)


def kept_text(policy: Policy, text: str | None, gist: str | None) -> QuestionText:
    """What the programme keeps of a question: nothing, the gist a person wrote, or the redacted text with the gist."""
    if policy.question_text is QuestionTextPolicy.NONE:
        return QuestionText(text=None, gist=None)
    if policy.question_text is QuestionTextPolicy.SUMMARY:
        return QuestionText(text=None, gist=gist)
    return QuestionText(text=text, gist=gist)


def language_of(policy: Policy, found: Found) -> tuple[str, LanguageSource]:
    """The language given, or the one suggested among those the programme counsels in. Raises `Invalid`."""
    if found.language is None:
        tag, sure = found.suggested(policy.languages)
        return tag, LanguageSource.SUGGESTED if sure else LanguageSource.PRESELECTED
    if found.language not in policy.languages:
        raise invalid("/language", "language_not_offered", "The programme does not counsel in this language.")
    return found.language, LanguageSource.GIVEN


def ask_relation(context: CaptureContext, found: Found) -> None:
    """A link known in the programme is never merged by itself: the counsellor says what it is. Raises `Conflict`."""
    if context.earlier and found.relation is None:
        raise Conflict(
            "known_link",
            "This link was captured before: is it the same question, a follow-up, or another person?",
            earlier=[{name: row[name] for name in ("id", "captured_week", "status")} for row in context.earlier],
        )


def holds_text(question: Question) -> bool:
    return question.text is not None or question.gist is not None


def refuse_reading(question: Question, role: str | None, reason: ReadingReason | None) -> LotseError | None:
    """Who coordinates does not read what a person wrote in private, unless for a reason that is recorded."""
    private = question.channel is Channel.PRIVATE and holds_text(question)
    if private and role == Role.COORDINATOR and reason is None:
        return Forbidden("reason_missing", "This was written in private: say why you must read it.")
    return None


def refuse_taking(question: Question, staff: UUID | None) -> LotseError | None:
    if question.status != "captured":
        return _not_now(question, "already_taken", "Somebody took this question before.")
    return _under_erasure(question)


def refuse_giving_back(question: Question, staff: UUID | None) -> LotseError | None:
    if question.status not in ("taken", "triaged"):
        return _not_now(question, "not_taken", "Nobody has taken this question.")
    if question.taken_by != staff:
        return Conflict("taken_by_another", "Only who took a question gives it back.")
    return _under_erasure(question)


def refuse_triage(question: Question, staff: UUID | None) -> LotseError | None:
    if question.status not in ("taken", "triaged"):
        return _not_now(question, "not_taken", "Take the question before you triage it.")
    if question.taken_by != staff:
        return Conflict("taken_by_another", "Somebody else has taken this question.")
    return _under_erasure(question)


def check_triage(policy: Policy, question: Question, triage: Triage, lowers: bool) -> None:
    """Raises `Invalid` or `Forbidden`. Anyone may raise the legal class; `lowers` says whether this caller may lower
    it.
    """
    if triage.language is not None and triage.language not in policy.languages:
        raise invalid("/language", "language_not_offered", "The programme does not counsel in this language.")
    if triage.level not in policy.levels:
        raise invalid("/level", "level_not_offered", "The programme does not offer this level.")
    if not selectable(policy, triage.level, triage.legal_class):
        raise invalid(
            "/legal_class",
            "class_not_offered",
            "The programme does not answer questions of this class; refer the person.",
        )
    if question.legal_class is not None:
        check_class_change(question.legal_class, triage.legal_class, lowers)


def check_class_change(before: LegalClass, after: LegalClass, lowers: bool) -> None:
    """The legal class opens the gate, so only a qualified legal reviewer lowers it. Raises `Forbidden`."""
    if LEGAL_CLASS_ORDER.index(after) < LEGAL_CLASS_ORDER.index(before) and not lowers:
        raise Forbidden("only_reviewer_lowers", "Only a qualified legal reviewer may lower the legal class.")


def refuse_class_change(question: Question) -> LotseError | None:
    if question.status not in LIVING or question.legal_class is None:
        return _not_now(question, "not_triaged", "The question has not been triaged.")
    return _under_erasure(question)


def refuse_closing(question: Question) -> LotseError | None:
    if question.status == "closed" or question.status not in LIVING:
        return _not_now(question, "already_closed", "This question is closed.")
    return None


def refuse_hold(question: Question) -> LotseError | None:
    if question.held:
        return Conflict("already_held", "A hold is in place.")
    return _not_now(question, "forgotten", "This question was erased.") if question.status == "forgotten" else None


def refuse_lifting_hold(question: Question) -> LotseError | None:
    return None if question.held else Conflict("not_held", "There is no hold.")


def refuse_erasure(question: Question) -> LotseError | None:
    if question.held:
        return Conflict("held", "A hold is in place: processing is restricted instead of erased.")
    if question.status == "forgotten" or question.erasure_requested_at is not None:
        return Conflict("erasure_under_way", "The erasure was asked for before.")
    return None


def refuse_comment_check(question: Question) -> LotseError | None:
    if question.held:
        return Conflict("held", "A hold is in place: processing is restricted instead of erased.")
    if question.erasure_requested_at is None or question.status == "forgotten":
        return Conflict("no_erasure_waiting", "No erasure waits for this answer.")
    return None


def refuse_posting(question: Question) -> LotseError | None:
    """What already stands in the group is never denied: only a forgotten question has nothing left to record it on."""
    if question.status == "forgotten":
        return _not_now(question, "forgotten", "This question was erased.")
    if question.legal_class is None:
        return Conflict("not_triaged", "Triage the question first: the legal class decides what may be posted.")
    return None


def _under_erasure(question: Question) -> LotseError | None:
    if question.erasure_requested_at is not None:
        return Conflict("erasure_under_way", "This question is being erased; nothing new is done with it.")
    return None


def _not_now(question: Question, code: str, message: str) -> Conflict:
    if question.status == "forgotten":
        return Conflict("forgotten", "This question was erased.")
    return Conflict(code, message, status=question.status)
