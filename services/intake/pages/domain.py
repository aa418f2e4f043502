"""What a programme tells everyone about itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from libs.contracts.intake import Policy
from libs.kit.errors import Fault, Invalid


@dataclass(frozen=True)
class Words:
    """The page's own words in one language."""

    language: str
    offer: str
    contact: str
    privacy: str


@dataclass(frozen=True)
class Successor:
    """Who goes on with the work when a programme has ended."""

    name: str
    link: str | None


@dataclass(frozen=True)
class PublicPage:
    """Version 0 is a page nobody has written yet."""

    programme: str
    version: int = 0
    changed_at: datetime | None = None
    name: str = ""
    funder: str = ""
    words: tuple[Words, ...] = ()
    successor: Successor | None = None

    def in_language(self, language: str) -> Words | None:
        return next((words for words in self.words if words.language == language), None)


def check_words(words: Iterable[Words], policy: Policy) -> None:
    """Each language once, each one of the programme's. Raises `Invalid`."""
    faults, seen = [], set[str]()
    for place, one in enumerate(words):
        if one.language in seen:
            faults.append(Fault(f"/texts/{place}/language", "repeated", "This language is there twice."))
        if one.language not in policy.languages:
            sentence = "The programme does not counsel in this language."
            faults.append(Fault(f"/texts/{place}/language", "language_not_offered", sentence))
        seen.add(one.language)
    if faults:
        raise Invalid("page_contradicts_itself", "The page and its programme do not fit.", errors=tuple(faults))


def missing(page: PublicPage, policy: Policy) -> tuple[str, ...]:
    """The programme's languages the page does not speak yet."""
    return tuple(language for language in policy.languages if page.in_language(language) is None)


def ended(policy: Policy, today: date) -> bool:
    """Whether the programme's term is over; its page stays."""
    return policy.term_end < today
