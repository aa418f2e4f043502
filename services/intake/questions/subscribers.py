"""What questions hear of review: who is a qualified legal reviewer, for how long."""

from uuid import UUID

from libs.contracts.review import ReviewerDisqualified, ReviewerQualified
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.intake.questions import queries

subscribers = Subscribers()


@subscribers.on(ReviewerQualified)
async def keep_reviewer(tx: Tx, event: Event[ReviewerQualified]) -> None:
    fact = event.fact
    await queries.keep_reviewer(tx, UUID(event.id), event.programme, fact.valid_from, fact.valid_until)


@subscribers.on(ReviewerDisqualified)
async def drop_reviewer(tx: Tx, event: Event[ReviewerDisqualified]) -> None:
    await queries.drop_reviewer(tx, UUID(event.id), event.programme)
