"""What postings hear of review: releases, their end, and what became of incidents."""

from uuid import UUID

from libs.contracts.codes import IncidentDecision
from libs.contracts.review import (
    IncidentDecided,
    ReleasedText,
    SubmissionApprovalWithdrawn,
    SubmissionBlocked,
    SubmissionForgotten,
    SubmissionRevised,
    SubmissionVariantReleased,
    SubmissionWithdrawn,
)
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.intake.postings import commands, queries

subscribers = Subscribers()


@subscribers.on(SubmissionVariantReleased, text=True)
async def keep_release(tx: Tx, event: Event[SubmissionVariantReleased], text: ReleasedText | None) -> None:
    await queries.keep_release(
        tx,
        submission=UUID(event.id),
        question=UUID(event.correlation),
        programme=event.programme,
        language=event.fact.variant_language,
        text=text.text if text else None,
        variant_version=event.fact.variant_version,
        core_version=event.fact.core_version,
        released_at=event.time,
    )


@subscribers.on(SubmissionApprovalWithdrawn)
@subscribers.on(SubmissionRevised)
@subscribers.on(SubmissionBlocked)
@subscribers.on(SubmissionWithdrawn)
async def end_release(tx: Tx, event: Event[SubmissionApprovalWithdrawn]) -> None:
    # A revision, too, ends the earlier release: what is being rewritten must not be posted meanwhile.
    await commands.withdraw(tx, UUID(event.id), event.time)


@subscribers.on(SubmissionForgotten)
async def forget_release(tx: Tx, event: Event[SubmissionForgotten]) -> None:
    await queries.forget(tx, UUID(event.correlation))


@subscribers.on(IncidentDecided)
async def settle_incident(tx: Tx, event: Event[IncidentDecided]) -> None:
    # An incident may also be about a reply to misinformation, which is no posting of ours.
    if event.fact.decision is IncidentDecision.CLEARED and await queries.is_known(tx, event.fact.posting):
        await commands.clear(tx, event.fact.posting)
