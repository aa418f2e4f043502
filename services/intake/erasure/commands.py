"""The end of a question: hold, erasure on request, retention.

Erasure comes in two steps: where a comment of ours stands, the task *remove your comment?* comes before the link is
forgotten, because afterwards nobody could find it. Then text, drafts and link go, here at once and in the other
services when they hear `question.forgotten`; figures and history stand (art. 17 GDPR; a hold restricts instead, art.
18).
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.contracts.codes import CommentCheck, ForgettingCause, HoldReason
from libs.contracts.intake import (
    Policy,
    QuestionCommentChecked,
    QuestionErasureRequested,
    QuestionForgotten,
    QuestionHeld,
    QuestionHoldLifted,
    QuestionLinksForgotten,
)
from libs.kit.clock import local_day
from libs.kit.transaction import Tx
from services.intake.imports import queries as imports
from services.intake.postings import queries as postings
from services.intake.programmes.domain import in_force
from services.intake.programmes.queries import programmes
from services.intake.questions import domain, queries
from services.intake.questions.commands import load, refuse, say
from services.intake.questions.domain import Question

# How long the counsellor has to remove her comment before the erasure goes on without an answer.
COMMENT_HOURS = 72


async def request(tx: Tx, id: UUID) -> Question:
    """Ask for erasure; where no comment stands it happens at once. Raises `Conflict` held."""
    question = await load(tx, id)
    refuse(domain.refuse_erasure(question))
    comments = await postings.standing_count(tx, id)
    asked = replace(question, erasure_requested_at=tx.now)
    asked = await say(tx, question, asked, QuestionErasureRequested(comments=comments))
    return asked if comments else await _forget(tx, asked, ForgettingCause.REQUEST, CommentCheck.NONE_POSTED)


async def answer_comment(tx: Tx, id: UUID, result: CommentCheck) -> Question:
    """Answer *remove your comment?*; the erasure follows in the same transaction. Raises `Conflict`."""
    question = await load(tx, id)
    refuse(domain.refuse_comment_check(question))
    return await _check_and_forget(tx, question, result)


async def hold(tx: Tx, id: UUID, reason: HoldReason) -> Question:
    """Freeze a question against erasure and retention. Raises `Conflict`."""
    question = await load(tx, id)
    refuse(domain.refuse_hold(question))
    return await say(tx, question, replace(question, held=True), QuestionHeld(reason=reason))


async def lift_hold(tx: Tx, id: UUID) -> Question:
    """Let erasure and retention go on. Raises `Conflict`."""
    question = await load(tx, id)
    refuse(domain.refuse_lifting_hold(question))
    return await say(tx, question, replace(question, held=False), QuestionHoldLifted())


async def _check_and_forget(tx: Tx, question: Question, result: CommentCheck) -> Question:
    checked = await say(tx, question, replace(question, comment=result), QuestionCommentChecked(result=result))
    return await _forget(tx, checked, ForgettingCause.REQUEST, result)


async def _forget(tx: Tx, question: Question, cause: ForgettingCause, comment: CommentCheck) -> Question:
    bare = domain.bared(replace(question, status="forgotten", comment=comment))
    forgotten = await say(tx, question, bare, QuestionForgotten(cause=cause, comment=comment))
    await queries.drop_link(tx, question.id)
    await imports.drop(tx, question.id)
    await postings.forget(tx, question.id)
    return forgotten


async def comments_overdue(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Erasures whose comment task has waited its hours."""
    return await queries.overdue_comments(tx, now - timedelta(hours=COMMENT_HOURS), limit)


async def go_on_without_answer(tx: Tx, id: UUID) -> None:
    """The counsellor did not answer: a person's right does not wait for ever."""
    question = await queries.question_by_id(tx, id, lock=True)
    if domain.refuse_comment_check(question) is None:
        await _check_and_forget(tx, question, CommentCheck.NO_ANSWER)


async def working_records_over(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Closed questions whose working record has had its days."""
    over: list[UUID] = []
    for code, policy in await _policies(tx, now):
        over += await queries.closed_before(tx, code, now - timedelta(days=policy.working_days), limit)
    return over[:limit]


async def retire(tx: Tx, id: UUID) -> None:
    """Forget a question whose days are over, unless a hold came between."""
    question = await queries.question_by_id(tx, id, lock=True)
    if question.status == "closed" and not question.held:
        comment = CommentCheck.KEPT if await postings.standing_count(tx, id) else CommentCheck.NONE_POSTED
        await _forget(tx, question, ForgettingCause.RETENTION, comment)


async def links_over(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Questions whose link has had its days."""
    over: list[UUID] = []
    for code, policy in await _policies(tx, now):
        over += await queries.links_before(tx, code, now - timedelta(days=policy.permalink_days), limit)
    return over[:limit]


async def forget_links(tx: Tx, id: UUID) -> None:
    """Forget the links of a question and its postings, unless a hold came between."""
    question = await queries.question_by_id(tx, id, lock=True)
    if question.link is not None and not question.held:
        await say(tx, question, replace(question, link=None, related_to=None), QuestionLinksForgotten())
        await queries.drop_link(tx, id)
        await postings.forget_links(tx, id)


async def _policies(tx: Tx, now: datetime) -> list[tuple[str, Policy]]:
    dated = [(found.code, in_force(found.policies, local_day(now))) for found in await programmes(tx)]
    return [(code, found.policy) for code, found in dated if found is not None]
