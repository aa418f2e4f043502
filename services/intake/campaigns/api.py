"""Campaigns over HTTP: idea, brief, items through review, schedule, live, and what was measured."""

from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.edge.bodies import Action
from libs.edge.http import Call, Router
from libs.kit.errors import LotseError, invalid
from libs.kit.transaction import Reply, Tx
from services.intake.campaigns import commands, domain, queries
from services.intake.campaigns.commands import NewItem
from services.intake.campaigns.domain import Campaign, Item, Members, Reach
from services.intake.campaigns.shapes import (
    PREFIX,
    Brief,
    CampaignFilter,
    CampaignItem,
    CampaignList,
    CampaignRef,
    CampaignView,
    ContentBody,
    Ending,
    GoingLive,
    ItemList,
    ItemRef,
    ItemView,
    NewCampaign,
    NewItemBody,
    ReachBody,
    Schedule,
    WeekList,
    WeekView,
    item_ref,
    members_view,
    reach_view,
    ref,
    whole,
)
from services.intake.postings.queries import latest_release
from services.intake.spaces.queries import space_by_id

router = Router("campaigns", PREFIX)
WRITERS = (Role.EDITOR, Role.COUNSELLOR, Role.COORDINATOR)
READERS = (*WRITERS, Role.LEGAL_REVIEWER, Role.SECOND_READER, Role.SPACE_SCOUT)
ITEM = f"{PREFIX}/campaign-items"


@router.command(
    "POST",
    "/campaigns",
    allow=WRITERS,
    body=NewCampaign,
    reply=CampaignRef,
    status=201,
    summary="An idea, from demand",
    errors=("claim_unknown", "other_programme"),
)
async def propose_campaign(call: Call[NewCampaign]) -> Reply:
    body = call.body
    async with call.transaction() as tx:
        made = await commands.propose(tx, body.programme, body.title, body.topic, body.origin, body.claim)
        return _reply(tx, made, 201)


@router.get(
    "/campaigns", allow=READERS, query=CampaignFilter, reply=CampaignList, summary="Campaigns, last changed first"
)
async def list_campaigns(call: Call[Any, CampaignFilter]) -> Reply:
    paging = call.paging("changed_at", tuple[datetime, UUID])
    wanted = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.campaigns(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda campaign: (campaign.changed_at, campaign.id), total)
        items = [CampaignItem.model_validate(one, from_attributes=True) for one in shown]
        return tx.reply(200, CampaignList(items=items, page=page))


@router.get("/campaigns/{id}", allow=READERS, reply=CampaignView, summary="One campaign with its brief")
async def read_campaign(call: Call) -> Reply:
    async with call.transaction() as tx:
        campaign = await queries.campaign_by_id(tx, call.uuid("id"))
        own = {name: getattr(campaign, name) for name in CampaignView.model_fields if name != "actions"}
        at = f"{PREFIX}/campaigns/{campaign.id}"
        actions = [
            _action(tx, campaign.programme, "brief", f"{at}/brief", domain.refuse_briefing(campaign)),
            _action(tx, campaign.programme, "add-item", f"{at}/items", domain.refuse_item(campaign, 0)),
        ]
        return tx.reply(200, CampaignView(**own, actions=actions), version=campaign.version)


@router.command(
    "POST",
    "/campaigns/{id}/brief",
    allow=WRITERS,
    body=Brief,
    reply=CampaignRef,
    if_match=True,
    summary="Say what it is for, for whom, when, in which languages",
    errors=("campaign_ended", "before_start"),
)
async def brief_campaign(call: Call[Brief]) -> Reply:
    if call.body.ends < call.body.starts:
        raise invalid("/ends", "before_start", "It ends before it starts.")
    async with call.transaction() as tx:
        return _reply(tx, await commands.brief(tx, call.uuid("id"), call.body.model_dump()))


@router.command(
    "POST",
    "/campaigns/{id}/ending",
    allow=WRITERS,
    body=Ending,
    reply=CampaignRef,
    if_match=True,
    summary="No more items come",
    errors=("campaign_ended", "items_waiting"),
)
async def end_campaign(call: Call[Ending]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.end(tx, call.uuid("id"), call.body.end))


@router.command(
    "POST",
    "/campaigns/{id}/items",
    allow=WRITERS,
    body=NewItemBody,
    reply=ItemRef,
    status=201,
    summary="Add an item in one language",
    errors=("not_briefed", "language_not_briefed", "captions_missing", "too_many_items", "campaign_ended"),
)
async def draft_item(call: Call[NewItemBody]) -> Reply:
    body = call.body
    async with call.transaction() as tx:
        wanted = NewItem(body.language, body.platform, body.legal_class, body.content)
        return _item_reply(tx, await commands.draft(tx, call.uuid("id"), wanted), 201)


@router.get("/campaigns/{id}/items", allow=READERS, reply=ItemList, summary="Its items, oldest first; at most 200")
async def list_items(call: Call) -> Reply:
    async with call.transaction() as tx:
        campaign = await queries.campaign_by_id(tx, call.uuid("id"))
        return tx.reply(200, ItemList(items=[item_ref(item) for item in await queries.items(tx, campaign.id)]))


