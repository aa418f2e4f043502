"""Facts of the inventory of spaces, after a space was registered: its description, its state, its weeks.

The aggregate is the space, so no fact carries a count of what was found there: a week's number of questions beside the
facts of the questions of that week would lead back to the space they stand in. Counts stay with the space.
"""

from libs.contracts.codes import Access, Land, Platform, SizeClass
from libs.contracts.envelope import Fact, fact
from libs.contracts.space_codes import PostingRule, ProfessionFocus, SpaceReason, SpaceState, Tone
from libs.contracts.types import IsoWeek, LanguageTag


@fact("ev.intake.space.{id}.described.v1")
class SpaceDescribed(Fact):
    """What is known of a space was written anew, whole."""

    languages: tuple[LanguageTag, ...]
    region: Land
    professions: tuple[ProfessionFocus, ...]
    rules: tuple[PostingRule, ...]
    access: Access
    size_class: SizeClass


@fact("ev.intake.space.{id}.moved.v1")
class SpaceMoved(Fact):
    """The space is in another state."""

    platform: Platform
    size_class: SizeClass
    state: SpaceState
    state_before: SpaceState
    reason: SpaceReason | None


@fact("ev.intake.space.{id}.observed.v1")
class SpaceObserved(Fact):
    """Somebody wrote down what a week in the space was like, or corrected it."""

    week: IsoWeek
    platform: Platform
    size_class: SizeClass
    tone: Tone
    rules_changed: bool
    corrected: bool
