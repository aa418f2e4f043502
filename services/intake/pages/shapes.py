"""What goes in and out over HTTP for public pages."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from libs.contracts.codes import Platform
from libs.contracts.types import LanguageTag
from libs.edge.bodies import Body, CleanText, HttpLink, MediumText, ShortText, View

ContactText = Annotated[str, StringConstraints(min_length=1, max_length=500), CleanText]
TEXT: JsonDict = {
    "language": "es",
    "offer": "Asesoramos gratis sobre el reconocimiento de títulos y la vida laboral en Alemania.",
    "contact": "Escríbanos un mensaje en Facebook o a consulta@lara.example.org.",
    "privacy": "https://lara.example.org/es/privacidad",
}
SUCCESSOR: JsonDict = {"name": "LaRA Plus", "link": "https://lara-plus.example.org"}


class PageText(Body):
    """The page in one language; `privacy` links the privacy notice in it."""

    model_config = ConfigDict(json_schema_extra={"examples": [TEXT]})

    language: LanguageTag
    offer: MediumText
    contact: ContactText
    privacy: HttpLink


class SuccessorBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [SUCCESSOR]})

    name: ShortText
    link: HttpLink | None = None


class NewPage(Body):
    """A programme's page, whole. Term and languages come from its policy, the accounts from their list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "LaRA", "funder": "IQ Förderprogramm", "texts": [TEXT], "successor": SUCCESSOR}]
        }
    )

    name: ShortText
    funder: ShortText
    texts: Annotated[tuple[PageText, ...], Field(min_length=1, max_length=40)]
    successor: SuccessorBody | None = None


class Published(View):
    """`missing_languages` are the programme's languages the page does not speak yet."""

    version: int
    missing_languages: tuple[str, ...]


class TextView(View):
    language: str
    direction: Literal["ltr", "rtl"]
    offer: str
    contact: str
    privacy: str
    href: str = Field(description="The page itself in this language, to be looked at.")


class ShownAccount(View):
    """An account that is or was ours; whoever writes in our name from another one is not us."""

    platform: Platform
    label: str
    link: str | None
    in_use: bool


class SuccessorView(View):
    name: str
    link: str | None


class PageView(View):
    programme: str
    version: int
    name: str
    funder: str
    term_start: date
    term_end: date
    ended: bool
    texts: list[TextView]
    missing_languages: tuple[str, ...]
    accounts: list[ShownAccount]
    successor: SuccessorView | None
