"""Partners, agreements and the register of joint controllership over HTTP."""

from typing import Any, TypeVar
from uuid import UUID

from libs.contracts.codes import Role
from libs.edge.bodies import View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.errors import Unavailable
from libs.kit.ids import new_id
from libs.kit.transaction import Reply, Tx
from services.intake.partners import commands, queries, sealing
from services.intake.partners.domain import Agreement, Arrangement, Partner
from services.intake.partners.queries import AGREEMENT, ARRANGEMENT, PARTNER, K, Kept
from services.intake.partners.shapes import (
    AgreementList,
    AgreementView,
    ArrangementFilter,
    ArrangementList,
    ArrangementView,
    Contact,
    Ending,
    Entry,
    NewAgreement,
    NewEntry,
    NewPartner,
    PartnerItem,
    PartnerList,
    PartnerView,
    Ref,
)
from services.intake.spaces.api import WRITERS
from services.intake.spaces.queries import space_by_id

PREFIX = "/intake/v1"
router = Router("partners", PREFIX)
KEEPERS = (Role.COORDINATOR, Role.DPO)
REGISTER_READERS = (*KEEPERS, Role.AUDITOR, Role.ADMIN)
V = TypeVar("V", bound=View)


@router.command(
    "POST",
    "/spaces/{id}/partners",
    allow=WRITERS,
    body=NewPartner,
    reply=Ref,
    status=201,
    summary="Enter somebody who runs a space; a contact only with consent, and sealed",
    errors=("in_the_future",),
)
async def enter_partner(call: Call[NewPartner]) -> Reply:
    id, given, consent = new_id(), call.body.contact, {}
    if given is not None:
        hidden = sealing.sealed(_key(call), id, given.contact)
        consent = {"contact": hidden, "consent_form": given.consent_form, "consent_on": given.consent_on}
    async with call.transaction() as tx:
        space = await space_by_id(tx, call.uuid("id"))
        partner = Partner(id, space.programme, space.id, 1, tx.now, call.body.role, **consent)  # type: ignore[arg-type]
        await commands.enter(tx, partner)
        return _reply(tx, partner, 201)


@router.get("/spaces/{id}/partners", allow=WRITERS, query=Paged, reply=PartnerList, summary="Who runs a space")
async def list_partners(call: Call[Any, Paged]) -> Reply:
    async with call.transaction() as tx:
        space = await space_by_id(tx, call.uuid("id"))
        items, page = await _page(tx, call, PARTNER, {"space": space.id})
        return tx.reply(200, PartnerList(items=[PartnerItem(**_told(partner)) for partner in items], page=page))


@router.get("/partners/{id}", allow=WRITERS, reply=PartnerView, summary="One partner; opening the contact is recorded")
async def read_partner(call: Call) -> Reply:
    async with call.transaction() as tx:
        partner = await queries.by_id(tx, PARTNER, call.uuid("id"))
        contact = None
        if partner.contact is not None:
            contact = sealing.opened(_key(call), partner.id, partner.contact)
            commands.record_reading(tx, partner)
        return tx.reply(200, PartnerView(**_told(partner), contact=contact), version=partner.version)


@router.command(
    "PUT",
    "/partners/{id}/contact",
    allow=WRITERS,
    body=Contact,
    reply=Ref,
    if_match=True,
    summary="Keep a partner's contact, or another one, with the consent it rests on",
    errors=("in_the_future",),
)
async def keep_contact(call: Call[Contact]) -> Reply:
    given, key = call.body, _key(call)
    async with call.transaction() as tx:
        id = call.uuid("id")
        kept = await commands.keep_contact(tx, key, id, given.contact, given.consent_form, given.consent_on)
        return _reply(tx, kept)


@router.command(
    "DELETE",
    "/partners/{id}/contact",
    allow=WRITERS,
    reply=Ref,
    if_match=True,
    summary="The consent is withdrawn: forget the contact",
    errors=("no_contact",),
)
async def withdraw_consent(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.withdraw(tx, call.uuid("id")))