@router.get("/campaign-items/{id}", allow=READERS, reply=ItemView, summary="One item: content, members, reach")
async def read_item(call: Call) -> Reply:
    async with call.transaction() as tx:
        item = await queries.item_by_id(tx, call.uuid("id"))
        released = domain.is_released(item, await latest_release(tx, item.id), tx.now)
        members = members_view([Members((await space_by_id(tx, space)).members) for space in item.spaces])
        reach = reach_view((await queries.reach(tx, [item.id])).get(item.id, {}))
        return tx.reply(200, whole(item, released, members, reach, _actions(tx, item, released)), version=item.version)


@router.command(
    "PUT",
    "/campaign-items/{id}",
    allow=WRITERS,
    body=ContentBody,
    reply=ItemRef,
    if_match=True,
    summary="Write it anew; it goes through review again",
    errors=("not_now", "captions_missing"),
)
async def revise_item(call: Call[ContentBody]) -> Reply:
    async with call.transaction() as tx:
        return _item_reply(tx, await commands.revise(tx, call.uuid("id"), call.body.content))


@router.command(
    "POST",
    "/campaign-items/{id}/review",
    allow=WRITERS,
    reply=ItemRef,
    if_match=True,
    summary="Put it to review; a submission then names it as its question",
    errors=("not_now",),
)
async def review_item(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _item_reply(tx, await commands.put_to_review(tx, call.uuid("id")))


@router.command(
    "POST",
    "/campaign-items/{id}/schedule",
    allow=WRITERS,
    body=Schedule,
    reply=ItemRef,
    if_match=True,
    summary="Give what is released a time and its spaces",
    errors=("not_now", "not_released", "in_the_past", "space_unknown", "other_programme"),
)
async def schedule_item(call: Call[Schedule]) -> Reply:
    async with call.transaction() as tx:
        made = await commands.schedule(tx, call.uuid("id"), call.body.at, tuple(dict.fromkeys(call.body.spaces)))
        return _item_reply(tx, made)


@router.command(
    "POST",
    "/campaign-items/{id}/going-live",
    allow=WRITERS,
    body=GoingLive,
    reply=ItemRef,
    if_match=True,
    summary="Say that it was posted; what no release covers is recalled",
    errors=("not_now", "in_the_future", "programme_not_running"),
)
async def item_goes_live(call: Call[GoingLive]) -> Reply:
    async with call.transaction() as tx:
        return _item_reply(tx, await commands.go_live(tx, call.uuid("id"), call.body.at or tx.now, call.body.link))


@router.command(
    "PUT",
    "/campaign-items/{id}/reach/{week}",
    allow=WRITERS,
    body=ReachBody,
    reply=ItemRef,
    if_match=True,
    summary="What the platform measured in one week; said again, it takes the place of what was said",
    errors=("never_live", "not_between"),
)
async def measure_item(call: Call[ReachBody]) -> Reply:
    async with call.transaction() as tx:
        measured = Reach(**call.body.model_dump())
        return _item_reply(tx, await commands.measure(tx, call.uuid("id"), call.text("week"), measured))


@router.get("/campaign-items/{id}/reach", allow=READERS, reply=WeekList, summary="What was measured, by week")
async def read_reach(call: Call) -> Reply:
    async with call.transaction() as tx:
        item = await queries.item_by_id(tx, call.uuid("id"))
        weeks = (await queries.reach(tx, [item.id])).get(item.id, {})
        return tx.reply(200, WeekList(items=[WeekView(week=week, **vars(found)) for week, found in weeks.items()]))


@router.command(
    "POST",
    "/campaign-items/{id}/keeping",
    allow=WRITERS,
    reply=ItemRef,
    if_match=True,
    summary="It stays for good",
    errors=("not_now",),
)
async def keep_item(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _item_reply(tx, await commands.keep(tx, call.uuid("id")))


@router.command(
    "POST",
    "/campaign-items/{id}/withdrawal",
    allow=WRITERS,
    reply=ItemRef,
    if_match=True,
    summary="It is used no more, and was taken down where it stood",
    errors=("not_now",),
)
async def withdraw_item(call: Call) -> Reply:
    async with call.transaction() as tx:
        return _item_reply(tx, await commands.withdraw(tx, call.uuid("id")))


def _actions(tx: Tx, item: Item, released: bool) -> list[Action]:
    """What could be done with it, or why not."""
    rules: list[tuple[str, LotseError | None]] = [
        ("review", domain.refuse_review(item)),
        ("schedule", domain.refuse_scheduling(item, released)),
        ("going-live", domain.refuse_going_live(item)),
        ("keeping", domain.refuse_keeping(item)),
        ("withdrawal", domain.refuse_withdrawing(item)),
    ]
    return [_action(tx, item.programme, name, f"{ITEM}/{item.id}/{name}", reason) for name, reason in rules]


def _action(tx: Tx, programme: str, name: str, href: str, reason: LotseError | None) -> Action:
    missing = tx.actor.role_in(programme, WRITERS) is None
    code = "role_missing" if missing else reason.code if reason else None
    return Action(name=name, method="POST", href=href, allowed=code is None, reason=code)


def _reply(tx: Tx, campaign: Campaign, status: int = 200) -> Reply:
    location = f"{PREFIX}/campaigns/{campaign.id}" if status == 201 else None
    return tx.reply(status, ref(campaign), version=campaign.version, location=location)


def _item_reply(tx: Tx, item: Item, status: int = 200) -> Reply:
    location = f"{ITEM}/{item.id}" if status == 201 else None
    return tx.reply(status, item_ref(item), version=item.version, location=location)
