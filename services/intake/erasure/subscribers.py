"""What becomes of questions when a restored database learns of its own events again: what it erased since the backup is
erased once more, and what it captured since comes back as its codes alone, so that it can still be erased."""

from dataclasses import replace
from uuid import UUID

from libs.contracts.codes import Land, Urgency
from libs.contracts.intake import QuestionCaptured, QuestionForgotten
from libs.kit.errors import NotFound
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.intake.imports import queries as imports
from services.intake.postings import queries as postings
from services.intake.questions import domain, queries
from services.intake.questions.deadlines import due
from services.intake.questions.domain import Question
from services.intake.questions.shapes import DOCUMENTED

subscribers = Subscribers()


@subscribers.on(QuestionCaptured)
async def bring_back_codes(tx: Tx, event: Event[QuestionCaptured]) -> None:
    fact = event.fact
    bare = Question(
        id=UUID(event.id),
        programme=event.programme,
        version=event.version,
        changed_at=event.time,
        status="captured",
        captured_at=event.time,
        captured_week=fact.week,
        platform=fact.platform,
        size_class=fact.size_class,
        language=fact.language,
        language_source=fact.language_source,
        channel=fact.channel,
        relation=fact.relation,
        due_at=due(event.time, Urgency.NORMAL, None, Land.UNKNOWN),
        documented=fact.model_dump(include=DOCUMENTED, exclude_none=True),
    )
    queries.add(tx, bare, None)


@subscribers.on(QuestionForgotten)
async def forget_again(tx: Tx, event: Event[QuestionForgotten]) -> None:
    id = UUID(event.id)
    try:
        question = await queries.question_by_id(tx, id, lock=True)
    except NotFound:
        return
    bare = replace(question, status="forgotten", comment=event.fact.comment, changed_at=event.time)
    await queries.save(tx, domain.bared(bare), question.version)
    await queries.drop_link(tx, id)
    await imports.drop(tx, id)
    await postings.forget(tx, id)
