"""What is done with campaigns and their items, from the idea to what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Land, LegalClass, Platform, Standing, Urgency
from libs.contracts.envelope import Fact, Forgettable
from libs.contracts.intake_campaigns import (
    CampaignBriefed,
    CampaignEnd,
    CampaignEnded,
    CampaignOrigin,
    CampaignProposed,
    ItemCleared,
    ItemDrafted,
    ItemKept,
    ItemMeasured,
    ItemPutToReview,
    ItemRecalled,
    ItemRevised,
    ItemScheduled,
    ItemWentLive,
    ItemWithdrawn,
    PostedItem,
)
from libs.contracts.matters import ReviewedMatter
from libs.contracts.topics import fact_topic
from libs.kit.clock import iso_week, local_day
from libs.kit.errors import Conflict, NotFound, invalid
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.accounts.domain import WEEK
from services.intake.campaigns import domain, queries
from services.intake.campaigns.domain import Campaign, Content, Item, Reach, State, Status
from services.intake.misinformation.queries import claim_by_id
from services.intake.postings.domain import standing as standing_of
from services.intake.postings.queries import latest_release
from services.intake.programmes.queries import policy_in_force
from services.intake.questions.commands import refuse
from services.intake.questions.deadlines import due
from services.intake.spaces.queries import space_by_id


@dataclass(frozen=True)
class NewItem:
    language: str
    platform: Platform
    legal_class: LegalClass
    content: Content


async def propose(
    tx: Tx, programme: str, title: str, topic: str, origin: CampaignOrigin, claim: UUID | None
) -> Campaign:
    """An idea, from demand; perhaps against a claim. Raises `Forbidden`, `Invalid`, `NotFound`."""
    tx.must_act_in(programme)
    if claim is not None and (await claim_by_id(tx, claim)).programme != programme:
        raise invalid("/claim", "other_programme", "This claim belongs to another programme.")
    made = Campaign(new_id(), programme, 1, tx.now, Status.IDEA, title, topic, origin, claim)
    await queries.add(tx, made)
    tx.emit(CampaignProposed(**_of(tx, made), origin=origin), id=made.id, version=1, programme=programme)
    return made


async def brief(tx: Tx, id: UUID, wanted: Mapping[str, Any]) -> Campaign:
    """Say what it is for, for whom, when, in which languages. Raises `Conflict`, `NotFound`, `Stale`."""
    campaign = await _load(tx, id)
    refuse(domain.refuse_briefing(campaign))
    changed = replace(campaign, status=Status.BRIEFED, **wanted)
    return await _say(tx, campaign, changed, CampaignBriefed(**_of(tx, campaign), languages=changed.languages))


async def end(tx: Tx, id: UUID, how: CampaignEnd) -> Campaign:
    """No more items come. Raises `Conflict`, `NotFound`, `Stale`."""
    campaign = await _load(tx, id)
    states = [item.state for item in await queries.items(tx, id)]
    refuse(domain.refuse_ending(campaign, states.count(State.SCHEDULED) + states.count(State.RECALLED)))
    return await _say(tx, campaign, replace(campaign, status=Status.ENDED), CampaignEnded(**_of(tx, campaign), end=how))


async def draft(tx: Tx, id: UUID, wanted: NewItem) -> Item:
    """A new item. Raises `Conflict`, `Invalid`, `NotFound`."""
    campaign = await queries.campaign_by_id(tx, id, lock=True)
    refuse(domain.refuse_item(campaign, len(await queries.items(tx, id))))
    if wanted.language not in campaign.languages:
        raise invalid("/language", "language_not_briefed", "The brief does not name this language.")
    domain.check_content(wanted.content)
    item = Item(
        id=new_id(),
        campaign=id,
        programme=campaign.programme,
        version=1,
        changed_at=tx.now,
        state=State.DRAFT,
        topic=campaign.topic,
        **vars(wanted),
    )
    await queries.add_item(tx, item)
    fact = ItemDrafted(**counted(tx, item), media=_kinds(item))
    tx.emit(fact, id=item.id, version=1, programme=item.programme, concerns=id)
    return item


async def revise(tx: Tx, id: UUID, content: Content) -> Item:
    """Write it anew; an earlier release does not cover it. Raises `Conflict`, `Invalid`, `NotFound`, `Stale`."""
    item = await _load_item(tx, id)
    refuse(domain.refuse_revising(item))
    domain.check_content(content)
    changed = domain.revised(item, content)
    return await _say_item(tx, item, changed, ItemRevised(**counted(tx, item), media=_kinds(changed)))


async def put_to_review(tx: Tx, id: UUID) -> Item:
    """Let it be judged like an answer: a submission then names it as its question. Raises `Conflict`, `NotFound`,
    `Stale`."""
    item = await _load_item(tx, id)
    refuse(domain.refuse_review(item))
    campaign = await queries.campaign_by_id(tx, item.campaign)
    fact = ItemPutToReview(
        **counted(tx, item), level=domain.LEVEL, legal_class=item.legal_class, urgency=Urgency.NORMAL
    )
    moment = due(tx.now, Urgency.NORMAL, campaign.starts, Land.UNKNOWN)
    matter = ReviewedMatter(text=item.content.whole, gist=campaign.aim, due_at=moment)
    return await _say_item(tx, item, domain.moved(item, State.IN_REVIEW), fact, item.id, matter)


async def schedule(tx: Tx, id: UUID, at: datetime, spaces: tuple[UUID, ...]) -> Item:
    """Give what is released a time and its spaces. Raises `Conflict`, `Invalid`, `NotFound`, `Stale`."""
    item = await _load_item(tx, id)
    release = await latest_release(tx, id)
    refuse(domain.refuse_scheduling(item, domain.is_released(item, release, tx.now)))
    assert release is not None
    if at < tx.now:
        raise invalid("/at", "in_the_past", "This moment has passed.")
    for number, space in enumerate(spaces):
        if (await space_by_id(tx, space)).programme != item.programme:
            raise invalid(f"/spaces/{number}", "other_programme", "This space belongs to another programme.")
    changed = domain.scheduled(item, at, spaces, release.submission)
    fact = ItemScheduled(**counted(tx, item), submission=release.submission, scheduled_week=iso_week(at))
    return await _say_item(tx, item, changed, fact)


async def go_live(tx: Tx, id: UUID, at: datetime, link: str | None) -> Item:
    """It was posted by hand; what no release covers is recalled at once, and an incident in review. Raises `Conflict`,
    `Invalid`, `NotFound`, `Stale`."""
    item = await _load_item(tx, id)
    refuse(domain.refuse_going_live(item))
    if at > tx.now:
        raise invalid("/at", "in_the_future", "This moment has not come yet.")
    dated = await policy_in_force(tx, item.programme, local_day(at))
    if dated is None:
        raise Conflict("programme_not_running", "The programme had no policy in force on that day.")
    release = await latest_release(tx, id)
    same = domain.is_released(item, release, at)
    standing = standing_of(dated.policy, item.legal_class, release, same, at)
    submission = release.submission if release else None
    changed = domain.gone_live(item, at, link, standing, submission)
    fact = ItemWentLive(**counted(tx, item), standing=standing, submission=submission)
    covered = standing in domain.COUNTS
    text = PostedItem(text=None if covered else item.content.whole)
    saved = await _say_item(tx, item, changed, fact, item.id, text)
    return saved if covered else await _recall(tx, saved, standing)


async def measure(tx: Tx, id: UUID, week: str, measured: Reach) -> Item:
    """What the platform measured in one week; said again, it takes the place of what was said. Raises `Conflict`,
    `Invalid`, `NotFound`, `Stale`."""
    if not WEEK.fullmatch(week):
        raise NotFound("not_found", "There is no such week; weeks are written 2026-W47.")
    item = await _load_item(tx, id)
    refuse(domain.refuse_measuring(item))
    assert item.live_at is not None
    if not iso_week(item.live_at) <= week <= iso_week(tx.now):
        raise invalid("/week", "not_between", "This week lies before it went live, or in the future.")
    before = (await queries.reach(tx, [id])).get(id, {}).get(week, Reach())
    await queries.measure(tx, item, week, measured)
    said = {f"reach_{name}": value for name, value in vars(measured).items()}
    said |= {f"reach_{name}_before": value for name, value in vars(before).items()}
    return await _say_item(tx, item, item, ItemMeasured(**counted(tx, item), measured_week=week, **said))


async def keep(tx: Tx, id: UUID) -> Item:
    """It stays for good. Raises `Conflict`, `NotFound`, `Stale`."""
    item = await _load_item(tx, id)
    refuse(domain.refuse_keeping(item))
    return await _say_item(tx, item, domain.moved(item, State.EVERGREEN), ItemKept(**counted(tx, item)))


async def withdraw(tx: Tx, id: UUID) -> Item:
    """It is used no more, and was taken down where it stood. Raises `Conflict`, `NotFound`, `Stale`."""
    item = await _load_item(tx, id)
    refuse(domain.refuse_withdrawing(item))
    return await _say_item(tx, item, domain.moved(item, State.WITHDRAWN), ItemWithdrawn(**counted(tx, item)))


async def recall(tx: Tx, submission: UUID) -> None:
    """Review withdrew a release: what rests on it is not posted, or is to be taken down."""
    for item in await queries.of_submission(tx, submission):
        if item.state in (State.SCHEDULED, State.LIVE, State.EVERGREEN):
            await _recall(tx, item, Standing.SUPERSEDED)


async def clear(tx: Tx, id: UUID) -> None:
    """Review cleared what stands there. An id that is no item's is none of ours."""
    item = await queries.find_item(tx, id, lock=True)
    if item is not None and item.state is State.RECALLED:
        await _say_item(tx, item, domain.moved(item, State.LIVE), ItemCleared(**counted(tx, item)))


