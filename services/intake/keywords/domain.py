"""Rules on keyword lists, and which phrase to type into which space.

A platform's search does not fold: it finds what is written as it was typed. So the spellings that people use for one
word are kept apart, grouped by their search key (`libs.text.folding`), and offered together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.kit.errors import Fault, Invalid
from libs.text.folding import fold
from libs.text.tags import primary, script
from services.intake.spaces.domain import Space

MOST_LISTS, MOST_PHRASES = 200, 100
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class KeywordList:
    """What is searched for in one language, for one community or (None) for all of them."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    community: str | None
    language: str
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Phrase:
    """One thing to search for: type `phrase`, then each of `spellings`, which a platform takes for something else."""

    language: str
    phrase: str
    spellings: tuple[str, ...]


def check(phrases: tuple[str, ...]) -> None:
    """Raises `Invalid` for a phrase that stands there twice; another spelling of the same word is welcome."""
    faults = [
        Fault(f"/phrases/{place}", "repeated", "This phrase stands in the list already.")
        for place, phrase in enumerate(phrases)
        if phrase in phrases[:place]
    ]
    if faults:
        raise Invalid("invalid_input", "Some of what was sent cannot be accepted.", errors=tuple(faults))


def meant_for(words: KeywordList, space: Space) -> bool:
    """Whether a list is searched for in a space: its community meets there, or it is for all, and its language is one
    of the space's, in the same script where both name one.
    """
    met = words.community is None or words.community in space.communities
    return met and any(_same(words.language, language) for language in space.languages)


def to_type(lists: Iterable[KeywordList]) -> list[Phrase]:
    """What to type, by language and search key, in the order of the lists."""
    grouped: dict[tuple[str, str], dict[str, None]] = {}
    for words in lists:
        for phrase in words.phrases:
            spellings = grouped.setdefault((words.language, fold(phrase)), {})
            spellings |= dict.fromkeys((phrase, *_typed(phrase, words.language)))
    return [Phrase(language, *_first(spellings)) for (language, _), spellings in grouped.items()]


def _first(spellings: dict[str, None]) -> tuple[str, tuple[str, ...]]:
    phrase, *others = spellings
    return phrase, tuple(others)


def _same(one: str, other: str) -> bool:
    scripts = {script(one), script(other)} - {None}
    return primary(one) == primary(other) and len(scripts) < 2


def _typed(phrase: str, language: str) -> Iterator[str]:
    """How people type it whose keyboard lacks the letters: without the marks, and German umlauts written out."""
    key = fold(phrase)
    if key.isascii() and not phrase.isascii():
        yield key
    if primary(language) == "de" and phrase.translate(_UMLAUTS) != phrase:
        yield phrase.translate(_UMLAUTS)
