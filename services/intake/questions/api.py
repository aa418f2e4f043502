"""Questions over HTTP: capture, the queue, one question, take, triage, close."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from libs.contracts.codes import (
    LanguageSource,
    Role,
)
from libs.edge.bodies import Action
from libs.edge.http import Call, Router
from libs.kit.errors import LotseError
from libs.kit.transaction import Reply, Tx
from services.intake.questions import commands, domain, queries
from services.intake.questions.arrival import arrived
from services.intake.questions.domain import Question, Triage
from services.intake.questions.shapes import (
    CapturedRef,
    ClassBody,
    ClosingBody,
    Documented,
    NewQuestion,
    QuestionFilter,
    QuestionItem,
    QuestionList,
    QuestionRef,
    QuestionView,
    Reading,
    TriageBody,
)

PREFIX = "/intake/v1"
router = Router("questions", PREFIX)
WRITERS = (Role.COUNSELLOR,)
TRIAGERS = (Role.COUNSELLOR, Role.COORDINATOR)
CLASS_CHANGERS = (Role.LEGAL_REVIEWER, Role.COUNSELLOR, Role.COORDINATOR, Role.SECOND_READER)
LISTERS = (Role.COUNSELLOR, Role.COORDINATOR, Role.LEGAL_REVIEWER, Role.SECOND_READER, Role.DPO)
# The coordinator last: whoever also counsels reads as a counsellor, and needs no reason.
TEXT_READERS = (Role.COUNSELLOR, Role.LEGAL_REVIEWER, Role.SECOND_READER, Role.DPO, Role.COORDINATOR)


@router.command(
    "POST",
    "/questions",
    allow=WRITERS,
    body=NewQuestion,
    reply=CapturedRef,
    status=201,
    summary="Capture a question; 200 with `duplicate` when it is said to be the same as an earlier one",
    errors=("known_link", "space_unknown", "language_not_offered", "programme_not_running"),
)
async def capture_question(call: Call[NewQuestion]) -> Reply:
    found, redacted = arrived(call.body)
    async with call.transaction() as tx:
        captured = await commands.capture(tx, found, call.settings.key("permalink"))
        ref = CapturedRef(
            id=captured.id,
            version=captured.version,
            programme=captured.programme,
            language=captured.language,
            language_source=captured.language_source,
            ask_language=captured.language_source is LanguageSource.PRESELECTED,
            redacted=redacted,
            duplicate=captured.duplicate,
        )
        location = f"{PREFIX}/questions/{captured.id}"
        return tx.reply(200 if captured.duplicate else 201, ref, version=captured.version, location=location)


@router.get("/questions", allow=LISTERS, query=QuestionFilter, reply=QuestionList, summary="Questions, next due first")
async def list_questions(call: Call[Any, QuestionFilter]) -> Reply:
    paging = call.paging("due_at", tuple[datetime, UUID])
    wanted = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    if "taken_by" in wanted:
        wanted["taken_by"] = call.actor.staff
    async with call.transaction() as tx:
        rows, total = await queries.listed(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda question: (question.due_at, question.id), total)
        return tx.reply(200, QuestionList(items=[QuestionItem(**_item(question)) for question in shown], page=page))


@router.get(
    "/questions/{id}",
    allow=TEXT_READERS,
    query=Reading,
    reply=QuestionView,
    summary="One question; reading its text is recorded",
    errors=("reason_missing",),
)
async def read_question(call: Call[Any, Reading]) -> Reply:
    reason = call.query.reason
    async with call.transaction() as tx:
        question = await queries.question_by_id(tx, call.uuid("id"))
        commands.refuse(domain.refuse_reading(question, tx.actor.role_in(question.programme, TEXT_READERS), reason))
        if domain.holds_text(question):
            commands.record_reading(tx, question, reason)
        return tx.reply(200, await _view(tx, question), version=question.version)


@router.command(
    "POST",
    "/questions/{id}/taking",
    allow=WRITERS,
    reply=QuestionRef,
    if_match=True,
    summary="Take a question",
    errors=("already_taken", "erasure_under_way", "forgotten"),
)
async def take_question(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.take(tx, call.uuid("id")))


@router.command(
    "DELETE",
    "/questions/{id}/taking",
    allow=WRITERS,
    reply=QuestionRef,
    if_match=True,
    summary="Give a question back",
    errors=("not_taken", "taken_by_another"),
)
async def give_question_back(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.give_back(tx, call.uuid("id")))


@router.command(
    "POST",
    "/questions/{id}/triage",
    allow=WRITERS,
    body=TriageBody,
    reply=QuestionRef,
    if_match=True,
    summary="Set level, legal class, topics, urgency and Land; `due = min(priority class, deadline − 1 working day)`",
    errors=("not_taken", "taken_by_another", "class_not_offered", "level_not_offered", "only_reviewer_lowers"),
)
async def triage_question(call: Call[TriageBody]) -> Reply:
    body = call.body
    wanted = Triage(**dict(body))
    async with call.transaction() as tx:
        return _reply(tx, await commands.triage(tx, call.uuid("id"), wanted))


@router.command(
    "POST",
    "/questions/{id}/legal-class",
    allow=CLASS_CHANGERS,
    body=ClassBody,
    reply=QuestionRef,
    if_match=True,
    summary="Raise the legal class; a qualified legal reviewer may also lower it",
    errors=("not_triaged", "unchanged", "only_reviewer_lowers"),
)
async def change_legal_class(call: Call[ClassBody]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.change_legal_class(tx, call.uuid("id"), call.body.legal_class))


@router.command(
    "POST",
    "/questions/{id}/closing",
    allow=TRIAGERS,
    body=ClosingBody,
    reply=QuestionRef,
    if_match=True,
    summary="Close a question: nothing more is expected of us",
    errors=("already_closed",),
)
async def close_question(call: Call[ClosingBody]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.close(tx, call.uuid("id"), call.body.reason))


def _reply(tx: Tx, question: Question) -> Reply:
    ref = QuestionRef(id=question.id, version=question.version, status=question.status)
    return tx.reply(200, ref, version=question.version)


def _item(question: Question) -> dict[str, Any]:
    names = (*QuestionItem.model_fields,)
    values = {name: getattr(question, name) for name in names if name != "erasure_requested"}
    return {**values, "erasure_requested": question.erasure_requested_at is not None}


async def _view(tx: Tx, question: Question) -> QuestionView:
    inherited = set(QuestionItem.model_fields)
    own = {name: getattr(question, name) for name in QuestionView.model_fields if name not in inherited | {"actions"}}
    own["documented"] = Documented.model_validate(question.documented, strict=False)
    return QuestionView(**_item(question), **own, actions=_actions(tx, question))


def _actions(tx: Tx, question: Question) -> list[Action]:
    """What the caller could do next, from the same rules that the commands obey."""
    staff = tx.actor.staff
    offers: list[tuple[str, Literal["POST", "DELETE"], str, tuple[Role, ...], LotseError | None]] = [
        ("take", "POST", "taking", WRITERS, domain.refuse_taking(question, staff)),
        ("give-back", "DELETE", "taking", WRITERS, domain.refuse_giving_back(question, staff)),
        ("triage", "POST", "triage", WRITERS, domain.refuse_triage(question, staff)),
        ("change-legal-class", "POST", "legal-class", CLASS_CHANGERS, domain.refuse_class_change(question)),
        ("record-posting", "POST", "postings", WRITERS, domain.refuse_posting(question)),
        ("close", "POST", "closing", TRIAGERS, domain.refuse_closing(question)),
        ("request-erasure", "POST", "erasure", (Role.DPO, Role.COORDINATOR), domain.refuse_erasure(question)),
        (
            "answer-comment-task",
            "POST",
            "erasure/comment",
            (Role.COUNSELLOR, Role.DPO, Role.COORDINATOR),
            domain.refuse_comment_check(question),
        ),
        ("hold", "POST", "hold", (Role.DPO, Role.COORDINATOR), domain.refuse_hold(question)),
        ("lift-hold", "DELETE", "hold", (Role.DPO, Role.COORDINATOR), domain.refuse_lifting_hold(question)),
    ]
    made = []
    for name, method, path, roles, reason in offers:
        held = tx.actor.role_in(question.programme, roles)
        code = "role_missing" if held is None else reason.code if reason else None
        href = f"{PREFIX}/questions/{question.id}/{path}"
        made.append(Action(name=name, method=method, href=href, allowed=code is None, reason=code))
    return made
