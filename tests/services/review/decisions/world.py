"""The world the search plays in: people with every mix of roles, a question that changes under them, and a witness who
writes down who did what to which words, and knows nothing of how the machine decides."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.contracts.codes import BlockReason, LegalClass, Level, Platform, Qualification, ReleaseMethod, ReturnReason
from libs.contracts.intake import Policy
from libs.contracts.review import ReleasedText, SubmissionVariantReleased
from libs.kit.errors import LotseError
from services.review.answers.domain import Text
from services.review.decisions import domain as decisions
from services.review.questions.domain import KnownQuestion, Situation
from services.review.releases import domain as releases
from services.review.submissions import domain as submissions
from services.review.submissions.domain import Decided, Submission
from services.review.supervision.domain import Person
from tests.services.review.situation import POLICY

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEADLINE = date(2026, 11, 24)
QUALIFIED = Qualification.RICHTERAMT
WORDS = ("eins", "zwei", "drei")


def person(number: int, *roles: str, languages: tuple[str, ...] = (), qualified: bool = False) -> Person:
    return Person(UUID(int=number), frozenset(roles), frozenset(languages), QUALIFIED if qualified else None)


# Amal and Badia counsel, Ruth reviews, Rosa does both, Uta would like to, Sami reads, Leyla reads another language.
PEOPLE = {
    "amal": person(1, "counsellor", languages=("ar",)),
    "badia": person(2, "counsellor", languages=("ar",)),
    "ruth": person(3, "legal-reviewer", languages=("ar",), qualified=True),
    "rosa": person(4, "legal-reviewer", "counsellor", languages=("ar",), qualified=True),
    "uta": person(5, "legal-reviewer", "counsellor", languages=("ar",)),
    "sami": person(6, "second-reader", languages=("ar",)),
    "leyla": person(7, "second-reader", languages=("fa",)),
}


class WayAround(Exception):
    """Something was released that must not be posted."""


@dataclass(frozen=True)
class Version:
    """What the witness saw of one version: who wrote it, and whose words it was made from."""

    writer: UUID
    words: str
    authors: frozenset[UUID]
    written_at: datetime


@dataclass(frozen=True)
class Seen:
    """The witness's notes, made from accepted commands alone."""

    cores: tuple[Version, ...] = ()
    variants: tuple[Version, ...] = ()
    # (core version, staff, qualified reviewer, counsellor whom the policy lets confirm)
    assents: tuple[tuple[int, UUID, bool, bool], ...] = ()

    def written(self, who: Person, words: str | None, variant: str | None, at: datetime, *, change: bool) -> "Seen":
        assert who.staff is not None
        seen = self
        if words is not None and (not self.cores or self.cores[-1].words != words):
            before = self.cores[-1].authors if change else frozenset()
            made = Version(who.staff, words, before | {who.staff}, at)
            seen = replace(seen, cores=(*seen.cores, made))
        if variant is not None and (not self.variants or self.variants[-1].words != variant):
            made = Version(who.staff, variant, frozenset({who.staff}), at)
            seen = replace(seen, variants=(*seen.variants, made))
        return seen

    def assented(self, who: Person, policy: Policy) -> "Seen":
        assert who.staff is not None
        reviewer = "legal-reviewer" in who.roles and who.qualification is not None
        by_policy = "counsellor" in who.roles and policy.counsellor_confirms_reviewer
        return replace(self, assents=(*self.assents, (len(self.cores), who.staff, reviewer, by_policy)))


@dataclass(frozen=True)
class World:
    """One moment: the submission, the question and policy around it, the time, and the witness's notes."""

    question: KnownQuestion
    policy: Policy
    now: datetime = NOON
    submission: Submission | None = None
    seen: Seen = field(default=Seen())


@dataclass(frozen=True)
class Move:
    """Somebody tries something, or (`who` None) the world changes."""

    who: str | None
    name: str
    words: str | None = None
    variant: str | None = None


def world(language: str = "ar", **policy: Any) -> World:
    question = KnownQuestion(
        id=UUID(int=99),
        programme="fem-os",
        platform=Platform.FACEBOOK,
        language=language,
        topic="a-costs",
        level=Level.FIRST_COUNSELLING,
        legal_class=LegalClass.INDIVIDUAL_EXAMINATION,
        due_at=NOON,
        deadline=DEADLINE,
    )
    return World(question, Policy.model_validate({**POLICY, **policy}))


def moves(at: World, people: tuple[str, ...] = tuple(PEOPLE), words: tuple[str, ...] = WORDS) -> Iterator[Move]:
    """Everything anybody could try now, sensible or not."""
    german = at.question.language == "de"
    for who in people:
        if at.submission is None:
            yield Move(who, "submit", words[0], None if german else words[0])
            continue
        for name in ("take", "give-back", "approve", "return", "block", "confirm", "withdraw", "withdraw-approval"):
            yield Move(who, name)
        for name in ("second-speaker", "back-translation"):
            yield Move(who, name)
        for word in words:
            yield Move(who, "approve", word)
            yield Move(who, "revise", word)
            if not german:
                yield Move(who, "revise", None, word)


def happenings(at: World) -> Iterator[Move]:
    """What happens to a question by itself."""
    for name in ("court", "general", "individual", "days-pass", "lease-ends", "closed", "only-general"):
        yield Move(None, name)
    for flag in ("back_translation", "counsellor_confirms_reviewer"):
        yield Move(None, flag)


