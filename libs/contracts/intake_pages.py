"""Facts of a programme's public page."""

from libs.contracts.envelope import Fact, fact
from libs.contracts.types import LanguageTag


@fact("ev.intake.page.{id}.published.v1")
class PagePublished(Fact):
    """A programme's public page was published, or anew; the words themselves are configuration, open to everyone."""

    languages: tuple[LanguageTag, ...]
    has_successor: bool