@router.command(
    "POST",
    "/spaces/{id}/agreements",
    allow=WRITERS,
    body=NewAgreement,
    reply=Ref,
    status=201,
    summary="Record what was agreed with those who run a space",
    errors=("before_start",),
)
async def agree(call: Call[NewAgreement]) -> Reply:
    async with call.transaction() as tx:
        space = await space_by_id(tx, call.uuid("id"))
        agreement = Agreement(new_id(), space.programme, space.id, 1, tx.now, **call.body.model_dump())
        await commands.agree(tx, agreement)
        return _reply(tx, agreement, 201)


@router.get("/spaces/{id}/agreements", allow=WRITERS, query=Paged, reply=AgreementList, summary="A space's agreements")
async def list_agreements(call: Call[Any, Paged]) -> Reply:
    async with call.transaction() as tx:
        space = await space_by_id(tx, call.uuid("id"))
        items, page = await _page(tx, call, AGREEMENT, {"space": space.id})
        return tx.reply(200, AgreementList(items=[_view(AgreementView, one) for one in items], page=page))


@router.command(
    "POST",
    "/agreements/{id}/ending",
    allow=WRITERS,
    body=Ending,
    reply=Ref,
    if_match=True,
    summary="An agreement holds no more",
    errors=("agreement_ended",),
)
async def end_agreement(call: Call[Ending]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.end_agreement(tx, call.uuid("id"), call.body.reason))


@router.command(
    "POST",
    "/arrangements",
    allow=KEEPERS,
    body=NewEntry,
    reply=Ref,
    status=201,
    summary="Enter an arrangement between joint controllers (art. 26 GDPR)",
    errors=("before_start",),
)
async def arrange(call: Call[NewEntry]) -> Reply:
    async with call.transaction() as tx:
        arrangement = Arrangement(id=new_id(), version=1, changed_at=tx.now, **call.body.model_dump())
        await commands.arrange(tx, arrangement)
        return _reply(tx, arrangement, 201)


@router.get(
    "/arrangements",
    allow=REGISTER_READERS,
    query=ArrangementFilter,
    reply=ArrangementList,
    summary="The register of joint controllership",
)
async def list_arrangements(call: Call[Any, ArrangementFilter]) -> Reply:
    conditions = call.query.model_dump(include={"programme"}, exclude_none=True)
    async with call.transaction() as tx:
        items, page = await _page(tx, call, ARRANGEMENT, conditions)
        return tx.reply(200, ArrangementList(items=[_view(ArrangementView, one) for one in items], page=page))


@router.command(
    "PUT",
    "/arrangements/{id}",
    allow=KEEPERS,
    body=Entry,
    reply=Ref,
    if_match=True,
    summary="Write an entry of the register anew; `until` ends it",
    errors=("before_start",),
)
async def rearrange(call: Call[Entry]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.rearrange(tx, call.uuid("id"), **call.body.model_dump()))


def _key(call: Call[Any, Any]) -> bytes:
    try:
        return call.settings.key("contacts")
    except OSError:
        raise Unavailable("key_missing", "The key that seals contacts is missing; tell an operator.") from None


async def _page(tx: Tx, call: Call[Any, Any], kept: Kept[K], conditions: dict[str, Any]) -> tuple[list[K], Any]:
    paging = call.paging("id", tuple[UUID])
    rows, total = await queries.listed(tx, kept, conditions, paging.after, paging.limit)
    return paging.page(rows, lambda one: (one.id,), total)


def _told(partner: Partner) -> dict[str, Any]:
    told = {name: getattr(partner, name) for name in PartnerItem.model_fields if name != "has_contact"}
    return {**told, "has_contact": partner.contact is not None}


def _view(shape: type[V], one: object) -> V:
    return shape.model_validate(one, from_attributes=True)


def _reply(tx: Tx, kept: Partner | Agreement | Arrangement, status: int = 200) -> Reply:
    return tx.reply(status, Ref(id=kept.id, version=kept.version), version=kept.version)
