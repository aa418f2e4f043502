"""Every SQL statement on campaigns, their items and their reach."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import LegalClass, Platform, Standing
from libs.contracts.intake_campaigns import CampaignOrigin, MediumKind
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.campaigns.domain import Campaign, Content, Item, Medium, Reach, State, Status
from services.intake.campaigns.tables import campaign, campaign_item, campaign_reach

COLUMNS = tuple(one.name for one in fields(Campaign))
ITEM = (*(one.name for one in fields(Item) if one.name != "content"), "text", "media")
MEASURED = tuple(one.name for one in fields(Reach))
CODES = {"state": State, "platform": Platform, "legal_class": LegalClass, "standing": Standing}
ONE = sa.select(campaign).where(campaign.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
ADD = sa.insert(campaign).values({name: bindparam(name) for name in COLUMNS})
SAVE = (
    sa.update(campaign)
    .where(campaign.c.id == bindparam("id"), campaign.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)
ONE_ITEM = sa.select(campaign_item).where(campaign_item.c.id == bindparam("id"))
ITEM_LOCKED = ONE_ITEM.with_for_update()
OF_CAMPAIGN = (
    sa.select(campaign_item).where(campaign_item.c.campaign == bindparam("about")).order_by(campaign_item.c.id)
)
OF_SUBMISSION = (
    sa.select(campaign_item)
    .where(campaign_item.c.submission == bindparam("about"))
    .order_by(campaign_item.c.id)
    .with_for_update()
)
ADD_ITEM = sa.insert(campaign_item).values({name: bindparam(name) for name in ITEM})
SAVE_ITEM = (
    sa.update(campaign_item)
    .where(campaign_item.c.id == bindparam("id"), campaign_item.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in ITEM if name != "id"})
)
REACH = (
    sa.select(campaign_reach)
    .where(campaign_reach.c.item == sa.func.any(sa.cast(bindparam("items"), sa.ARRAY(sa.Uuid))))
    .order_by(campaign_reach.c.week)
)
MEASURE = insert(campaign_reach).values({name: bindparam(name) for name in ("item", "week", "programme", *MEASURED)})
MEASURE = MEASURE.on_conflict_do_update(
    index_elements=["item", "week"], set_={name: MEASURE.excluded[name] for name in MEASURED}
)


async def campaign_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Campaign:
    """Raises `NotFound`, also for campaigns of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("campaign_unknown", "There is no campaign with this id.")
    return _campaign(row)


async def campaigns(
    tx: Tx, conditions: dict[str, object], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Campaign], int]:
    """One page, last changed first, one row more than asked for, and how many match, up to the cap."""
    wanted = sa.select(campaign)
    for name, value in conditions.items():
        wanted = wanted.where(campaign.c[name] == value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    place = (campaign.c.changed_at, campaign.c.id)
    if after is not None:
        wanted = wanted.where(sa.tuple_(*place) < sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(*(column.desc() for column in place)).limit(limit + 1))
    assert total is not None
    return [_campaign(row) for row in rows], total[0]


async def add(tx: Tx, made: Campaign) -> None:
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: Campaign, loaded: int) -> None:
    touched = await tx.execute(SAVE, **_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


async def item_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Item:
    """Raises `NotFound`."""
    found = await find_item(tx, id, lock=lock)
    if found is None:
        raise NotFound("item_unknown", "There is no item with this id.")
    return found


async def find_item(tx: Tx, id: UUID, *, lock: bool = False) -> Item | None:
    row = await tx.fetch_one(ITEM_LOCKED if lock else ONE_ITEM, id=id)
    return _item(row) if row else None


async def items(tx: Tx, about: UUID) -> list[Item]:
    """A campaign's items, oldest first; their number is bounded."""
    return [_item(row) for row in await tx.fetch(OF_CAMPAIGN, about=about)]


async def of_submission(tx: Tx, submission: UUID) -> list[Item]:
    """Locked: the items that rest on a submission's release."""
    return [_item(row) for row in await tx.fetch(OF_SUBMISSION, about=submission)]


async def add_item(tx: Tx, made: Item) -> None:
    await tx.execute(ADD_ITEM, **_item_values(made))


async def save_item(tx: Tx, changed: Item, loaded: int) -> None:
    touched = await tx.execute(SAVE_ITEM, **_item_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


async def reach(tx: Tx, of: Sequence[UUID]) -> dict[UUID, dict[str, Reach]]:
    """What was measured of items, by week."""
    found: dict[UUID, dict[str, Reach]] = {}
    for row in await tx.fetch(REACH, items=list(of)):
        found.setdefault(row["item"], {})[row["week"]] = Reach(**{name: row[name] for name in MEASURED})
    return found


async def measure(tx: Tx, item: Item, week: str, measured: Reach) -> None:
    """Write one week's reach, or write it anew."""
    await tx.execute(MEASURE, item=item.id, week=week, programme=item.programme, **asdict(measured))


def _values(made: Campaign) -> dict[str, Any]:
    return {name: getattr(made, name) for name in COLUMNS} | {"languages": list(made.languages)}


def _campaign(row: asyncpg.Record) -> Campaign:
    values = {name: row[name] for name in COLUMNS} | {"languages": tuple(row["languages"])}
    return Campaign(**values | {"status": Status(row["status"]), "origin": CampaignOrigin(row["origin"])})


def _item_values(made: Item) -> dict[str, Any]:
    own = {name: getattr(made, name) for name in ITEM if name not in ("text", "media")}
    media = [asdict(medium) for medium in made.content.media]
    return own | {"spaces": list(made.spaces), "text": made.content.text, "media": media}


def _item(row: asyncpg.Record) -> Item:
    values = {name: row[name] for name in ITEM if name not in ("text", "media")}
    for name, code in CODES.items():
        if values[name] is not None:
            values[name] = code(values[name])
    media = tuple(Medium(**one | {"kind": MediumKind(one["kind"])}) for one in row["media"])
    return Item(**values | {"spaces": tuple(row["spaces"]), "content": Content(row["text"], media)})