async def _recall(tx: Tx, item: Item, standing: Standing) -> Item:
    fact = ItemRecalled(**counted(tx, item), standing=standing)
    return await _say_item(tx, item, domain.recalled(item, standing), fact)


def counted(tx: Tx, item: Item) -> dict[str, Any]:
    """The codes a fact about an item is counted by, as of now."""
    return {
        "week": iso_week(tx.now),
        "platform": item.platform,
        "language": item.language,
        "topic": fact_topic(item.topic),
    }


def _kinds(item: Item) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(medium.kind for medium in item.content.media))


def _of(tx: Tx, campaign: Campaign) -> dict[str, Any]:
    return {"week": iso_week(tx.now), "topic": fact_topic(campaign.topic)}


async def _load(tx: Tx, id: UUID) -> Campaign:
    campaign = await queries.campaign_by_id(tx, id, lock=True)
    tx.expect(campaign.version)
    return campaign


async def _load_item(tx: Tx, id: UUID) -> Item:
    item = await queries.item_by_id(tx, id, lock=True)
    tx.expect(item.version)
    return item


async def _say(tx: Tx, loaded: Campaign, changed: Campaign, fact: Fact) -> Campaign:
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save(tx, saved, loaded.version)
    tx.emit(fact, id=saved.id, version=saved.version, programme=saved.programme, after=loaded.changed_at)
    return saved


async def _say_item(
    tx: Tx, loaded: Item, changed: Item, fact: Fact, concerns: UUID | None = None, text: Forgettable | None = None
) -> Item:
    """The event concerns its campaign, or the item itself where review judges it."""
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save_item(tx, saved, loaded.version)
    tx.emit(
        fact,
        id=saved.id,
        version=saved.version,
        programme=saved.programme,
        concerns=concerns or saved.campaign,
        after=loaded.changed_at,
        forgettable=text,
    )
    return saved
