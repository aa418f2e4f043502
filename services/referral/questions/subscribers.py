"""What questions hear of intake. Their text is not asked for: a referral is counted by codes."""

from uuid import UUID

from libs.contracts.codes import Land, Urgency
from libs.contracts.intake import (
    QuestionCaptured,
    QuestionForgotten,
    QuestionHeld,
    QuestionHoldLifted,
    QuestionLegalClassChanged,
    QuestionTriaged,
)
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.referral.questions import queries
from services.referral.questions.domain import KnownQuestion

subscribers = Subscribers()


@subscribers.on(QuestionCaptured)
async def keep_question(tx: Tx, event: Event[QuestionCaptured]) -> None:
    fact = event.fact
    known = KnownQuestion(
        id=UUID(event.id),
        programme=event.programme,
        version=event.version,
        platform=fact.platform,
        language=fact.language,
        topic=fact.topic,
        legal_class=None,
        urgency=Urgency.NORMAL,
        land=Land.UNKNOWN,
    )
    await queries.add(tx, known)


@subscribers.on(QuestionTriaged)
async def keep_triage(tx: Tx, event: Event[QuestionTriaged]) -> None:
    names = ("platform", "language", "topic", "legal_class", "urgency", "land")
    codes = {name: getattr(event.fact, name) for name in names}
    await queries.change(tx, UUID(event.id), version=event.version, **codes)


@subscribers.on(QuestionLegalClassChanged)
async def keep_legal_class(tx: Tx, event: Event[QuestionLegalClassChanged]) -> None:
    await queries.change(tx, UUID(event.id), version=event.version, legal_class=event.fact.legal_class)


@subscribers.on(QuestionHeld)
async def hold_question(tx: Tx, event: Event[QuestionHeld]) -> None:
    await queries.change(tx, UUID(event.id), version=event.version, held=True)


@subscribers.on(QuestionHoldLifted)
async def let_go_of_question(tx: Tx, event: Event[QuestionHoldLifted]) -> None:
    await queries.change(tx, UUID(event.id), version=event.version, held=False)


@subscribers.on(QuestionForgotten)
async def forget_question(tx: Tx, event: Event[QuestionForgotten]) -> None:
    await queries.drop(tx, UUID(event.id))
