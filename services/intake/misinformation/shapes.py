"""What goes in and comes out over HTTP for claims and their sightings."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import LegalClass, Platform, SizeClass, Standing, Urgency
from libs.contracts.intake_misinformation import ReplyKind, Verdict
from libs.contracts.types import Code, LanguageTag, TopicCode
from libs.edge.bodies import Action, Body, Day, HttpLink, MediumText, Page, View
from libs.edge.cursors import Paged
from services.intake.misinformation import domain
from services.intake.misinformation.domain import Claim, Sighting, Status, Variant

PREFIX = "/intake/v1"


class NewClaim(Body):
    """What is said, never who says it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "fem-os",
                    "topic": "a-costs",
                    "gist": "Die Anerkennung eines Abschlusses sei nur mit Visum möglich.",
                }
            ]
        }
    )

    programme: Code
    topic: TopicCode
    gist: Annotated[MediumText, Field(description="In German, in your own words.")]


class NewVariant(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"language": "de", "wording": "Ohne Visum prüft niemand dein Diplom!"}]}
    )

    language: LanguageTag
    wording: Annotated[MediumText, Field(description="As it goes round; personal data is taken out.")]


class NewSighting(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "variant": "0198c0de-0000-7000-8000-000000000003",
                    "space": "0198c0de-0000-7000-8000-000000000001",
                    "seen_on": "2026-11-23",
                }
            ]
        }
    )

    variant: UUID
    space: UUID
    link: HttpLink | None = None
    seen_on: Annotated[Day | None, Field(description="Counted by its week; without it, today.")] = None


class VerdictBody(Body):
    """`right` is affirmed where others say it; every other verdict is corrected."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verdict": "wrong"}]})

    verdict: Verdict


class NewCorrection(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"language": "de", "legal_class": "general-information", "urgency": "urgent"}]}
    )

    language: LanguageTag
    legal_class: LegalClass
    urgency: Urgency = Urgency.NORMAL


class ClaimRef(View):
    id: UUID
    version: int
    status: Status


class VariantRef(ClaimRef):
    """The claim at its new version, and the variant that was added."""

    variant: UUID


class ClaimItem(ClaimRef):
    """A claim in a list: codes, no words."""

    programme: str
    topic: str
    verdict: Verdict | None
    spotted_week: str
    changed_at: datetime


class VariantView(View):
    id: UUID
    language: str
    wording: str | None
    added_at: datetime


class ClaimView(ClaimItem):
    """A claim with its words, redacted; null once forgotten. `reply_kind` follows from the verdict."""

    gist: str | None
    variants: list[VariantView]
    reply_kind: ReplyKind | None
    actions: list[Action]


class ClaimList(View):
    items: list[ClaimItem]
    page: Page


class ClaimFilter(Paged):
    """Filters combine with AND."""

    programme: Code | None = None
    status: Status | None = None
    verdict: Verdict | None = None
    topic: TopicCode | None = None


class SightingRef(View):
    """`answered`: what our account posted there is covered by a release, or was cleared by review."""

    id: UUID
    version: int
    claim: UUID
    standing: Standing | None
    answered: bool
    repair: str | None


class SightingView(SightingRef):
    variant: UUID
    week: str
    platform: Platform
    language: str
    size_class: SizeClass
    space: UUID | None
    link: str | None
    seen_on: date | None
    correction: UUID | None
    kind: ReplyKind | None
    replied_at: datetime | None


class SightingList(View):
    items: list[SightingView]
    page: Page


class SightingFilter(Paged):
    repair: Literal["open"] | None = None


class SpreadRow(View):
    """What was seen of it in one week, language and platform; counts of posts, never of people."""

    week: str
    language: str
    platform: Platform
    sightings: int
    spaces: int
    replied: int


class SpreadView(View):
    """Newest week first. With 1,000 rows there may be more."""

    items: list[SpreadRow]


def ref(claim: Claim) -> ClaimRef:
    return ClaimRef.model_validate(claim, from_attributes=True)


def item(claim: Claim) -> ClaimItem:
    return ClaimItem.model_validate(claim, from_attributes=True)


def whole(claim: Claim, variants: list[Variant], actions: list[Action]) -> ClaimView:
    return ClaimView(
        **item(claim).model_dump(),
        gist=claim.gist,
        variants=[VariantView.model_validate(one, from_attributes=True) for one in variants],
        reply_kind=domain.reply_kind(claim.verdict) if claim.verdict else None,
        actions=actions,
    )


def sighting_ref(sighting: Sighting) -> SightingRef:
    return SightingRef.model_validate(sighting, from_attributes=True)


def sighting_view(sighting: Sighting) -> SightingView:
    return SightingView.model_validate(sighting, from_attributes=True)
