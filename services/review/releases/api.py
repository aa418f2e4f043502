"""The release over HTTP: a second speaker, or by policy the author's back-translation."""

import asyncio

from libs.contracts.codes import ReleaseMethod
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.review.answers.domain import check_texts
from services.review.releases import commands
from services.review.releases.domain import SPEAKERS
from services.review.releases.shapes import OutcomeRef, ReleaseBody, outcome_ref
from services.review.submissions.shapes import LARGEST, PREFIX

router = Router("releases", PREFIX)


@router.command(
    "POST",
    "/submissions/{id}/release",
    allow=SPEAKERS,
    body=ReleaseBody,
    reply=OutcomeRef,
    if_match=True,
    limit=LARGEST,
    summary="Release the variant for the thread, bound to the approved core",
    errors=(
        "not_approved",
        "not_yet_confirmed",
        "own_variant",
        "language_missing",
        "back_translation_not_allowed",
        "second_speaker_needed",
        "not_this_version",
        "deadline_passed",
        "class_not_offered",
        "personal_data_found",
    ),
)
async def release(call: Call[ReleaseBody]) -> Reply:
    body = call.body
    await asyncio.to_thread(check_texts, {"/back_translation": body.back_translation})
    async with call.transaction() as tx:
        id, method = call.uuid("id"), ReleaseMethod(body.method)
        outcome = await commands.release(tx, id, body.variant_version, method, body.back_translation)
        return tx.reply(200, outcome_ref(outcome), version=outcome.submission.version)
