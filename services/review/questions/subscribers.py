"""What review hears of questions. Their text is stored only while they are not forgotten."""

from uuid import UUID

from libs.contracts.codes import Urgency
from libs.contracts.intake import (
    QuestionCaptured,
    QuestionClosed,
    QuestionErasureRequested,
    QuestionForgotten,
    QuestionGivenBack,
    QuestionHeld,
    QuestionHoldLifted,
    QuestionLegalClassChanged,
    QuestionTaken,
    QuestionText,
    QuestionTiming,
    QuestionTriaged,
)
from libs.contracts.intake_campaigns import ItemPutToReview, ItemWithdrawn
from libs.contracts.intake_misinformation import (
    CorrectionEnded,
    CorrectionForgotten,
    CorrectionRequested,
)
from libs.contracts.matters import ForReview, ReviewedMatter
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.review.questions import queries
from services.review.questions.commands import keepable
from services.review.questions.domain import KnownQuestion

subscribers = Subscribers()


@subscribers.on(QuestionCaptured, text=True)
async def keep_question(tx: Tx, event: Event[QuestionCaptured], text: QuestionText | None) -> None:
    id, fact = UUID(event.id), event.fact
    kept = text if text and await keepable(tx, id) else QuestionText(text=None, gist=None)
    known = KnownQuestion(
        id=id,
        programme=event.programme,
        platform=fact.platform,
        language=fact.language,
        topic=fact.topic,
        urgency=Urgency.NORMAL,
        text=kept.text,
        gist=kept.gist,
    )
    await queries.add(tx, known)


@subscribers.on(CorrectionRequested, text=True)
@subscribers.on(ItemPutToReview, text=True)
async def keep_matter(tx: Tx, event: Event[ForReview], text: ReviewedMatter | None) -> None:
    """What nobody asked is judged like an answer, so it is kept like a question that was triaged. An item of a
    campaign comes again whenever it was written anew."""
    id, fact = UUID(event.id), event.fact
    kept = text if text and await keepable(tx, id) else None
    known = KnownQuestion(
        id=id,
        programme=event.programme,
        platform=fact.platform,
        language=fact.language,
        topic=fact.topic,
        level=fact.level,
        legal_class=fact.legal_class,
        urgency=fact.urgency,
        due_at=kept.due_at if kept else None,
        text=kept.text if kept else None,
        gist=kept.gist if kept else None,
    )
    if await queries.questions_by_ids(tx, [id]):
        await queries.change(tx, id, text=known.text, gist=known.gist, due_at=known.due_at)
    else:
        await queries.add(tx, known)


@subscribers.on(QuestionTriaged, text=True)
async def keep_triage(tx: Tx, event: Event[QuestionTriaged], timing: QuestionTiming | None) -> None:
    id, fact = UUID(event.id), event.fact
    kept = timing if timing and await keepable(tx, id) else None
    await queries.change(
        tx,
        id,
        language=fact.language,
        topic=fact.topic,
        level=fact.level,
        legal_class=fact.legal_class,
        urgency=fact.urgency,
        land=fact.land,
        due_at=kept.due_at if kept else None,
        deadline=kept.deadline if kept else None,
    )


@subscribers.on(QuestionLegalClassChanged)
async def keep_legal_class(tx: Tx, event: Event[QuestionLegalClassChanged]) -> None:
    await queries.change(tx, UUID(event.id), legal_class=event.fact.legal_class)


@subscribers.on(QuestionTaken)
async def keep_taking(tx: Tx, event: Event[QuestionTaken]) -> None:
    await queries.change(tx, UUID(event.id), taken_by=event.envelope.staff)


@subscribers.on(QuestionGivenBack)
async def keep_giving_back(tx: Tx, event: Event[QuestionGivenBack]) -> None:
    await queries.change(tx, UUID(event.id), taken_by=None)


@subscribers.on(QuestionClosed)
@subscribers.on(CorrectionEnded)
@subscribers.on(ItemWithdrawn)
async def keep_closing(tx: Tx, event: Event[QuestionClosed]) -> None:
    await queries.change(tx, UUID(event.id), closed_at=event.time)


@subscribers.on(QuestionErasureRequested)
async def keep_erasure_request(tx: Tx, event: Event[QuestionErasureRequested]) -> None:
    await queries.change(tx, UUID(event.id), erasure_requested_at=event.time)


@subscribers.on(QuestionHeld)
async def keep_hold(tx: Tx, event: Event[QuestionHeld]) -> None:
    await queries.change(tx, UUID(event.id), held=True)


@subscribers.on(QuestionHoldLifted)
async def keep_hold_lifted(tx: Tx, event: Event[QuestionHoldLifted]) -> None:
    await queries.change(tx, UUID(event.id), held=False)


@subscribers.on(QuestionForgotten)
@subscribers.on(CorrectionForgotten)
async def forget_question(tx: Tx, event: Event[QuestionForgotten]) -> None:
    await queries.forget(tx, UUID(event.id), event.time)
