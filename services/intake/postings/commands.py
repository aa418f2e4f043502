"""Recording what was posted by hand, and repairing what should not stand there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import RepairResult, Standing
from libs.contracts.counting import Counted
from libs.contracts.envelope import Fact, Forgettable
from libs.contracts.intake import (
    PostedText,
    PostingRecorded,
    PostingRepaired,
    PostingRepairOpened,
    PostingSuperseded,
    QuestionAnswered,
    QuestionAnswerRetracted,
)
from libs.kit.clock import iso_week, local_day
from libs.kit.errors import Conflict, Invalid, invalid
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from libs.text.comparison import joined, matches, without_frame
from libs.text.frame import frame_for
from libs.text.redaction import RedactionFailed, redact
from services.intake.postings import domain, queries
from services.intake.postings.domain import Posting, Release
from services.intake.programmes.queries import policy_in_force
from services.intake.questions import domain as questions
from services.intake.questions.commands import refuse, say
from services.intake.questions.domain import Question
from services.intake.questions.queries import question_by_id


@dataclass(frozen=True)
class Posted:
    """What a counsellor says she posted: its parts in order, when, where, and under which submission's release."""

    parts: Sequence[str]
    posted_at: datetime
    link: str | None
    submission: UUID | None


@dataclass(frozen=True)
class Judged:
    """What a posted text is, under which version of the policy; `text` is what to keep of it, None if it is the
    released one."""

    standing: Standing
    policy_version: int
    text: str | None


async def record(tx: Tx, id: UUID, posted: Posted) -> Posting:
    """Record a posting for a question. It stands already, so only a question that was erased or never triaged refuses
    it.

    Raises `Conflict`, `NotFound`, `Invalid` for a moment in the future or before the capture.
    """
    question = await question_by_id(tx, id, lock=True)
    refuse(questions.refuse_posting(question))
    if not question.captured_at <= posted.posted_at <= tx.now:
        raise invalid("/posted_at", "not_between", "The moment lies before the capture or in the future.")
    release = await _release(tx, question, posted.submission)
    judged = await _judge(tx, question, release, posted)
    posting = _posting(tx, question, posted, judged, release.submission if release else None)
    await queries.add(tx, posting)
    fact = PostingRecorded(
        **counted(tx, question),
        standing=posting.standing,
        submission=posting.submission,
        parts=posting.parts,
        policy_version=judged.policy_version,
    )
    _emit(tx, posting, fact, PostedText(text=posting.text))
    if domain.counts(posting.standing):
        await _answered(tx, question, posted.posted_at, reviewed=posting.standing is Standing.MATCHING)
        return posting
    return await _open_repair(tx, question, posting)


def _posting(tx: Tx, question: Question, posted: Posted, judged: Judged, submission: UUID | None) -> Posting:
    return Posting(
        id=new_id(),
        question=question.id,
        programme=question.programme,
        version=1,
        changed_at=tx.now,
        recorded_at=tx.now,
        posted_at=posted.posted_at,
        link=posted.link,
        text=judged.text,
        submission=submission,
        standing=judged.standing,
        repair=None,
        parts=len(posted.parts),
        language=question.language,
    )


async def _release(tx: Tx, question: Question, submission: UUID | None) -> Release | None:
    """The release named, else the newest one. Raises `Conflict` not_yet_known while intake has not heard of it."""
    if submission is None:
        return await queries.latest_release(tx, question.id)
    release = await queries.release_of(tx, submission)
    if release is None or release.question != question.id:
        raise Conflict("not_yet_known", "This release is not known here yet; try again.", retry_after=1)
    return release


async def _judge(tx: Tx, question: Question, release: Release | None, posted: Posted) -> Judged:
    """Hold a posted text against policy and release. What is kept of it is without the frame, in which names stand."""
    dated = await policy_in_force(tx, question.programme, local_day(posted.posted_at))
    if dated is None or question.legal_class is None:
        raise Conflict("programme_not_running", "The programme had no policy in force on that day.")
    frame = frame_for(question.language)
    same = release is not None and release.text is not None and matches(posted.parts, release.text, frame)
    standing = domain.standing(dated.policy, question.legal_class, release, same, posted.posted_at)
    text = None if domain.counts(standing) else _kept(without_frame(joined(posted.parts), frame))
    return Judged(standing, dated.version, text)


def _kept(text: str) -> str:
    """Redacted like everything that is stored. Raises `Invalid` when it cannot be: then nothing is stored."""
    try:
        return redact(text).text
    except RedactionFailed:
        raise Invalid("redaction_failed", "Personal data could not be looked for, so nothing was stored.") from None


