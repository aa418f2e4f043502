"""What incidents hear of postings and of their question."""

from uuid import UUID

from libs.contracts.codes import Standing
from libs.contracts.intake import (
    PostedText,
    PostingRecorded,
    PostingSuperseded,
    QuestionForgotten,
    QuestionHeld,
    QuestionHoldLifted,
)
from libs.contracts.intake_campaigns import ItemWentLive, PostedItem
from libs.contracts.intake_misinformation import CorrectionForgotten, PostedReply, SightingReplied
from libs.contracts.review import IncidentForgotten
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from libs.restoring.lost import forget_lost
from services.review.incidents import commands, queries
from services.review.incidents.domain import OPENING, KnownPosting

subscribers = Subscribers()


@subscribers.on(PostingRecorded, text=True)
async def look_at_posting(tx: Tx, event: Event[PostingRecorded], text: PostedText | None) -> None:
    posting = KnownPosting(
        id=UUID(event.id),
        programme=event.programme,
        question=UUID(event.correlation),
        submission=event.fact.submission,
        posted_by=event.envelope.staff,
    )
    await queries.keep_posting(tx, posting)
    if event.fact.standing in OPENING:
        await commands.open_once(tx, posting, event.fact.standing, text.text if text else None, event.fact)


@subscribers.on(SightingReplied, text=True)
@subscribers.on(ItemWentLive, text=True)
async def look_at_what_stands(
    tx: Tx, event: Event[SightingReplied] | Event[ItemWentLive], text: PostedReply | PostedItem | None
) -> None:
    """What stands below misinformation, or in a campaign, and no release covers is looked at like a posting."""
    if event.fact.standing in OPENING:
        posting = KnownPosting(
            id=UUID(event.id),
            programme=event.programme,
            question=UUID(event.correlation),
            submission=event.fact.submission,
            posted_by=event.envelope.staff,
        )
        await commands.open_once(tx, posting, event.fact.standing, text.text if text else None, event.fact)


@subscribers.on(PostingSuperseded)
async def look_again(tx: Tx, event: Event[PostingSuperseded]) -> None:
    posting = await queries.posting_by_id(tx, UUID(event.id))
    assert posting is not None, "one aggregate's events come in their order"
    await commands.open_once(tx, posting, Standing.SUPERSEDED, None, event.fact)


@subscribers.on(QuestionHeld)
async def hold_incidents(tx: Tx, event: Event[QuestionHeld]) -> None:
    await queries.hold(tx, UUID(event.id), True)


@subscribers.on(QuestionHoldLifted)
async def lift_hold(tx: Tx, event: Event[QuestionHoldLifted]) -> None:
    await queries.hold(tx, UUID(event.id), False)


@subscribers.on(QuestionForgotten)
@subscribers.on(CorrectionForgotten)
async def forget_incidents(tx: Tx, event: Event[QuestionForgotten]) -> None:
    await commands.forget(tx, UUID(event.id))
    await forget_lost(tx, event, IncidentForgotten())
