"""Kept answers over HTTP. They are free of personal data, so reading one is not recorded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Land, LegalClass, Role
from libs.contracts.types import Code, FactTopic, LanguageTag
from libs.edge.bodies import Action, Page, View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.review.answers import domain, queries
from services.review.answers.domain import Answer

router = Router("answers", "/review/v1")
READERS = (Role.COUNSELLOR, Role.LEGAL_REVIEWER, Role.SECOND_READER, Role.COORDINATOR)


class AnswerItem(View):
    """A kept answer without its texts. With `withdrawn_at` it is evidence and none to use again; an answer to an
    individual question is always a draft when used again."""

    id: UUID
    programme: str
    version: int
    submission: UUID
    language: str
    topic: str
    legal_class: LegalClass
    land: Land
    kept_at: datetime
    kept_until_end_of: int
    withdrawn_at: datetime | None
    held: bool
    actions: list[Action]


class AnswerView(AnswerItem):
    """`core` is the German text that was approved, `variant` the one that was released for the thread."""

    core: str
    variant: str


class AnswerList(View):
    items: list[AnswerItem]
    page: Page


class AnswerFilter(Paged):
    programme: Code | None = None
    language: LanguageTag | None = None
    topic: FactTopic | None = None
    legal_class: LegalClass | None = None


@router.get("/answers", allow=READERS, query=AnswerFilter, reply=AnswerList, summary="Kept answers, newest first")
async def list_answers(call: Call[Any, AnswerFilter]) -> Reply:
    paging = call.paging("kept_at", tuple[datetime, UUID])
    wanted = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.listed(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda answer: (answer.changed_at, answer.id), total)
        return tx.reply(200, AnswerList(items=[AnswerItem(**item(answer)) for answer in shown], page=page))


@router.get(
    "/answers/{id}",
    allow=READERS,
    reply=AnswerView,
    summary="One kept answer with its texts",
    errors=("answer_unknown", "answer_dropped"),
)
async def read_answer(call: Call) -> Reply:
    async with call.transaction() as tx:
        answer = await queries.answer_by_id(tx, call.uuid("id"))
        refusal = domain.refuse_reading(answer)
        if refusal is not None:
            raise refusal
        assert answer.core is not None and answer.variant is not None
        view = AnswerView(**item(answer), core=answer.core.words, variant=answer.variant.words)
        return tx.reply(200, view, version=answer.version)


def item(answer: Answer) -> dict[str, Any]:
    """A kept answer as lists show it. Nobody changes one, so no action is offered."""
    names = set(AnswerItem.model_fields) - {"kept_at", "actions"}
    return {**{name: getattr(answer, name) for name in names}, "kept_at": answer.changed_at, "actions": []}
