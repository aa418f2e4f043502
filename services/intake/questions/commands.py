"""What counsellors do with questions: capture, take, triage, close. Erasure is in `erasure.py`."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from uuid import UUID

from libs.contracts.codes import (
    ClosingReason,
    GiveBackReason,
    LanguageSource,
    LegalClass,
    Purpose,
    ReadingReason,
    Relation,
    ResourceKind,
    Role,
    Urgency,
)
from libs.contracts.codes import Land as LandCode
from libs.contracts.envelope import Fact, Forgettable
from libs.contracts.intake import (
    IntakeAccessRecorded,
    QuestionCaptured,
    QuestionClosed,
    QuestionGivenBack,
    QuestionLegalClassChanged,
    QuestionTaken,
    QuestionText,
    QuestionTiming,
    QuestionTriaged,
)
from libs.contracts.topics import UNASSIGNED, fact_topic
from libs.kit.clock import iso_week, local_day
from libs.kit.errors import Conflict, LotseError, invalid
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.programmes.queries import policy_in_force
from services.intake.questions import domain, queries
from services.intake.questions.deadlines import due
from services.intake.questions.domain import CaptureContext, Found, Question, Triage
from services.intake.questions.telling import tellable

# To what end each role reads a question; all others counsel.
PURPOSES: dict[str, Purpose] = {
    Role.LEGAL_REVIEWER: Purpose.LEGAL_REVIEW,
    Role.DPO: Purpose.DATA_PROTECTION,
}


@dataclass(frozen=True)
class Captured:
    """With `duplicate` it names the question that was already there, and nothing was stored."""

    id: UUID
    version: int
    programme: str
    language: str
    language_source: LanguageSource
    duplicate: bool = False


async def capture(tx: Tx, found: Found, permalink_key: bytes, id: UUID | None = None) -> Captured:
    """Store a question, under `id` where one was given. Raises `NotFound` for the space, `Conflict` known_link with the
    programme's earlier questions, `Forbidden`, `Invalid`."""
    hashes = _hashes(tx, found, permalink_key)
    context = await _context(tx, found, hashes)
    domain.ask_relation(context, found)
    if context.earlier and found.relation == "same":
        last = context.earlier[-1]
        source = LanguageSource(last["language_source"])
        return Captured(UUID(last["id"]), last["version"], context.programme, last["language"], source, duplicate=True)
    kept = domain.kept_text(context.policy, found.text, found.gist)
    question = _new(id or new_id(), tx, found, context, kept)
    queries.add(tx, question, hashes.get(context.programme))
    tx.emit(_captured(question), id=question.id, version=1, programme=question.programme, forgettable=kept)
    return Captured(question.id, 1, question.programme, question.language, question.language_source)


async def weigh(tx: Tx, found: Found, permalink_key: bytes, link_seen: bool) -> CaptureContext:
    """Whether it could be captured, raising what `capture` would; `link_seen` when its link is about to be known."""
    context = await _context(tx, found, _hashes(tx, found, permalink_key))
    domain.ask_relation(context, found)
    if link_seen and found.relation is None:
        raise Conflict("known_link", "This link stands in an earlier row: what is this question to that one?")
    domain.language_of(context.policy, found)
    return context


def _hashes(tx: Tx, found: Found, key: bytes) -> dict[str, bytes]:
    return {code: link_hash(key, code, found.link) for code in tx.programmes or ()} if found.link else {}


async def _context(tx: Tx, found: Found, hashes: dict[str, bytes]) -> CaptureContext:
    context = await queries.to_capture(tx, found.space, local_day(tx.now), list(hashes.values()))
    tx.must_act_in(context.programme)
    if found.asked_at and found.asked_at > tx.now:
        raise invalid("/asked_at", "in_the_future", "What was found cannot have been asked later than now.")
    return context


def link_hash(key: bytes, programme: str, link: str) -> bytes:
    """HMAC-SHA256 of the canonical link, keyed per programme: programme B must not learn that A has the same post."""
    return hmac.digest(key, f"{programme}|{link}".encode(), hashlib.sha256)


def _new(id: UUID, tx: Tx, found: Found, context: CaptureContext, kept: QuestionText) -> Question:
    language, source = domain.language_of(context.policy, found)
    related = UUID(context.earlier[-1]["id"]) if context.earlier else None
    return Question(
        id=id,
        programme=context.programme,
        version=1,
        changed_at=tx.now,
        status="captured",
        captured_at=tx.now,
        captured_week=iso_week(tx.now),
        platform=context.platform,
        size_class=context.size_class,
        language=language,
        language_source=source,
        channel=found.channel,
        relation=Relation(found.relation) if related and found.relation else Relation.NEW,
        due_at=due(tx.now, Urgency.NORMAL, found.deadline, LandCode.UNKNOWN),
        related_to=related,
        space=found.space,
        text=kept.text,
        gist=kept.gist,
        link=found.link,
        asked_at=found.asked_at,
        place=found.place,
        deadline=found.deadline,
        documented=found.documented,
    )


def _captured(question: Question) -> QuestionCaptured:
    return QuestionCaptured(
        week=question.captured_week,
        platform=question.platform,
        language=question.language,
        topic=UNASSIGNED,
        size_class=question.size_class,
        channel=question.channel,
        relation=question.relation,
        language_source=question.language_source,
        **tellable(question.documented),
    )


