"""What goes in and comes out over HTTP for campaigns, their items and their reach."""

from datetime import date, datetime
from functools import reduce
from operator import add
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from libs.contracts.codes import LegalClass, Platform, Standing
from libs.contracts.intake_campaigns import CampaignEnd, CampaignOrigin, MediumKind
from libs.contracts.types import Code, IsoWeek, LanguageTag, TopicCode
from libs.edge.bodies import Action, Body, Day, HttpLink, Instant, LongText, MediumText, Page, ShortText, View
from libs.edge.cursors import Paged
from services.intake.campaigns import domain
from services.intake.campaigns.domain import Campaign, Content, Item, Medium, Members, State, Status

PREFIX = "/intake/v1"
Measured = Annotated[int, Field(ge=0, le=1_000_000_000)]
ITEM: JsonDict = {
    "text": "Ihre Arbeitszeit endet nicht, weil Sie dort wohnen.",
    "media": [
        {
            "kind": "video",
            "reference": "https://media.example.org/arbeitszeit-pl.mp4",
            "alt_text": "Eine Frau erklärt einen Stundenzettel.",
            "captions": "Schreiben Sie jede Stunde auf.",
        }
    ],
}


class NewCampaign(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "fem-os",
                    "title": "Arbeitszeit in der Live-in-Betreuung",
                    "topic": "c-pay-working-time",
                    "origin": "questions",
                }
            ]
        }
    )

    programme: Code
    title: ShortText
    topic: TopicCode
    origin: CampaignOrigin
    claim: Annotated[UUID | None, Field(description="The misinformation it is meant to answer.")] = None


class Brief(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "aim": "Live-in-Betreuungskräfte kennen ihre Arbeitszeit.",
                    "audience": "Betreuungskräfte aus Polen und Rumänien",
                    "languages": ["pl", "ro"],
                    "starts": "2026-12-01",
                    "ends": "2027-02-28",
                }
            ]
        }
    )

    aim: MediumText
    audience: MediumText
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1, max_length=60)]
    starts: Day
    ends: Day


class Ending(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"end": "done"}]})

    end: CampaignEnd


class MediumBody(Body):
    """By reference: the file lies elsewhere. Nobody is left out: an alternative text always, captions where spoken."""

    kind: MediumKind
    reference: HttpLink
    alt_text: MediumText
    captions: LongText | None = None


class ContentBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [ITEM]})

    text: LongText
    media: Annotated[tuple[MediumBody, ...], Field(max_length=10)] = ()

    @property
    def content(self) -> Content:
        return Content(self.text, tuple(Medium(**vars(medium)) for medium in self.media))


class NewItemBody(ContentBody):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"language": "pl", "platform": "facebook", "legal_class": "general-information", **ITEM}]
        }
    )

    language: LanguageTag
    platform: Platform
    legal_class: LegalClass


class Schedule(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"at": "2026-12-01T08:00:00Z", "spaces": ["0198c0de-0000-7000-8000-000000000001"]}]
        }
    )

    at: Instant
    spaces: Annotated[tuple[UUID, ...], Field(max_length=200)] = ()


class GoingLive(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"link": "https://www.facebook.com/beratung/posts/7"}]})

    at: Annotated[Instant | None, Field(description="Without it, now.")] = None
    link: HttpLink | None = None


class ReachBody(Body):
    """What the platform measured in this week alone. Members of a group are no reach and have no place here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"views": 5400, "viewers": 3100, "interactions": 120}]})

    views: Measured
    viewers: Measured
    interactions: Measured


class CampaignRef(View):
    id: UUID
    version: int
    status: Status


class CampaignItem(CampaignRef):
    programme: str
    title: str
    topic: str
    origin: CampaignOrigin
    claim: UUID | None
    languages: tuple[str, ...]
    starts: date | None
    ends: date | None
    changed_at: datetime


class MembersView(View):
    """Members of the spaces where it stands: an upper bound of who could see it, and no reach."""

    members: int
    spaces: int


class ReachView(View):
    """Measured by platforms. `viewers` is that of the strongest week, because two weeks may have the same viewers."""

    views: int
    viewers: int
    interactions: int
    weeks: int


class CampaignView(CampaignItem):
    aim: str | None
    audience: str | None
    actions: list[Action]


class CampaignList(View):
    items: list[CampaignItem]
    page: Page


class CampaignFilter(Paged):
    """Filters combine with AND."""

    programme: Code | None = None
    status: Status | None = None


class ItemRef(View):
    id: UUID
    version: int
    campaign: UUID
    state: State
    standing: Standing | None


class MediumView(View):
    kind: MediumKind
    reference: str
    alt_text: str
    captions: str | None


class ItemView(ItemRef):
    """`to_review` is the text a submission holds; `released` when review released exactly this."""

    programme: str
    language: str
    platform: Platform
    legal_class: LegalClass
    text: str
    media: list[MediumView]
    to_review: str
    released: bool
    scheduled_at: datetime | None
    live_at: datetime | None
    link: str | None
    standing_in: MembersView
    reach: ReachView
    actions: list[Action]


class ItemList(View):
    items: list[ItemRef]


class WeekView(View):
    week: IsoWeek
    views: int
    viewers: int
    interactions: int


class WeekList(View):
    """By week, oldest first."""

    items: list[WeekView]


def ref(campaign: Campaign) -> CampaignRef:
    return CampaignRef.model_validate(campaign, from_attributes=True)


def item_ref(item: Item) -> ItemRef:
    return ItemRef.model_validate(item, from_attributes=True)


def members_view(found: list[Members]) -> MembersView:
    return MembersView(members=sum(found, start=Members()).members, spaces=len(found))


def reach_view(weeks: dict[str, domain.Reach]) -> ReachView:
    return ReachView(**vars(reduce(add, weeks.values(), domain.Reach())), weeks=len(weeks))


def whole(item: Item, released: bool, members: MembersView, reach: ReachView, actions: list[Action]) -> ItemView:
    names = ("programme", "language", "platform", "legal_class", "scheduled_at", "live_at", "link")
    return ItemView(
        **item_ref(item).model_dump(),
        **{name: getattr(item, name) for name in names},
        text=item.content.text,
        media=[MediumView(**vars(medium)) for medium in item.content.media],
        to_review=item.content.whole,
        released=released,
        standing_in=members,
        reach=reach,
        actions=actions,
    )
