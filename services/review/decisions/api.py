"""The legal reviewer's desk over HTTP: the queue, one item with its texts, and what is decided on it."""

import asyncio
from datetime import date, datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply, Tx
from services.review.answers.domain import check_texts
from services.review.decisions import commands
from services.review.decisions.domain import CONFIRMERS, REVIEWERS
from services.review.decisions.shapes import (
    Approval,
    Block,
    Queue,
    QueueFilter,
    Return,
    SubmissionView,
    queue_item,
    whole,
)
from services.review.questions.commands import situation, situations
from services.review.questions.queries import question_by_id, questions_by_ids
from services.review.releases.commands import Outcome
from services.review.releases.shapes import OutcomeRef, outcome_ref
from services.review.submissions import queries
from services.review.submissions.domain import Submission, refuse_living
from services.review.submissions.queries import Wanted
from services.review.submissions.shapes import LARGEST, PREFIX, SubmissionRef, ref

router = Router("decisions", PREFIX)
TEXT_READERS = (Role.LEGAL_REVIEWER, Role.COUNSELLOR, Role.SECOND_READER)
LISTERS = (*TEXT_READERS, Role.COORDINATOR)
ITEM_REFUSALS = ("not_qualified", "not_taken", "taken_by_another", "not_this_version", "forgotten")
CORE_REFUSALS = ("class_not_offered", "court_goes_to_a_lawyer", "deadline_passed", "question_closed")


@router.get(
    "/submissions",
    allow=LISTERS,
    query=QueueFilter,
    reply=Queue,
    summary="The queue: fewest days left first, then the most urgent, then the oldest",
)
async def list_submissions(call: Call[Any, QueueFilter]) -> Reply:
    paging = call.paging("due_on,urgency,submitted_at", tuple[date, int, datetime, UUID])
    asked = call.query
    wanted = Wanted(asked.state, asked.programme, asked.language, call.actor.staff if asked.mine else None)
    async with call.transaction() as tx:
        places, total = await queries.queue(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(places, lambda place: place[1], total)
        found = await queries.submissions_by_ids(tx, [id for id, _ in shown])
        questions = await questions_by_ids(tx, [submission.question for submission in found.values()])
        known = await situations(tx, questions.values())
        items = [queue_item(found[id], known[found[id].question]) for id, _ in shown]
        return tx.reply(200, Queue(items=items, page=page))


@router.get(
    "/submissions/{id}",
    allow=TEXT_READERS,
    reply=SubmissionView,
    summary="One submission with its texts and history; the reading is recorded",
    errors=("submission_unknown", "forgotten"),
)
async def read_submission(call: Call) -> Reply:
    async with call.transaction() as tx:
        submission = await queries.submission_by_id(tx, call.uuid("id"))
        gone = refuse_living(submission)
        if gone is not None:
            raise gone
        at = await situation(tx, await question_by_id(tx, submission.question))
        commands.record_reading(tx, submission.programme, submission.question)
        return tx.reply(200, whole(submission, at), version=submission.version)


@router.command(
    "POST",
    "/submissions/{id}/taking",
    allow=REVIEWERS,
    reply=SubmissionRef,
    if_match=True,
    summary="Take an item from the queue for four hours",
    errors=("not_qualified", "already_taken", "not_queued", "own_text", "question_closed", "erasure_under_way"),
)
async def take(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _stands(tx, await commands.take(tx, call.uuid("id")))


@router.command(
    "DELETE",
    "/submissions/{id}/taking",
    allow=REVIEWERS,
    reply=SubmissionRef,
    if_match=True,
    summary="Put an item back into the queue",
    errors=("not_taken", "taken_by_another"),
)
async def give_back(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _stands(tx, await commands.give_back(tx, call.uuid("id")))


@router.command(
    "POST",
    "/submissions/{id}/approval",
    allow=REVIEWERS,
    body=Approval,
    reply=OutcomeRef,
    if_match=True,
    limit=LARGEST,
    summary="Approve the core; with words of her own somebody else confirms. For a German thread this releases it",
    errors=(*ITEM_REFUSALS, *CORE_REFUSALS, "own_text", "personal_data_found"),
)
async def approve(call: Call[Approval]) -> Reply:
    body = call.body
    await asyncio.to_thread(check_texts, {"/core": body.core})
    async with call.transaction() as tx:
        return _came_of(tx, await commands.approve(tx, call.uuid("id"), body.core_version, body.core))


@router.command(
    "DELETE",
    "/submissions/{id}/approval",
    allow=REVIEWERS,
    reply=SubmissionRef,
    if_match=True,
    summary="Withdraw an approval: from now on the text may not be posted",
    errors=("not_qualified", "not_approved", "forgotten"),
)
async def withdraw_approval(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _stands(tx, await commands.withdraw_approval(tx, call.uuid("id")))


@router.command(
    "POST",
    "/submissions/{id}/return",
    allow=REVIEWERS,
    body=Return,
    reply=SubmissionRef,
    if_match=True,
    summary="Return the core with coded reasons",
    errors=ITEM_REFUSALS,
)
async def send_back(call: Call[Return]) -> Reply:
    async with call.transaction() as tx:
        reasons = tuple(dict.fromkeys(call.body.reasons))
        return _stands(tx, await commands.send_back(tx, call.uuid("id"), call.body.core_version, reasons))


@router.command(
    "POST",
    "/submissions/{id}/block",
    allow=REVIEWERS,
    body=Block,
    reply=SubmissionRef,
    if_match=True,
    summary="Block it for good; the reasons say where the person is sent instead",
    errors=ITEM_REFUSALS,
)
async def block(call: Call[Block]) -> Reply:
    async with call.transaction() as tx:
        reasons = tuple(dict.fromkeys(call.body.reasons))
        return _stands(tx, await commands.block(tx, call.uuid("id"), call.body.core_version, reasons))


@router.command(
    "POST",
    "/submissions/{id}/confirmation",
    allow=CONFIRMERS,
    reply=OutcomeRef,
    if_match=True,
    summary="Confirm that a reviewer's own words say what is meant. For a German thread this releases it",
    errors=(*CORE_REFUSALS, "nothing_to_confirm", "own_words", "second_reviewer_needed", "not_qualified", "forgotten"),
)
async def confirm(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _came_of(tx, await commands.confirm(tx, call.uuid("id")))


def _stands(tx: Tx, submission: Submission) -> Reply:
    return tx.reply(200, ref(submission), version=submission.version)


def _came_of(tx: Tx, outcome: Outcome) -> Reply:
    return tx.reply(200, outcome_ref(outcome), version=outcome.submission.version)
