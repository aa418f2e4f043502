"""Postings over HTTP: the text that may be posted, what was posted, and the repair tasks."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import RepairResult, Role, Standing
from libs.edge.bodies import Action, Body, HttpLink, Instant, LongText, Page, View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.errors import Conflict, Gone, invalid
from libs.kit.transaction import Reply, Tx
from libs.text.frame import frame_for
from libs.text.links import canonical
from services.intake.postings import commands, domain, queries
from services.intake.postings.commands import Posted
from services.intake.postings.domain import Posting
from services.intake.questions.commands import record_reading
from services.intake.questions.queries import question_by_id

PREFIX = "/intake/v1"
router = Router("postings", PREFIX)
WRITERS = (Role.COUNSELLOR,)
READERS = (Role.COUNSELLOR, Role.COORDINATOR, Role.LEGAL_REVIEWER)
Parts = Annotated[tuple[LongText, ...], Field(min_length=1, max_length=20)]


class NewPosting(Body):
    """What was posted by hand: the parts as they stand, in order. Greeting, notice and closing may stand around."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"parts": ["Liebe Amal,\nDie Anmeldung ist kostenlos."], "submission": None}]}
    )

    parts: Parts
    posted_at: Instant | None = None
    link: HttpLink | None = None
    submission: UUID | None = None


class Repair(Body):
    """How a repair ended; `corrected` needs the parts as they stand now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"result": "removed"}]})

    result: RepairResult
    parts: Annotated[tuple[LongText, ...], Field(max_length=20)] = ()


class PostingRef(View):
    """`counts` says whether this posting answers the question; if not, a repair task is open."""

    id: UUID
    version: int
    standing: Standing
    counts: bool
    repair: str | None


class PostingView(PostingRef):
    question: UUID
    recorded_at: datetime
    submission: UUID | None
    parts: int
    actions: list[Action]


class PostingList(View):
    items: list[PostingView]


class RepairList(View):
    items: list[PostingView]
    page: Page


class ReleaseView(View):
    """The released text, and what may stand around it in the thread's language."""

    submission: UUID
    language: str
    text: str
    released_at: datetime
    greetings: list[str]
    notices: list[str]
    closings: list[str]


@router.get(
    "/questions/{id}/release",
    allow=WRITERS,
    reply=ReleaseView,
    summary="The text that may be posted; the reading is recorded",
    errors=("nothing_released", "release_withdrawn", "forgotten"),
)
async def read_release(call: Call) -> Reply:
    async with call.transaction() as tx:
        question = await question_by_id(tx, call.uuid("id"))
        release = await queries.latest_release(tx, question.id)
        if release is None:
            raise Conflict("nothing_released", "Nothing has been released for this question yet.", retry_after=1)
        if release.withdrawn_at is not None:
            raise Conflict("release_withdrawn", "The release was withdrawn: it may not be posted.")
        if release.text is None:
            raise Gone("forgotten", "This question was erased.")
        record_reading(tx, question)
        frame = frame_for(release.language)
        view = ReleaseView(
            submission=release.submission,
            language=release.language,
            text=release.text,
            released_at=release.released_at,
            greetings=list(frame.greetings),
            notices=list(frame.notices),
            closings=list(frame.closings),
        )
        return tx.reply(200, view)


@router.command(
    "POST",
    "/questions/{id}/postings",
    allow=WRITERS,
    body=NewPosting,
    reply=PostingRef,
    status=201,
    summary="Record what was posted; it is compared with the released text",
    errors=("not_yet_known", "not_triaged", "forgotten"),
)
async def record_posting(call: Call[NewPosting]) -> Reply:
    body = call.body
    link = canonical(body.link) if body.link else None
    if body.link and link is None:
        raise invalid("/link", "not_a_link", "This link cannot be read as the link of a comment.")
    async with call.transaction() as tx:
        posted = Posted(body.parts, body.posted_at or tx.now, link, body.submission)
        posting = await commands.record(tx, call.uuid("id"), posted)
        return _reply(tx, 201, posting)


@router.get(
    "/questions/{id}/postings", allow=READERS, reply=PostingList, summary="What was posted for a question, oldest first"
)
async def list_postings(call: Call) -> Reply:
    async with call.transaction() as tx:
        question = await question_by_id(tx, call.uuid("id"))
        found = await queries.of_question(tx, question.id)
        return tx.reply(200, PostingList(items=[view(tx, posting) for posting in found]))


@router.get("/repairs", allow=READERS, query=Paged, reply=RepairList, summary="Open repair tasks, oldest first")
async def list_repairs(call: Call[Any, Paged]) -> Reply:
    paging = call.paging("recorded_at", tuple[datetime, UUID])
    async with call.transaction() as tx:
        rows, total = await queries.repairs(tx, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda posting: (posting.recorded_at, posting.id), total)
        return tx.reply(200, RepairList(items=[view(tx, posting) for posting in shown], page=page))


@router.command(
    "POST",
    "/postings/{id}/repair",
    allow=WRITERS,
    body=Repair,
    reply=PostingRef,
    if_match=True,
    summary="End a repair task: corrected, removed, or not possible",
    errors=("nothing_to_repair", "still_not_released"),
)
async def repair_posting(call: Call[Repair]) -> Reply:
    body = call.body
    if body.result is RepairResult.CLEARED:
        raise invalid("/result", "only_review_clears", "Only a legal reviewer clears a posting, in the incident.")
    if (body.result is RepairResult.CORRECTED) != bool(body.parts):
        raise invalid("/parts", "parts_with_correction", "Send the parts as they stand now, and only with corrected.")
    async with call.transaction() as tx:
        return _reply(tx, 200, await commands.repair(tx, call.uuid("id"), body.result, body.parts))


def view(tx: Tx, posting: Posting) -> PostingView:
    """A posting without its text."""
    reason = domain.refuse_repair(posting)
    code = reason.code if reason else None
    if tx.actor.role_in(posting.programme, WRITERS) is None:
        code = "role_missing"
    href = f"{PREFIX}/postings/{posting.id}/repair"
    return PostingView(
        **_ref(posting),
        question=posting.question,
        recorded_at=posting.recorded_at,
        submission=posting.submission,
        parts=posting.parts,
        actions=[Action(name="repair", method="POST", href=href, allowed=code is None, reason=code)],
    )


def _ref(posting: Posting) -> dict[str, Any]:
    return {
        "id": posting.id,
        "version": posting.version,
        "standing": posting.standing,
        "counts": domain.counts(posting.standing) or posting.repair == RepairResult.CLEARED,
        "repair": posting.repair,
    }


def _reply(tx: Tx, status: int, posting: Posting) -> Reply:
    ref = PostingRef(**_ref(posting))
    return tx.reply(status, ref, version=posting.version, location=f"{PREFIX}/questions/{posting.question}/postings")
