"""Replies to misinformation over HTTP: what was posted below a sighting, its repair, and the end of a text."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import RepairResult, Role
from libs.edge.bodies import Body, Instant, LongText
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.errors import invalid
from libs.kit.transaction import Reply, Tx
from services.intake.corrections.api import READERS as TEXT_READERS
from services.intake.corrections.api import CorrectionList, CorrectionRef
from services.intake.corrections.api import ref as correction_ref
from services.intake.corrections.api import view as correction_view
from services.intake.corrections.queries import of_claim
from services.intake.misinformation.domain import OPEN_REPAIR, Sighting
from services.intake.misinformation.queries import claim_by_id, sightings
from services.intake.misinformation.shapes import PREFIX, SightingList, SightingRef, sighting_ref, sighting_view
from services.intake.replies import commands
from services.intake.replies.commands import Posted

router = Router("misinformation", PREFIX)
POSTERS = (Role.COUNSELLOR,)
WRITERS = (Role.COUNSELLOR, Role.COORDINATOR)
READERS = (*WRITERS, Role.LEGAL_REVIEWER)
Parts = Annotated[tuple[LongText, ...], Field(min_length=1, max_length=20)]


class NewReply(Body):
    """What was posted by hand: the parts as they stand, in order. Greeting, notice and closing may stand around."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "correction": "0198c0de-0000-7000-8000-000000000004",
                    "parts": ["Für die Anerkennung braucht niemand ein Visum."],
                }
            ]
        }
    )

    correction: UUID
    parts: Parts
    posted_at: Instant | None = None


class ReplyRepair(Body):
    """How a repair ended; `corrected` needs the parts as they stand now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"result": "removed"}]})

    result: RepairResult
    parts: Annotated[tuple[LongText, ...], Field(max_length=20)] = ()


@router.command(
    "POST",
    "/sightings/{id}/reply",
    allow=POSTERS,
    body=NewReply,
    reply=SightingRef,
    if_match=True,
    summary="Record what our account posted below a sighting; it is compared with the released text",
    errors=("already_replied", "other_text", "text_ended", "not_between", "forgotten"),
)
async def reply_to_sighting(call: Call[NewReply]) -> Reply:
    body = call.body
    async with call.transaction() as tx:
        posted = Posted(body.correction, body.parts, body.posted_at or tx.now)
        return _reply(tx, await commands.reply(tx, call.uuid("id"), posted))


@router.command(
    "POST",
    "/sightings/{id}/repair",
    allow=POSTERS,
    body=ReplyRepair,
    reply=SightingRef,
    if_match=True,
    summary="End a repair task: corrected, removed, or not possible",
    errors=("nothing_to_repair", "still_not_released", "text_ended", "only_review_clears", "forgotten"),
)
async def repair_reply(call: Call[ReplyRepair]) -> Reply:
    body = call.body
    if body.result is RepairResult.CLEARED:
        raise invalid("/result", "only_review_clears", "Only a legal reviewer clears a reply, in the incident.")
    if (body.result is RepairResult.CORRECTED) != bool(body.parts):
        raise invalid("/parts", "parts_with_correction", "Send the parts as they stand now, and only with corrected.")
    async with call.transaction() as tx:
        return _reply(tx, await commands.repair(tx, call.uuid("id"), body.result, body.parts))


@router.get(
    "/sightings/repairs", allow=READERS, query=Paged, reply=SightingList, summary="Open repair tasks, oldest first"
)
async def list_reply_repairs(call: Call[Any, Paged]) -> Reply:
    paging = call.paging("recorded_at", tuple[datetime, UUID])
    async with call.transaction() as tx:
        rows, total = await sightings(tx, {"repair": OPEN_REPAIR}, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda one: (one.recorded_at, one.id), total)
        return tx.reply(200, SightingList(items=[sighting_view(one) for one in shown], page=page))


@router.get(
    "/claims/{id}/corrections",
    allow=TEXT_READERS,
    reply=CorrectionList,
    summary="Its texts, oldest first",
)
async def list_corrections(call: Call) -> Reply:
    async with call.transaction() as tx:
        claim = await claim_by_id(tx, call.uuid("id"))
        views = [await correction_view(tx, one) for one in await of_claim(tx, claim.id)]
        return tx.reply(200, CorrectionList(items=views))


@router.command(
    "POST",
    "/corrections/{id}/ending",
    allow=WRITERS,
    reply=CorrectionRef,
    if_match=True,
    summary="Use a text no more; where it stands it is to be repaired",
    errors=("text_ended", "forgotten"),
)
async def end_correction(call: Call) -> Reply:
    async with call.transaction() as tx:
        ended = await commands.end(tx, call.uuid("id"))
        return tx.reply(200, correction_ref(ended), version=ended.version)


def _reply(tx: Tx, sighting: Sighting) -> Reply:
    return tx.reply(200, sighting_ref(sighting), version=sighting.version)
