"""What campaigns hear of review: a release that was withdrawn, and what became of incidents."""

from uuid import UUID

from libs.contracts.codes import IncidentDecision
from libs.contracts.review import IncidentDecided, SubmissionApprovalWithdrawn
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.intake.campaigns import commands

subscribers = Subscribers()


@subscribers.on(SubmissionApprovalWithdrawn)
async def recall_items(tx: Tx, event: Event[SubmissionApprovalWithdrawn]) -> None:
    await commands.recall(tx, UUID(event.id))


@subscribers.on(IncidentDecided)
async def settle_incident(tx: Tx, event: Event[IncidentDecided]) -> None:
    if event.fact.decision is IncidentDecision.CLEARED:
        await commands.clear(tx, event.fact.posting)
