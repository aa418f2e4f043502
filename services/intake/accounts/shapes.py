"""What goes in and out over HTTP for professional accounts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from libs.contracts.codes import Platform
from libs.contracts.intake_accounts import AccountCause, AccountRegard, AccountState
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Action, Body, HttpLink, Page, ShortText, View
from libs.edge.cursors import Paged

Languages = Annotated[tuple[LanguageTag, ...], Field(min_length=1, max_length=20)]
Notices = Annotated[dict[LanguageTag, HttpLink], Field(max_length=20)]
Times = Annotated[int, Field(ge=0, le=100_000)]
LABEL, LINK = "LaRA Beratung Anerkennung", "https://www.facebook.com/lara.beratung"
DESCRIBED: JsonDict = {
    "label": LABEL,
    "link": LINK,
    "languages": ["es", "de"],
    "notices": {"es": "https://lara.example.org/es/privacidad", "de": "https://lara.example.org/de/datenschutz"},
}
WEEK: JsonDict = {
    "regard": "welcome",
    "admin_requests": 2,
    "thanks": 14,
    "passed_on": 5,
    "removed": 0,
    "warnings": 0,
}


class Description(Body):
    """What people see of an account. `notices` links the privacy notice in each language it speaks."""

    model_config = ConfigDict(json_schema_extra={"examples": [DESCRIBED]})

    label: ShortText
    link: HttpLink | None = None
    languages: Languages
    notices: Notices = Field(default_factory=dict)


class NewAccount(Description):
    """An account a programme wants to write with, labelled as its own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"programme": "lara", "platform": "facebook", **DESCRIBED}]}
    )

    programme: Code
    platform: Platform


class Move(Body):
    """The next state and why. Requested becomes live or retired; retired is the end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "blocked", "cause": "reported-by-users"}]})

    state: AccountState
    cause: AccountCause


class Noted(Body):
    """How the account stood: how it was met, how often an admin asked us, people thanked, passed our answers on, and
    comments were removed or warnings came."""

    model_config = ConfigDict(json_schema_extra={"examples": [WEEK]})

    regard: AccountRegard
    admin_requests: Times = 0
    thanks: Times = 0
    passed_on: Times = 0
    removed: Times = 0
    warnings: Times = 0


class AccountRef(View):
    id: UUID
    version: int


class AccountView(AccountRef):
    """`missing_notices` are the languages it speaks without a notice: it cannot go live before."""

    programme: str
    state: AccountState
    cause: AccountCause | None
    since: datetime
    platform: Platform
    label: str
    link: str | None
    languages: tuple[str, ...]
    notices: dict[str, str]
    missing_notices: tuple[str, ...]
    actions: list[Action]


class AccountList(View):
    items: list[AccountView]
    page: Page


class AccountFilter(Paged):
    programme: Code | None = None
    state: AccountState | None = None


class WeekView(View):
    model_config = ConfigDict(json_schema_extra={"examples": [{"week": "2026-W47", **WEEK}]})

    week: str
    regard: AccountRegard
    admin_requests: int
    thanks: int
    passed_on: int
    removed: int
    warnings: int


class WeekList(View):
    items: list[WeekView]
    page: Page
