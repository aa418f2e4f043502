"""What becomes of claims when a restored database learns of its own events again: what it erased since the backup is
erased once more."""

from dataclasses import replace
from uuid import UUID

from libs.contracts.intake_misinformation import ClaimForgotten, CorrectionForgotten
from libs.kit.errors import NotFound
from libs.kit.subscribers import Event, Subscribers
from libs.kit.transaction import Tx
from services.intake.corrections import domain as texts
from services.intake.corrections import queries as corrections
from services.intake.misinformation import domain, queries

subscribers = Subscribers()


@subscribers.on(ClaimForgotten)
async def forget_again(tx: Tx, event: Event[ClaimForgotten]) -> None:
    try:
        claim = await queries.claim_by_id(tx, UUID(event.id), lock=True)
    except NotFound:
        return
    await queries.forget(tx, claim.id)
    await queries.save(tx, domain.forgotten(replace(claim, changed_at=event.time)), claim.version)


@subscribers.on(CorrectionForgotten)
async def forget_text_again(tx: Tx, event: Event[CorrectionForgotten]) -> None:
    try:
        text = await corrections.correction_by_id(tx, UUID(event.id), lock=True)
    except NotFound:
        return
    await corrections.save(tx, texts.forgotten(replace(text, changed_at=event.time)), text.version)
