"""A submission's life, as pure functions: its states, and what the counsellor does.

States: queued → taken → returned | blocked | changed | approved → released, and from there approval-withdrawn; a
revision leads back to queued. What reviewers and second speakers do is in `decisions/domain.py`, which stands on the
types below. A rule is `refuse_<verb>`: it returns why not, or None.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from libs.contracts.codes import ReleaseMethod, Role, SubmissionKind
from libs.contracts.envelope import Fact, Forgettable
from libs.contracts.review import (
    SubmissionForgotten,
    SubmissionRevised,
    SubmissionSubmitted,
    SubmissionWithdrawn,
)
from libs.kit.errors import Conflict, LotseError, invalid
from services.review.answers.domain import Text
from services.review.questions.domain import KnownQuestion, Situation, counted, forgotten, refuse_gate
from services.review.supervision.domain import refuse_role

MOST_VERSIONS = 50
GERMAN = "de"
COUNSELLORS = (Role.COUNSELLOR,)


class State(StrEnum):
    QUEUED = "queued"
    TAKEN = "taken"
    RETURNED = "returned"
    CHANGED = "changed"
    APPROVED = "approved"
    RELEASED = "released"
    APPROVAL_WITHDRAWN = "approval-withdrawn"
    BLOCKED = "blocked"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


class Kind(StrEnum):
    """What was decided."""

    RETURNED = "returned"
    BLOCKED = "blocked"
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    APPROVAL_WITHDRAWN = "approval-withdrawn"


@dataclass(frozen=True)
class Core:
    """One version of the German text. `authors` are those whose words it holds."""

    version: int
    authors: frozenset[UUID]
    written_at: datetime
    text: Text | None


@dataclass(frozen=True)
class Variant:
    """One version of the text in the thread's language, written beside `core_version`."""

    version: int
    core_version: int
    author: UUID
    written_at: datetime
    text: Text | None
    back_translation: str | None = None


@dataclass(frozen=True)
class Decision:
    """`version` is the submission's that it made. `to_confirm` marks an approval that somebody else must confirm,
    `by_reviewer` a decision of a qualified legal reviewer."""

    version: int
    kind: Kind
    by: UUID
    at: datetime
    core_version: int
    variant_version: int | None = None
    reasons: tuple[str, ...] = ()
    to_confirm: bool = False
    by_reviewer: bool = False
    method: ReleaseMethod | None = None


@dataclass(frozen=True)
class Submission:
    """Versions and decisions in their order; for a German thread the core is the variant, and there are no variants."""

    id: UUID
    programme: str
    question: UUID
    version: int
    changed_at: datetime
    state: State
    language: str
    submitted_by: UUID
    submitted_at: datetime
    cores: tuple[Core, ...]
    variants: tuple[Variant, ...] = ()
    decisions: tuple[Decision, ...] = ()
    taken_by: UUID | None = None
    lease_until: datetime | None = None
    held: bool = False

    @property
    def core(self) -> Core:
        return self.cores[-1]

    @property
    def variant(self) -> Variant | None:
        return self.variants[-1] if self.variants else None

    @property
    def variant_version(self) -> int:
        return self.variant.version if self.variant else self.core.version

    @property
    def was_released(self) -> bool:
        return any(one.kind is Kind.RELEASED for one in self.decisions)

    @property
    def released_text(self) -> Text | None:
        """What may be, or was to be, posted; None before the release and once forgotten."""
        return (self.variant or self.core).text if self.was_released else None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody: until it is released or has ended."""
        ended = self.state in (State.RELEASED, State.BLOCKED, State.WITHDRAWN, State.FORGOTTEN)
        return not ended and not self.was_released

    def decision(self, kind: Kind) -> Decision | None:
        """The latest of a kind on exactly the current core, unless the approval was withdrawn since."""
        for one in reversed(self.decisions):
            if one.core_version != self.core.version or one.kind is Kind.APPROVAL_WITHDRAWN:
                return None
            if one.kind is kind:
                return one
        return None


@dataclass(frozen=True)
class Decided:
    """The new state, and the facts that led to it: one for each version."""

    submission: Submission
    facts: tuple[tuple[Fact, Forgettable | None], ...]


def decided(before: Submission, now: datetime, *facts: Fact | tuple[Fact, Forgettable], **changes: Any) -> Decided:
    """The submission one version further for each fact. Time never runs backwards."""
    said = tuple(fact if isinstance(fact, tuple) else (fact, None) for fact in facts)
    version, moment = before.version + len(said), max(now, before.changed_at)
    return Decided(replace(before, version=version, changed_at=moment, **changes), said)


def submit(id: UUID, core: Text, language: str, variant: Text | None, at: Situation) -> Decided:
    """A counsellor submits a German core and the text in the thread's language. Raises what refuses it."""
    refusal = refuse_role(at.person, COUNSELLORS) or refuse_gate(at)
    if refusal is not None:
        raise refusal
    if language != at.question.language:
        raise invalid("/variant/language", "language_differs", "The thread is in another language.")
    if (language == GERMAN) != (variant is None):
        message = "For a German thread the core is the variant: send no text; for any other, send it."
        raise invalid("/variant/text", "variant_text_for_language", message)
    made = _first(id, core, variant, at)
    return Decided(made, ((_submitted(made, at.question), None),))


