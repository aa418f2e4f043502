"""Hold and erasure over HTTP. The data-protection officer and the coordinator decide; the counsellor answers the
comment task.
"""

from uuid import UUID

from pydantic import ConfigDict

from libs.contracts.codes import CommentCheck, HoldReason, Role
from libs.edge.bodies import Body, View
from libs.edge.http import Call, Router
from libs.kit.errors import invalid
from libs.kit.transaction import Reply, Tx
from services.intake.erasure import commands
from services.intake.questions.domain import Question

router = Router("erasure", "/intake/v1")
DECIDERS = (Role.DPO, Role.COORDINATOR)
ANSWERABLE = (CommentCheck.REMOVED, CommentCheck.KEPT, CommentCheck.NOT_POSSIBLE)


class Hold(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "complaint"}]})

    reason: HoldReason


class CommentAnswer(Body):
    """What became of the comment that stands in the group: removed, kept, or not possible."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"result": "removed"}]})

    result: CommentCheck


class EndRef(View):
    """Where the question stands. While `status` is not `forgotten` the task *remove your comment?* is open."""

    id: UUID
    version: int
    status: str
    erasure_requested: bool
    held: bool


@router.command(
    "POST",
    "/questions/{id}/erasure",
    allow=DECIDERS,
    reply=EndRef,
    if_match=True,
    summary="Erase a question: first the task *remove your comment?*, then text, drafts and link are gone everywhere",
    errors=("held", "erasure_under_way"),
)
async def request_erasure(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.request(tx, call.uuid("id")))


@router.command(
    "POST",
    "/questions/{id}/erasure/comment",
    allow=(Role.COUNSELLOR, *DECIDERS),
    body=CommentAnswer,
    reply=EndRef,
    if_match=True,
    summary="Answer the task *remove your comment?*; the erasure follows at once",
    errors=("held", "no_erasure_waiting"),
)
async def answer_comment(call: Call[CommentAnswer]) -> Reply:
    if call.body.result not in ANSWERABLE:
        raise invalid("/result", "not_an_answer", "Answer with removed, kept or not-possible.")
    async with call.transaction() as tx:
        return _reply(tx, await commands.answer_comment(tx, call.uuid("id"), call.body.result))


@router.command(
    "POST",
    "/questions/{id}/hold",
    allow=DECIDERS,
    body=Hold,
    reply=EndRef,
    if_match=True,
    summary="Freeze a question against erasure and retention",
    errors=("already_held",),
)
async def hold(call: Call[Hold]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.hold(tx, call.uuid("id"), call.body.reason))


@router.command(
    "DELETE",
    "/questions/{id}/hold",
    allow=DECIDERS,
    reply=EndRef,
    if_match=True,
    summary="Lift the hold",
    errors=("not_held",),
)
async def lift_hold(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.lift_hold(tx, call.uuid("id")))


def _reply(tx: Tx, question: Question) -> Reply:
    ref = EndRef(
        id=question.id,
        version=question.version,
        status=question.status,
        erasure_requested=question.erasure_requested_at is not None,
        held=question.held,
    )
    return tx.reply(200, ref, version=question.version)
