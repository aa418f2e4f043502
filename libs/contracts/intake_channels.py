"""Facts of what a programme searches for in its spaces, and of where it decided to be."""

from enum import StrEnum

from libs.contracts.codes import Platform
from libs.contracts.envelope import Fact, fact
from libs.contracts.types import Count, IsoWeek, LanguageTag


class ChannelReason(StrEnum):
    """What decided for a platform."""

    TARGET_GROUP_THERE = "target-group-there"
    QUESTIONS_ASKED_THERE = "questions-asked-there"
    LANGUAGE = "language"
    DATA_PROTECTION = "data-protection"
    MODERATION = "moderation"
    PARTNER_THERE = "partner-there"
    STAFF_KNOWS_IT = "staff-knows-it"
    COST = "cost"
    FUNDER = "funder-asks"


class ChannelResult(StrEnum):
    """What a later look at a decision came to."""

    KEPT = "kept"
    CHANGED = "changed"
    DROPPED = "dropped"


@fact("ev.intake.keyword-list.{id}.written.v1")
class KeywordListWritten(Fact):
    """The phrases that are searched for in a language were written, or written anew."""

    language: LanguageTag
    phrases: Count


@fact("ev.intake.channel.{id}.decided.v1")
class ChannelDecided(Fact):
    """A programme compared platforms for a target group and chose one."""

    compared: tuple[Platform, ...]
    choice: Platform
    reason: ChannelReason
    review_week: IsoWeek


@fact("ev.intake.channel.{id}.reviewed.v1")
class ChannelReviewed(Fact):
    """The decision was looked at again; where it was kept, it has a next date."""

    choice: Platform
    result: ChannelResult
    review_week: IsoWeek | None