def happen(at: World, name: str) -> World:
    classes = {
        "court": LegalClass.COURT,
        "general": LegalClass.GENERAL_INFORMATION,
        "individual": LegalClass.INDIVIDUAL_EXAMINATION,
    }
    if name in classes:
        return replace(at, question=replace(at.question, legal_class=classes[name]))
    if name == "days-pass":
        return replace(at, now=at.now + timedelta(days=2))
    if name == "closed":
        return replace(at, question=replace(at.question, closed_at=at.now))
    if name == "only-general":
        return replace(at, policy=at.policy.model_copy(update={"legal_classes": (LegalClass.GENERAL_INFORMATION,)}))
    if name == "lease-ends":
        over = at.submission and decisions.expire(at.submission, at.now + timedelta(hours=5))
        return replace(at, submission=over.submission) if over else at
    return replace(at, policy=at.policy.model_copy(update={name: not getattr(at.policy, name)}))


def salted(words: str | None) -> Text | None:
    return Text(words, b"salt") if words is not None else None


def attempt(at: World, move: Move) -> World | None:
    """The world after a move, or None when it was refused. What is released on the way is held against the rules.

    Raises `WayAround` when something was released that must not be posted.
    """
    if move.who is None:
        return happen(at, move.name)
    who = PEOPLE[move.who]
    try:
        decided = decide(at, Situation(who, at.question, at.policy, at.now), move)
    except LotseError:
        return None
    seen = _note(at, who, move)
    for fact, text in decided.facts:
        if isinstance(fact, SubmissionVariantReleased):
            assert isinstance(text, ReleasedText)
            judge(at, seen, who, fact, text)
    return replace(at, submission=decided.submission, seen=seen)


def decide(at: World, situation: Situation, move: Move) -> Decided:
    words, variant, before = salted(move.words), salted(move.variant), at.submission
    if before is None:
        assert words is not None
        return submissions.submit(UUID(int=100), words, at.question.language, variant, situation)
    core, current = before.core.version, before.variant_version
    back = "zurück" if move.name == "back-translation" else None
    acts = {
        "take": lambda: decisions.take(before, situation),
        "give-back": lambda: decisions.give_back(before, situation),
        "approve": lambda: decisions.approve(before, core, words, situation),
        "return": lambda: decisions.send_back(before, core, (ReturnReason.INCOMPLETE,), situation),
        "block": lambda: decisions.block(before, core, (BlockReason.NEEDS_LAWYER,), situation),
        "confirm": lambda: decisions.confirm(before, situation),
        "withdraw": lambda: submissions.withdraw(before, situation),
        "withdraw-approval": lambda: decisions.withdraw_approval(before, situation),
        "revise": lambda: submissions.revise(before, words, variant, situation),
        "second-speaker": lambda: releases.release(before, current, ReleaseMethod.SECOND_SPEAKER, None, situation),
        "back-translation": lambda: releases.release(before, current, ReleaseMethod.BACK_TRANSLATION, back, situation),
    }
    return acts[move.name]()


def _note(at: World, who: Person, move: Move) -> Seen:
    seen = at.seen
    if move.name in ("submit", "revise", "approve"):
        seen = seen.written(who, move.words, move.variant, at.now, change=move.name == "approve")
    if move.name in ("approve", "confirm"):
        seen = seen.assented(who, at.policy)
    if move.name == "withdraw-approval":
        seen = replace(seen, assents=())
    return seen


def judge(at: World, seen: Seen, who: Person, fact: SubmissionVariantReleased, text: ReleasedText) -> None:
    """Hold a release against the rules as people say them, by the witness's notes. Raises `WayAround`."""
    must(fact.core_version == len(seen.cores), "an old core was released")
    core = seen.cores[-1]
    assents = [assent for assent in seen.assents if assent[0] == len(seen.cores)]
    must(len({core.writer, *(staff for _, staff, _, _ in assents)}) >= 2, "the core has passed through one person only")
    reviewers = {staff for _, staff, reviewer, _ in assents if reviewer}
    must(reviewers, "no qualified reviewer has approved it")
    by_policy = any(allowed and staff != core.writer for _, staff, _, allowed in assents)
    must(by_policy or any(core.authors != {staff} for staff in reviewers), "its only reviewer is its sole author")
    if fact.method is ReleaseMethod.SAME_LANGUAGE:
        must(at.question.language == "de" and text.text == core.words, "not the core")
    else:
        _judge_variant(at, seen, who, fact, text, {staff for _, staff, _, _ in assents})
    legal_class, day = at.question.legal_class, at.now.date()
    must(legal_class in at.policy.legal_classes and legal_class is not LegalClass.COURT, "the legal gate was open")
    must(not core.written_at.date() <= DEADLINE < day, "an old text after the deadline")
    must(at.question.closed_at is None, "a closed question was answered")


def _judge_variant(
    at: World, seen: Seen, who: Person, fact: SubmissionVariantReleased, text: ReleasedText, deciders: set[UUID]
) -> None:
    variant = seen.variants[-1]
    must(fact.variant_version == len(seen.variants) and text.text == variant.words, "an old variant was released")
    must(not who.roles.isdisjoint({"counsellor", "second-reader"}), "released by somebody who may not")
    if fact.method is ReleaseMethod.SECOND_SPEAKER:
        must(who.staff != variant.writer, "the variant has passed through one person only")
        must("ar" in who.languages, "released by somebody who cannot read it")
    else:
        must(at.policy.back_translation and who.staff == variant.writer, "not the author's back-translation")
        must(deciders - {variant.writer}, "the variant's author alone decided on its core")


def must(holds: object, words: str) -> None:
    if not holds:
        raise WayAround(words)