async def repair(tx: Tx, id: UUID, result: RepairResult, parts: Sequence[str]) -> Posting:
    """End a repair task. A correction must now be the released text. Raises `Conflict`, `Stale`."""
    posting = await queries.posting_by_id(tx, id)
    tx.expect(posting.version)
    refuse(domain.refuse_repair(posting))
    question = await question_by_id(tx, posting.question, lock=True)
    if result is not RepairResult.CORRECTED:
        return await _repaired(tx, question, posting, result)
    release = await queries.latest_release(tx, question.id)
    standing = (await _judge(tx, question, release, Posted(parts, tx.now, posting.link, None))).standing
    if not domain.counts(standing):
        raise Conflict("still_not_released", "This is still not the released text.", standing=standing)
    await _answered(tx, question, tx.now, reviewed=standing is Standing.MATCHING)
    return await _repaired(tx, question, replace(posting, standing=standing, text=None), result)


async def clear(tx: Tx, id: UUID) -> None:
    """Review cleared what stands there: the task ends, and the posting counts from when it was posted."""
    posting = await queries.posting_by_id(tx, id)
    question = await question_by_id(tx, posting.question, lock=True)
    if posting.repair != "open":
        return
    if posting.posted_at is not None and question.status != "forgotten":
        await _answered(tx, question, posting.posted_at, reviewed=True)
    await _repaired(tx, question, posting, RepairResult.CLEARED)


async def withdraw(tx: Tx, submission: UUID, at: datetime) -> None:
    """Review withdrew a release from `at` on: what was posted after that is superseded, whichever was heard first."""
    if not await queries.withdraw_release(tx, submission, at):
        return
    for posting in await queries.of_submission(tx, submission):
        if posting.standing is Standing.MATCHING and posting.posted_at is not None and posting.posted_at >= at:
            await _supersede(tx, posting, submission)


async def _supersede(tx: Tx, posting: Posting, submission: UUID) -> None:
    question = await question_by_id(tx, posting.question, lock=True)
    superseded = replace(posting, standing=Standing.SUPERSEDED)
    superseded = await _say(tx, posting, superseded, PostingSuperseded(**counted(tx, question), submission=submission))
    await _retracted(tx, question, posting)
    await _open_repair(tx, question, superseded)


async def _open_repair(tx: Tx, question: Question, posting: Posting) -> Posting:
    fact = PostingRepairOpened(**counted(tx, question), standing=posting.standing)
    return await _say(tx, posting, replace(posting, repair="open"), fact)


async def _repaired(tx: Tx, question: Question, posting: Posting, result: RepairResult) -> Posting:
    fact = PostingRepaired(**counted(tx, question), result=result)
    return await _say(tx, posting, replace(posting, repair=result), fact)


async def _answered(tx: Tx, question: Question, posted_at: datetime, *, reviewed: bool) -> None:
    """Count the first posting that counts."""
    if question.answered_at is not None:
        return
    assert question.level is not None and question.legal_class is not None
    codes = counted(tx, question)
    hours = domain.hours_between(question.captured_at, posted_at)
    fact = QuestionAnswered(
        **codes,
        level=question.level,
        legal_class=question.legal_class,
        land=question.land,
        hours_to_answer=hours,
        reviewed=reviewed,
    )
    status = "answered" if question.status in questions.OPEN else question.status
    changed = replace(question, status=status, answered_at=posted_at, answered={**codes, "hours": hours})
    await say(tx, question, changed, fact)


async def _retracted(tx: Tx, question: Question, posting: Posting) -> None:
    """Take back what this posting had counted, under the codes it was counted under."""
    counted_as = question.answered
    if counted_as is None or question.answered_at != posting.posted_at:
        return
    fact = QuestionAnswerRetracted(
        week=iso_week(tx.now),
        platform=counted_as["platform"],
        language=counted_as["language"],
        topic=counted_as["topic"],
        answered_week=counted_as["week"],
        hours_to_answer=counted_as["hours"],
    )
    status = "triaged" if question.status == "answered" else question.status
    await say(tx, question, replace(question, status=status, answered_at=None, answered=None), fact)


def counted(tx: Tx, question: Question) -> dict[str, Any]:
    """The codes a fact about this question is counted by, as of now."""
    return {
        "week": iso_week(tx.now),
        "platform": question.platform,
        "language": question.language,
        "topic": question.topic,
    }


async def _say(tx: Tx, loaded: Posting, changed: Posting, fact: Counted) -> Posting:
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save(tx, saved, loaded.version)
    _emit(tx, saved, fact, None, after=loaded.changed_at)
    return saved


def _emit(tx: Tx, posting: Posting, fact: Fact, text: Forgettable | None, after: datetime | None = None) -> None:
    tx.emit(
        fact,
        id=posting.id,
        version=posting.version,
        programme=posting.programme,
        concerns=posting.question,
        after=after,
        forgettable=text,
    )
