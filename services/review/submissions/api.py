"""Submissions over HTTP, the counsellor's side: submit, revise, withdraw."""

import asyncio

from libs.edge.http import Call, Router
from libs.kit.transaction import Reply, Tx
from services.review.answers.domain import check_texts
from services.review.submissions import commands
from services.review.submissions.domain import COUNSELLORS, Submission
from services.review.submissions.shapes import LARGEST, PREFIX, NewSubmission, Revision, SubmissionRef, ref

router = Router("submissions", PREFIX)


@router.command(
    "POST",
    "/submissions",
    allow=COUNSELLORS,
    body=NewSubmission,
    reply=SubmissionRef,
    status=201,
    limit=LARGEST,
    summary="Submit a draft answer to review",
    errors=(
        "not_yet_known",
        "not_triaged",
        "class_not_offered",
        "court_goes_to_a_lawyer",
        "level_not_offered",
        "submission_open",
        "personal_data_found",
        "language_differs",
        "question_closed",
        "erasure_under_way",
        "forgotten",
    ),
)
async def submit(call: Call[NewSubmission]) -> Reply:
    body = call.body
    await asyncio.to_thread(check_texts, {"/core": body.core, "/variant/text": body.variant.text})
    async with call.transaction() as tx:
        made = await commands.submit(tx, body.question, body.core, body.variant.language, body.variant.text)
        return replied(tx, made, 201)


@router.command(
    "POST",
    "/submissions/{id}/revision",
    allow=COUNSELLORS,
    body=Revision,
    reply=SubmissionRef,
    if_match=True,
    limit=LARGEST,
    summary="Write core or variant anew; a new core goes back to the queue",
    errors=("personal_data_found", "unchanged", "taken_by_reviewer", "already_released", "submission_ended"),
)
async def revise(call: Call[Revision]) -> Reply:
    body = call.body
    await asyncio.to_thread(check_texts, {"/core": body.core, "/variant": body.variant})
    async with call.transaction() as tx:
        return replied(tx, await commands.revise(tx, call.uuid("id"), body.core, body.variant))


@router.command(
    "POST",
    "/submissions/{id}/withdrawal",
    allow=COUNSELLORS,
    reply=SubmissionRef,
    if_match=True,
    summary="Take a submission back",
    errors=("already_released", "submission_ended"),
)
async def withdraw(call: Call) -> Reply:
    async with call.transaction() as tx:
        return replied(tx, await commands.withdraw(tx, call.uuid("id")))


def replied(tx: Tx, submission: Submission, status: int = 200) -> Reply:
    """Ids, codes and versions; never text."""
    location = f"{PREFIX}/submissions/{submission.id}" if status == 201 else None
    return tx.reply(status, ref(submission), version=submission.version, location=location)
