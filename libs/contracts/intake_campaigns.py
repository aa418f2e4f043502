"""Facts of intake on campaigns: an idea, its brief, its items through review, and what was measured.

Members of a group and reach are two figures. No fact of a campaign holds members; reach has field names and a type of
its own, so that nobody adds the one to the other.
"""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from libs.contracts.codes import Standing
from libs.contracts.counting import Counted
from libs.contracts.envelope import Fact, Forgettable, fact
from libs.contracts.matters import ForReview, ReviewedMatter
from libs.contracts.types import FactTopic, IsoWeek, LanguageTag

Reach = Annotated[int, Field(ge=0, le=1_000_000_000, description="Measured by the platform; never members of a group.")]


class CampaignOrigin(StrEnum):
    """Where the demand was seen."""

    QUESTIONS = "questions"
    MISINFORMATION = "misinformation"
    PARTNER = "partner"
    SEASON = "season"


class CampaignEnd(StrEnum):
    DONE = "done"
    EVERGREEN = "evergreen"
    WITHDRAWN = "withdrawn"


class MediumKind(StrEnum):
    PICTURE = "picture"
    VIDEO = "video"
    AUDIO = "audio"


class OfCampaign(Fact):
    """A campaign runs on many platforms and in many languages; its items are counted by theirs."""

    week: IsoWeek
    topic: FactTopic


@fact("ev.intake.campaign.{id}.proposed.v1")
class CampaignProposed(OfCampaign):
    """Somebody had an idea, from demand."""

    origin: CampaignOrigin


@fact("ev.intake.campaign.{id}.briefed.v1")
class CampaignBriefed(OfCampaign):
    """Aim, audience, term and languages were set, or set anew."""

    languages: tuple[LanguageTag, ...]


@fact("ev.intake.campaign.{id}.ended.v1")
class CampaignEnded(OfCampaign):
    """No more items come."""

    end: CampaignEnd


@fact("ev.intake.campaign-item.{id}.drafted.v1")
class ItemDrafted(Counted):
    """An item in one language for one platform."""

    media: tuple[MediumKind, ...]


@fact("ev.intake.campaign-item.{id}.revised.v1")
class ItemRevised(Counted):
    """Its content was written anew; an earlier release does not cover it."""

    media: tuple[MediumKind, ...]


@fact(
    "ev.intake.campaign-item.{id}.put-to-review.v1",
    readers=("review", "reporting"),
    forgettable=ReviewedMatter,
    text_readers=("review",),
)
class ItemPutToReview(ForReview):
    """Text, captions and alternative texts go through the legal review of an answer."""


@fact("ev.intake.campaign-item.{id}.scheduled.v1")
class ItemScheduled(Counted):
    """It is released as it stands, and has a time."""

    submission: UUID
    scheduled_week: IsoWeek


class PostedItem(Forgettable):
    """What stands there, for the reviewer who must judge it; None where it is the released text."""

    text: str | None


@fact(
    "ev.intake.campaign-item.{id}.went-live.v1",
    readers=("review", "reporting"),
    forgettable=PostedItem,
    text_readers=("review",),
)
class ItemWentLive(Counted):
    """It was posted by hand."""

    standing: Standing
    submission: UUID | None


@fact("ev.intake.campaign-item.{id}.recalled.v1")
class ItemRecalled(Counted):
    """No release covers it, or no longer: it is to be taken down or written anew."""

    standing: Standing


@fact("ev.intake.campaign-item.{id}.cleared.v1")
class ItemCleared(Counted):
    """Review cleared what stands there."""


@fact("ev.intake.campaign-item.{id}.measured.v1")
class ItemMeasured(Counted):
    """What the platform measured in one week, and what was said of that week before."""

    measured_week: IsoWeek
    reach_views: Reach
    reach_viewers: Reach
    reach_interactions: Reach
    reach_views_before: Reach
    reach_viewers_before: Reach
    reach_interactions_before: Reach


@fact("ev.intake.campaign-item.{id}.kept.v1")
class ItemKept(Counted):
    """It stays for good."""


@fact("ev.intake.campaign-item.{id}.withdrawn.v1", readers=("review", "reporting"))
class ItemWithdrawn(Counted):
    """It is used no more."""