def record_reading(tx: Tx, question: Question, reason: ReadingReason | None = None) -> None:
    """Reading a text is recorded, once a reply, on an aggregate of its own, so that reading moves no ETag."""
    role = tx.actor.role_in(question.programme, tx.cause.allowed)
    purpose = PURPOSES.get(role or "", Purpose.COUNSELLING)
    fact = IntakeAccessRecorded(resource=ResourceKind.QUESTION_TEXT, purpose=purpose, reason=reason)
    tx.emit(fact, id=new_id(), version=1, programme=question.programme, concerns=question.id)


async def take(tx: Tx, id: UUID) -> Question:
    """The caller takes a free question. Raises `Conflict`."""
    question = await load(tx, id)
    refuse(domain.refuse_taking(question, tx.actor.staff))
    return await _say(tx, question, QuestionTaken(), status="taken", taken_by=tx.actor.staff)


async def give_back(tx: Tx, id: UUID) -> Question:
    """The caller gives her question back. Raises `Conflict`."""
    question = await load(tx, id)
    refuse(domain.refuse_giving_back(question, tx.actor.staff))
    fact = QuestionGivenBack(reason=GiveBackReason.BY_HAND)
    return await _say(tx, question, fact, status="captured", taken_by=None)


async def triage(tx: Tx, id: UUID, wanted: Triage) -> Question:
    """Set or correct level, legal class, topics, urgency and Land. Raises `Conflict`, `Invalid`, `Forbidden`."""
    question = await load(tx, id)
    refuse(domain.refuse_triage(question, tx.actor.staff))
    dated = await policy_in_force(tx, question.programme, local_day(tx.now))
    if dated is None:
        raise Conflict("programme_not_running", "This programme has no policy in force today.")
    domain.check_triage(dated.policy, question, wanted, await lowers(tx, question))
    deadline = wanted.deadline or question.deadline
    changed = replace(
        question,
        status="triaged",
        level=wanted.level,
        legal_class=wanted.legal_class,
        topics=wanted.topics,
        urgency=wanted.urgency,
        land=wanted.land,
        language=wanted.language or question.language,
        language_source=LanguageSource.GIVEN if wanted.language else question.language_source,
        deadline=deadline,
        referral=question.referral if wanted.referral is None else wanted.referral,
        misinformation=question.misinformation if wanted.misinformation is None else wanted.misinformation,
        due_at=due(question.captured_at, wanted.urgency, deadline, wanted.land),
    )
    timing = QuestionTiming(due_at=changed.due_at, deadline=deadline)
    return await say(tx, question, changed, _triaged(tx, question, changed, dated.version), forgettable=timing)


def _triaged(tx: Tx, before: Question, after: Question, policy_version: int) -> QuestionTriaged:
    assert after.level is not None and after.legal_class is not None
    return QuestionTriaged(
        week=iso_week(tx.now),
        platform=after.platform,
        language=after.language,
        topic=after.topic,
        captured_week=after.captured_week,
        topic_before=before.topic,
        language_before=before.language,
        level=after.level,
        legal_class=after.legal_class,
        legal_class_before=before.legal_class,
        topics=tuple(dict.fromkeys(map(fact_topic, after.topics))),
        urgency=after.urgency,
        land=after.land,
        has_deadline=after.deadline is not None,
        policy_version=policy_version,
        referral=after.referral,
        misinformation=after.misinformation,
    )


async def change_legal_class(tx: Tx, id: UUID, legal_class: LegalClass) -> Question:
    """Raise the legal class, or as a qualified legal reviewer lower it. Raises `Conflict`, `Forbidden`."""
    question = await load(tx, id)
    refuse(domain.refuse_class_change(question))
    assert question.legal_class is not None
    if question.legal_class is legal_class:
        raise Conflict("unchanged", "The question has this legal class already.")
    domain.check_class_change(question.legal_class, legal_class, await lowers(tx, question))
    fact = QuestionLegalClassChanged(legal_class=legal_class, legal_class_before=question.legal_class)
    return await _say(tx, question, fact, legal_class=legal_class)


async def close(tx: Tx, id: UUID, reason: ClosingReason) -> Question:
    """Nothing more is expected; the working record's days begin. Raises `Conflict`."""
    question = await load(tx, id)
    refuse(domain.refuse_closing(question))
    fact = QuestionClosed(
        week=iso_week(tx.now),
        platform=question.platform,
        language=question.language,
        topic=question.topic,
        reason=reason,
    )
    return await _say(tx, question, fact, status="closed", closed_at=tx.now)


async def lowers(tx: Tx, question: Question) -> bool:
    """Whether the caller is a legal reviewer whose qualification, as review keeps it, holds today."""
    programme = question.programme
    return tx.actor.holds(programme, "legal-reviewer") and await queries.is_reviewer(
        tx, tx.actor.staff, programme, local_day(tx.now)
    )


async def load(tx: Tx, id: UUID) -> Question:
    """Lock a question and hold it against If-Match. Raises `NotFound`, `Stale`."""
    question = await queries.question_by_id(tx, id, lock=True)
    tx.expect(question.version)
    return question


def refuse(reason: LotseError | None) -> None:
    """Raise what a rule returned."""
    if reason is not None:
        raise reason


async def _say(tx: Tx, question: Question, fact: Fact, **changes: object) -> Question:
    return await say(tx, question, replace(question, **changes), fact)  # type: ignore[arg-type]


async def say(
    tx: Tx, loaded: Question, changed: Question, fact: Fact, forgettable: Forgettable | None = None
) -> Question:
    """Save a changed question and emit the one fact that says what changed; returns it at its new version."""
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save(tx, saved, loaded.version)
    tx.emit(
        fact,
        id=saved.id,
        version=saved.version,
        programme=saved.programme,
        after=loaded.changed_at,
        forgettable=forgettable,
    )
    return saved
