"""What kept answers hear of questions: only holds. That a question is forgotten changes nothing here."""

from uuid import UUID

from libs.contracts.intake import QuestionHeld, QuestionHoldLifted
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.review.answers import queries

subscribers = Subscribers()


@subscribers.on(QuestionHeld)
async def hold_answers(tx: Tx, event: Event[QuestionHeld]) -> None:
    await queries.hold(tx, UUID(event.id), True)


@subscribers.on(QuestionHoldLifted)
async def lift_hold(tx: Tx, event: Event[QuestionHoldLifted]) -> None:
    await queries.hold(tx, UUID(event.id), False)
