"""What referrals hear of intake: holds, and the forgetting of a question."""

from uuid import UUID

from libs.contracts.intake import QuestionForgotten, QuestionHeld, QuestionHoldLifted
from libs.contracts.referral import ReferralForgotten
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from libs.restoring.lost import forget_lost
from services.referral.referrals import commands

subscribers = Subscribers()


@subscribers.on(QuestionHeld)
async def hold(tx: Tx, event: Event[QuestionHeld]) -> None:
    await commands.hold(tx, UUID(event.id))


@subscribers.on(QuestionHoldLifted)
async def lift_hold(tx: Tx, event: Event[QuestionHoldLifted]) -> None:
    await commands.lift_hold(tx, UUID(event.id))


@subscribers.on(QuestionForgotten)
async def forget(tx: Tx, event: Event[QuestionForgotten]) -> None:
    await commands.forget(tx, UUID(event.id))
    await forget_lost(tx, event, ReferralForgotten())