def _first(id: UUID, core: Text, variant: Text | None, at: Situation) -> Submission:
    author, question = at.person.staff, at.question
    assert author is not None
    return Submission(
        id=id,
        programme=question.programme,
        question=question.id,
        version=1,
        changed_at=at.now,
        state=State.QUEUED,
        language=question.language,
        submitted_by=author,
        submitted_at=at.now,
        cores=(Core(1, frozenset({author}), at.now, core),),
        variants=(Variant(1, 1, author, at.now, variant),) if variant else (),
        held=question.held,
    )


def _submitted(made: Submission, question: KnownQuestion) -> SubmissionSubmitted:
    assert question.level is not None and question.legal_class is not None
    return SubmissionSubmitted(
        **counted(question, made.submitted_at),
        kind=SubmissionKind.ANSWER,
        level=question.level,
        legal_class=question.legal_class,
        variant_language=made.language,
    )


def refuse_living(submission: Submission) -> LotseError | None:
    """A submission whose question was erased has nothing left to work on."""
    return forgotten() if submission.state is State.FORGOTTEN else None


def refuse_revising(submission: Submission, at: Situation) -> LotseError | None:
    refusal = refuse_withdrawing(submission, at) or refuse_gate(at)
    if refusal is None and submission.state is State.TAKEN:
        return Conflict("taken_by_reviewer", "A reviewer is at work on this.")
    if refusal is None and max(len(submission.cores), len(submission.variants)) >= MOST_VERSIONS:
        return Conflict("too_many_versions", f"A submission has at most {MOST_VERSIONS} versions.")
    return refusal


def refuse_withdrawing(submission: Submission, at: Situation) -> LotseError | None:
    return refuse_role(at.person, COUNSELLORS) or refuse_living(submission) or _refuse_changing(submission)


def _refuse_changing(submission: Submission) -> LotseError | None:
    """A posting names one release, so what was released is not changed: a new submission takes its place."""
    if submission.was_released:
        return Conflict("already_released", "This was released; submit anew.")
    if not submission.is_open:
        return Conflict("submission_ended", "This submission has ended; submit anew.", state=submission.state)
    return None


def revise(submission: Submission, core: Text | None, variant: Text | None, at: Situation) -> Decided:
    """A counsellor writes core, variant or both anew; decisions on an earlier core do not cover a new one.

    A new version has one author, whoever wrote before: she alone has seen these words.
    """
    refusal = refuse_revising(submission, at)
    if refusal is not None:
        raise refusal
    if variant is not None and submission.language == GERMAN:
        raise invalid("/variant", "variant_text_for_language", "For a German thread the core is the variant.")
    core, variant = (
        _if_new(core, submission.core.text),
        _if_new(variant, submission.variant.text if submission.variant else None),
    )
    if core is None and variant is None:
        raise Conflict("unchanged", "This is what is there already.")
    return _revised(submission, core, variant, at)


def _if_new(text: Text | None, there: Text | None) -> Text | None:
    return None if text is not None and there is not None and text.words == there.words else text


def _revised(submission: Submission, core: Text | None, variant: Text | None, at: Situation) -> Decided:
    author, cores, variants = at.person.staff, submission.cores, submission.variants
    assert author is not None
    if core is not None:
        cores = (*cores, Core(len(cores) + 1, frozenset({author}), at.now, core))
    if variant is not None:
        variants = (*variants, Variant(len(variants) + 1, len(cores), author, at.now, variant))
    after = replace(submission, cores=cores, variants=variants)
    fact = SubmissionRevised(
        **counted(at.question, at.now), core_version=after.core.version, variant_version=after.variant_version
    )
    state = state_after_revising(submission.state, new_core=core is not None)
    return decided(submission, at.now, fact, cores=cores, variants=variants, state=state)


def state_after_revising(state: State, *, new_core: bool) -> State:
    """A new core needs a new decision; a new variant beside a core that was approved or waits does not."""
    return State.QUEUED if new_core or state in (State.RETURNED, State.APPROVAL_WITHDRAWN) else state


def withdraw(submission: Submission, at: Situation) -> Decided:
    """A counsellor takes the submission back."""
    refusal = refuse_withdrawing(submission, at)
    if refusal is not None:
        raise refusal
    fact = SubmissionWithdrawn(**counted(at.question, at.now))
    return decided(submission, at.now, fact, state=State.WITHDRAWN, taken_by=None, lease_until=None)


def forget(submission: Submission, now: datetime) -> Decided:
    """The question was forgotten: every text goes, who decided what and when stays."""
    cores = tuple(replace(core, text=None) for core in submission.cores)
    variants = tuple(replace(variant, text=None, back_translation=None) for variant in submission.variants)
    bare = {"cores": cores, "variants": variants, "taken_by": None, "lease_until": None}
    return decided(submission, now, SubmissionForgotten(), state=State.FORGOTTEN, **bare)
