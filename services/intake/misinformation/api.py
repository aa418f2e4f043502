"""Misinformation over HTTP: claims, the words they go round in, where they were sighted, and how they spread."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.edge.bodies import Action
from libs.edge.http import Call, Router
from libs.kit.errors import LotseError, invalid
from libs.kit.transaction import Reply, Tx
from libs.text.links import canonical
from services.intake.corrections.api import CorrectionRef
from services.intake.corrections.api import ref as correction_ref
from services.intake.corrections.domain import Wanted
from services.intake.misinformation import commands, domain, queries
from services.intake.misinformation.domain import Claim
from services.intake.misinformation.shapes import (
    PREFIX,
    ClaimFilter,
    ClaimList,
    ClaimRef,
    ClaimView,
    NewClaim,
    NewCorrection,
    NewSighting,
    NewVariant,
    SightingFilter,
    SightingList,
    SightingRef,
    SpreadRow,
    SpreadView,
    VariantRef,
    VerdictBody,
    item,
    ref,
    sighting_ref,
    sighting_view,
    whole,
)

router = Router("misinformation", PREFIX)
SPOTTERS = (Role.COUNSELLOR, Role.SPACE_SCOUT, Role.COORDINATOR)
WRITERS = (Role.COUNSELLOR, Role.COORDINATOR)
ASSESSORS = (*WRITERS, Role.LEGAL_REVIEWER)
ERASERS = (Role.DPO, Role.COORDINATOR)
READERS = (*SPOTTERS, Role.LEGAL_REVIEWER, Role.SECOND_READER, Role.EDITOR, Role.DPO)
MOST_ROWS = 1_000


@router.command(
    "POST",
    "/claims",
    allow=SPOTTERS,
    body=NewClaim,
    reply=ClaimRef,
    status=201,
    summary="Enter a claim",
    errors=("redaction_failed",),
)
async def spot_claim(call: Call[NewClaim]) -> Reply:
    gist = await asyncio.to_thread(domain.kept, call.body.gist)
    async with call.transaction() as tx:
        return _reply(tx, await commands.spot(tx, call.body.programme, call.body.topic, gist), 201)


@router.get("/claims", allow=READERS, query=ClaimFilter, reply=ClaimList, summary="Claims, last changed first")
async def list_claims(call: Call[Any, ClaimFilter]) -> Reply:
    paging = call.paging("changed_at", tuple[datetime, UUID])
    wanted = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.claims(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda claim: (claim.changed_at, claim.id), total)
        return tx.reply(200, ClaimList(items=[item(claim) for claim in shown], page=page))


@router.get("/claims/{id}", allow=READERS, reply=ClaimView, summary="One claim with its words")
async def read_claim(call: Call) -> Reply:
    async with call.transaction() as tx:
        claim = await queries.claim_by_id(tx, call.uuid("id"))
        view = whole(claim, await queries.variants(tx, claim.id), await _actions(tx, claim))
        return tx.reply(200, view, version=claim.version)


@router.command(
    "POST",
    "/claims/{id}/variants",
    allow=SPOTTERS,
    body=NewVariant,
    reply=VariantRef,
    status=201,
    if_match=True,
    summary="Add the words in which it goes round in a language",
    errors=("too_many_variants", "redaction_failed", "forgotten"),
)
async def add_variant(call: Call[NewVariant]) -> Reply:
    wording = await asyncio.to_thread(domain.kept, call.body.wording)
    async with call.transaction() as tx:
        claim, variant = await commands.add_variant(tx, call.uuid("id"), call.body.language, wording)
        reply = VariantRef(**ref(claim).model_dump(), variant=variant.id)
        return tx.reply(201, reply, version=claim.version, location=f"{PREFIX}/claims/{claim.id}")


@router.command(
    "POST",
    "/claims/{id}/sightings",
    allow=SPOTTERS,
    body=NewSighting,
    reply=SightingRef,
    status=201,
    summary="Record where it stands; a closed claim is opened again",
    errors=("variant_unknown", "space_unknown", "in_the_future", "not_a_link", "forgotten"),
)
async def record_sighting(call: Call[NewSighting]) -> Reply:
    body = call.body
    link = canonical(body.link) if body.link else None
    if body.link and link is None:
        raise invalid("/link", "not_a_link", "This link cannot be read as the link of a post.")
    async with call.transaction() as tx:
        made = await commands.sight(tx, call.uuid("id"), body.variant, body.space, link, body.seen_on)
        location = f"{PREFIX}/claims/{made.claim}/sightings"
        return tx.reply(201, sighting_ref(made), version=made.version, location=location)


@router.get(
    "/claims/{id}/sightings",
    allow=READERS,
    query=SightingFilter,
    reply=SightingList,
    summary="Where it was seen, first recorded first",
)
async def list_sightings(call: Call[Any, SightingFilter]) -> Reply:
    paging = call.paging("recorded_at", tuple[datetime, UUID])
    async with call.transaction() as tx:
        claim = await queries.claim_by_id(tx, call.uuid("id"))
        wanted: dict[str, object] = {"claim": claim.id}
        if call.query.repair:
            wanted["repair"] = call.query.repair
        rows, total = await queries.sightings(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda one: (one.recorded_at, one.id), total)
        return tx.reply(200, SightingList(items=[sighting_view(one) for one in shown], page=page))


@router.get("/claims/{id}/spread", allow=READERS, reply=SpreadView, summary="How it spreads, by week")
async def read_spread(call: Call) -> Reply:
    async with call.transaction() as tx:
        claim = await queries.claim_by_id(tx, call.uuid("id"))
        rows = await queries.spread(tx, claim.id, MOST_ROWS)
        return tx.reply(200, SpreadView(items=[SpreadRow(**vars(row)) for row in rows]))


@router.command(
    "POST",
    "/claims/{id}/verdict",
    allow=ASSESSORS,
    body=VerdictBody,
    reply=ClaimRef,
    if_match=True,
    summary="Say what is wrong or right about it",
    errors=("unchanged", "text_in_use", "claim_closed", "forgotten"),
)
async def assess_claim(call: Call[VerdictBody]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.assess(tx, call.uuid("id"), call.body.verdict))


@router.command(
    "POST",
    "/claims/{id}/corrections",
    allow=WRITERS,
    body=NewCorrection,
    reply=CorrectionRef,
    status=201,
    summary="Ask review for a text about it in one language",
    errors=("not_assessed", "text_in_use", "claim_closed", "class_not_offered", "level_not_offered", "forgotten"),
)
async def request_correction(call: Call[NewCorrection]) -> Reply:
    wanted = Wanted(call.body.language, call.body.legal_class, call.body.urgency)
    async with call.transaction() as tx:
        made = await commands.request_text(tx, call.uuid("id"), wanted)
        location = f"{PREFIX}/corrections/{made.id}"
        return tx.reply(201, correction_ref(made), version=made.version, location=location)


@router.command(
    "POST",
    "/claims/{id}/watch",
    allow=WRITERS,
    reply=ClaimRef,
    if_match=True,
    summary="Only watch its spread",
    errors=("not_assessed", "unchanged", "claim_closed", "forgotten"),
)
async def watch_claim(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.watch(tx, call.uuid("id")))


@router.command(
    "POST",
    "/claims/{id}/closing",
    allow=WRITERS,
    reply=ClaimRef,
    if_match=True,
    summary="It no longer goes round",
    errors=("not_assessed", "repair_open", "claim_closed", "forgotten"),
)
async def close_claim(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.close(tx, call.uuid("id")))


@router.command(
    "POST",
    "/claims/{id}/forgetting",
    allow=ERASERS,
    reply=ClaimRef,
    if_match=True,
    summary="Erase its words, links and drafts; what was counted stands",
    errors=("held", "forgotten"),
)
async def forget_claim(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.forget(tx, call.uuid("id")))


async def _actions(tx: Tx, claim: Claim) -> list[Action]:
    """What could be done with it, or why not."""
    repairs = await queries.open_repairs(tx, claim.id)
    rules: list[tuple[str, str, tuple[Role, ...], LotseError | None]] = [
        ("request-correction", "corrections", WRITERS, domain.refuse_answering(claim)),
        ("watch", "watch", WRITERS, domain.refuse_watching(claim)),
        ("close", "closing", WRITERS, domain.refuse_closing(claim, repairs)),
        ("forget", "forgetting", ERASERS, domain.refuse_forgetting(claim)),
    ]
    return [_action(tx, claim, *rule) for rule in rules]


def _action(tx: Tx, claim: Claim, name: str, path: str, roles: tuple[Role, ...], reason: LotseError | None) -> Action:
    missing = tx.actor.role_in(claim.programme, roles) is None
    code = "role_missing" if missing else reason.code if reason else None
    href = f"{PREFIX}/claims/{claim.id}/{path}"
    return Action(name=name, method="POST", href=href, allowed=code is None, reason=code)


def _reply(tx: Tx, claim: Claim, status: int = 200) -> Reply:
    location = f"{PREFIX}/claims/{claim.id}" if status == 201 else None
    return tx.reply(status, ref(claim), version=claim.version, location=location)
