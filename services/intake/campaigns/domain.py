"""A campaign's life and its items', as pure functions.

Campaign: idea → briefed → ended. Item: draft → in-review → scheduled → live → evergreen, and withdrawn from anywhere;
recalled is what stands and is not covered. An item is released when review released exactly what it holds: text,
captions and alternative texts. A rule is `refuse_<verb>`: it returns why not, or None.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from libs.contracts.codes import LegalClass, Level, Platform, Standing
from libs.contracts.intake_campaigns import CampaignOrigin, MediumKind
from libs.kit.errors import Conflict, LotseError, invalid
from libs.text.comparison import matches
from libs.text.frame import Frame
from services.intake.postings.domain import Release

MOST_ITEMS = 200
LEVEL = Level.INFORMATION
COUNTS = (Standing.MATCHING, Standing.REVIEW_NOT_REQUIRED)


class Status(StrEnum):
    IDEA = "idea"
    BRIEFED = "briefed"
    ENDED = "ended"


class State(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in-review"
    SCHEDULED = "scheduled"
    LIVE = "live"
    EVERGREEN = "evergreen"
    RECALLED = "recalled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Members:
    """How many belong to the groups in which it stands. Nobody knows how many of them saw it: this is no reach."""

    members: int = 0

    def __add__(self, other: "Members") -> "Members":
        if not isinstance(other, Members):
            raise TypeError("members are added to members alone")
        return Members(self.members + other.members)


@dataclass(frozen=True)
class Reach:
    """What the platform measured. Viewers of two weeks may be the same people, so they are never added up."""

    views: int = 0
    viewers: int = 0
    interactions: int = 0

    def __add__(self, other: "Reach") -> "Reach":
        """The most viewers of one week stand for both: a lower bound, and nobody is counted twice."""
        if not isinstance(other, Reach):
            raise TypeError("reach is added to reach alone")
        viewers, interactions = max(self.viewers, other.viewers), self.interactions + other.interactions
        return Reach(self.views + other.views, viewers, interactions)


@dataclass(frozen=True)
class Medium:
    """By reference: the file lies elsewhere. `captions` are the words that are spoken."""

    kind: MediumKind
    reference: str
    alt_text: str
    captions: str | None = None


@dataclass(frozen=True)
class Campaign:
    id: UUID
    programme: str
    version: int
    changed_at: datetime
    status: Status
    title: str
    topic: str
    origin: CampaignOrigin
    claim: UUID | None = None
    aim: str | None = None
    audience: str | None = None
    languages: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True)
class Content:
    """What will be seen and heard of an item."""

    text: str
    media: tuple[Medium, ...] = ()

    @property
    def whole(self) -> str:
        """What review judges and releases, in one text."""
        parts = [self.text]
        for number, medium in enumerate(self.media, start=1):
            parts.append(f"[{medium.kind} {number}] {medium.alt_text}")
            parts += [f"[captions {number}] {medium.captions}"] if medium.captions else []
        return "\n\n".join(parts)


@dataclass(frozen=True)
class Item:
    """One content in one language for one platform. `spaces` are those of our inventory where it is to stand."""

    id: UUID
    campaign: UUID
    programme: str
    version: int
    changed_at: datetime
    state: State
    topic: str
    language: str
    platform: Platform
    legal_class: LegalClass
    content: Content
    spaces: tuple[UUID, ...] = ()
    scheduled_at: datetime | None = None
    live_at: datetime | None = None
    link: str | None = None
    submission: UUID | None = None
    standing: Standing | None = None


def check_content(content: Content) -> None:
    """What is spoken must be readable, too (BITV 2.0). Raises `Invalid`."""
    for number, medium in enumerate(content.media):
        if medium.kind is not MediumKind.PICTURE and medium.captions is None:
            raise invalid(f"/media/{number}/captions", "captions_missing", "What is spoken needs captions.")


# --- campaigns


def refuse_briefing(campaign: Campaign) -> LotseError | None:
    ended = campaign.status is Status.ENDED
    return Conflict("campaign_ended", "This campaign has ended.") if ended else None


def refuse_item(campaign: Campaign, there: int) -> LotseError | None:
    if campaign.status is Status.IDEA:
        return Conflict("not_briefed", "Say first what it is for, for whom, and in which languages.")
    if there >= MOST_ITEMS:
        return Conflict("too_many_items", f"A campaign has at most {MOST_ITEMS} items.")
    return refuse_briefing(campaign)


def refuse_ending(campaign: Campaign, waiting: int) -> LotseError | None:
    """`waiting` items are scheduled, or stand without being covered."""
    if waiting:
        return Conflict("items_waiting", "Items are scheduled or recalled; withdraw them first.")
    return refuse_briefing(campaign)


# --- items


def is_released(item: Item, release: Release | None, now: datetime) -> bool:
    """Whether review released exactly what the item holds, and has not taken it back."""
    if release is None or release.text is None or not release.holds_at(now):
        return False
    return matches([item.content.whole], release.text, Frame())


def refuse_revising(item: Item) -> LotseError | None:
    """What stands is not changed under the eyes of its readers: it is withdrawn, or recalled."""
    changeable = item.state in (State.DRAFT, State.IN_REVIEW, State.SCHEDULED, State.RECALLED)
    return None if changeable else _not_now(item)


def refuse_review(item: Item) -> LotseError | None:
    return None if item.state is State.DRAFT else _not_now(item)


def refuse_scheduling(item: Item, released: bool) -> LotseError | None:
    if item.state not in (State.IN_REVIEW, State.SCHEDULED):
        return _not_now(item)
    return None if released else Conflict("not_released", "Review has not released exactly this content.")


def refuse_going_live(item: Item) -> LotseError | None:
    """It stands already, so a missing release refuses nothing: it is recorded as what it is."""
    return None if item.state in (State.IN_REVIEW, State.SCHEDULED) else _not_now(item)


def refuse_measuring(item: Item) -> LotseError | None:
    return None if item.live_at is not None else Conflict("never_live", "It has never been live.")


def refuse_keeping(item: Item) -> LotseError | None:
    return None if item.state is State.LIVE else _not_now(item)


def refuse_withdrawing(item: Item) -> LotseError | None:
    return _not_now(item) if item.state is State.WITHDRAWN else None


def revised(item: Item, content: Content) -> Item:
    return replace(item, state=State.DRAFT, content=content, scheduled_at=None, submission=None, standing=None)


def scheduled(item: Item, at: datetime, spaces: tuple[UUID, ...], submission: UUID) -> Item:
    return replace(item, state=State.SCHEDULED, scheduled_at=at, spaces=spaces, submission=submission)


def gone_live(item: Item, at: datetime, link: str | None, standing: Standing, submission: UUID | None) -> Item:
    moved = replace(item, state=State.LIVE, live_at=at, link=link)
    return replace(moved, standing=standing, submission=submission)


def recalled(item: Item, standing: Standing) -> Item:
    """A scheduled one waits for review again; a live one is to be taken down."""
    if item.state is State.SCHEDULED:
        return replace(item, state=State.IN_REVIEW, scheduled_at=None, submission=None)
    return replace(item, state=State.RECALLED, standing=standing)


def moved(item: Item, state: State) -> Item:
    return replace(item, state=state)


def _not_now(item: Item) -> Conflict:
    return Conflict("not_now", "The item's state does not allow this.", state=item.state)
