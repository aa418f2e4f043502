"""What submissions hear of their question: its holds, and its end."""

from uuid import UUID

from libs.contracts.intake import QuestionForgotten, QuestionHeld, QuestionHoldLifted
from libs.contracts.intake_misinformation import CorrectionForgotten
from libs.contracts.review import SubmissionForgotten
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from libs.restoring.lost import forget_lost
from services.review.submissions import commands, queries

subscribers = Subscribers()


@subscribers.on(QuestionHeld)
async def hold_submissions(tx: Tx, event: Event[QuestionHeld]) -> None:
    await queries.hold(tx, UUID(event.id), True)


@subscribers.on(QuestionHoldLifted)
async def lift_hold(tx: Tx, event: Event[QuestionHoldLifted]) -> None:
    await queries.hold(tx, UUID(event.id), False)


@subscribers.on(QuestionForgotten)
@subscribers.on(CorrectionForgotten)
async def forget_submissions(tx: Tx, event: Event[QuestionForgotten]) -> None:
    await commands.forget(tx, UUID(event.id))
    await forget_lost(tx, event, SubmissionForgotten())
