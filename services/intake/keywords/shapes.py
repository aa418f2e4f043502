"""What goes in and comes out over HTTP for keyword lists."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from libs.contracts.codes import Platform
from libs.contracts.space_codes import SpaceState
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Body, CleanText, Page, View
from libs.edge.cursors import Paged
from libs.edge.faults import Refused
from libs.text.redaction import RedactionFailed, contains_personal_data
from services.intake.keywords.domain import MOST_PHRASES


def _impersonal(phrase: str) -> str:
    try:
        found = contains_personal_data(phrase)
    except RedactionFailed:
        raise Refused("redaction_failed", "Personal data could not be looked for, so nothing was stored.") from None
    if found:
        raise Refused("personal_data", "A search for one person's data is none of ours.")
    return phrase


SearchPhrase = Annotated[str, StringConstraints(min_length=2, max_length=80), CleanText, AfterValidator(_impersonal)]
Phrases = Annotated[tuple[SearchPhrase, ...], Field(min_length=1, max_length=MOST_PHRASES)]


class NewList(Body):
    """Without a community the phrases are searched for in every space of the language."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "fem-os",
                    "community": "syria",
                    "language": "de",
                    "phrases": ["Anerkennung", "Zeugnis übersetzen"],
                }
            ]
        }
    )

    programme: Code
    community: Code | None = None
    language: LanguageTag
    phrases: Phrases


class ListBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"phrases": ["Anerkennung", "Gleichwertigkeit"]}]})

    phrases: Phrases


class ListRef(View):
    id: UUID
    version: int


class ListView(ListRef):
    programme: str
    community: str | None
    language: str
    phrases: tuple[str, ...]


class ListPage(View):
    items: list[ListView]
    page: Page


class ListFilter(Paged):
    programme: Code | None = None
    community: Code | None = None
    language: LanguageTag | None = None


class PhraseView(View):
    """Type `phrase`, then each of `spellings`: the platform's own search takes them for different words."""

    language: str
    phrase: str
    spellings: tuple[str, ...]


class SpacePhrases(View):
    """What to type into one space."""

    space: UUID
    platform: Platform
    name: str
    languages: tuple[str, ...]
    phrases: list[PhraseView]


class SpacePhrasesPage(View):
    items: list[SpacePhrases]
    page: Page


class SearchFilter(Paged):
    """The programme's spaces in one state, `active` unless another is named."""

    programme: Code
    state: SpaceState = SpaceState.ACTIVE
