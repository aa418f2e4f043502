"""The codes a fact is counted by, so that counting needs no join, no ids and no order between streams."""

from libs.contracts.codes import Platform
from libs.contracts.envelope import Fact
from libs.contracts.types import FactTopic, IsoWeek, LanguageTag


class Counted(Fact):
    """As of the fact's own moment; `week` is its ISO week in the programme's time zone (Europe/Berlin)."""

    week: IsoWeek
    platform: Platform
    language: LanguageTag
    topic: FactTopic
