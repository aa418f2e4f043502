"""What goes in and comes out over HTTP for spaces."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from libs.contracts.codes import Access, Land, Platform, SizeClass, SpaceKind
from libs.contracts.space_codes import PostingRule, ProfessionFocus, SpaceReason, SpaceRisk, SpaceState
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Action, Body, MediumText, Page, ShortText, View
from libs.edge.cursors import Paged
from libs.edge.faults import Refused
from libs.text.redaction import RedactionFailed, redact


def _redacted(text: str) -> str:
    try:
        return redact(text).text
    except RedactionFailed:
        raise Refused("redaction_failed", "Personal data could not be looked for, so nothing was stored.") from None


# Words in which somebody could be named: what rules find of personal data goes before a transaction is open.
RedactedText = Annotated[MediumText, AfterValidator(_redacted)]
RedactedShort = Annotated[ShortText, AfterValidator(_redacted)]
EXAMPLE: JsonDict = {
    "programme": "fem-os",
    "platform": "facebook",
    "kind": "group",
    "name": "Frauen in Musterstadt",
    "languages": ["ar", "de"],
    "members": 3200,
    "access": "closed",
}
DESCRIPTION: JsonDict = {
    "name": "Pflegekräfte aus Syrien in Deutschland",
    "languages": ["ar", "de"],
    "members": 5600,
    "access": "closed",
    "region": "federal",
    "professions": ["care", "health"],
    "communities": ["syria"],
    "rules": ["no-advertising", "admins-approve-posts"],
    "risk": "low",
}
Languages = Annotated[tuple[LanguageTag, ...], Field(min_length=1, max_length=20)]
Members = Annotated[int, Field(ge=0, le=1_000_000_000)]
Professions = Annotated[tuple[ProfessionFocus, ...], Field(max_length=10)]
Communities = Annotated[
    tuple[Code, ...], Field(max_length=10, description="The programme's own codes for whom it meets there.")
]
Rules = Annotated[
    tuple[PostingRule, ...] | None,
    Field(max_length=10, description="What the space's rules say; null while nobody has read them."),
]
Place = Annotated[ShortText | None, Field(description="A town or district, where the space is about one.")]


class NewSpace(Body):
    """A group, page, channel, chat or forum where the target group already asks. Never a list of its members.

    Without a `state` it is one in which the work goes on already; a `candidate` is looked at first.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    programme: Code
    platform: Platform
    kind: SpaceKind
    name: ShortText
    languages: Languages
    members: Members
    access: Access
    state: Literal[SpaceState.CANDIDATE, SpaceState.ACTIVE] = SpaceState.ACTIVE
    region: Land = Land.UNKNOWN
    place: Place = None
    professions: Professions = ()
    communities: Communities = ()
    rules: Rules = None
    risk: SpaceRisk | None = None


class SpaceDescription(Body):
    """All that is known of a space, written anew; what is left out is known no more."""

    model_config = ConfigDict(json_schema_extra={"examples": [DESCRIPTION]})

    name: ShortText
    languages: Languages
    members: Members
    access: Access
    region: Land = Land.UNKNOWN
    place: Place = None
    professions: Professions = ()
    communities: Communities = ()
    rules: Rules = None
    risk: SpaceRisk | None = None


class SpaceMove(Body):
    """Refused, paused, lost and archived need a reason; the others take none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "lost", "reason": "space-closed"}]})

    state: SpaceState
    reason: SpaceReason | None = None


class SpaceRef(View):
    id: UUID
    version: int


class SpaceItem(View):
    id: UUID
    programme: str
    version: int
    platform: Platform
    kind: SpaceKind
    name: str
    languages: tuple[str, ...]
    members: int
    size_class: SizeClass
    access: Access
    state: SpaceState
    region: Land
    place: str | None
    professions: tuple[ProfessionFocus, ...]
    communities: tuple[str, ...]
    rules: tuple[PostingRule, ...] | None
    risk: SpaceRisk | None
    reason: SpaceReason | None


class SpaceView(SpaceItem):
    actions: list[Action]


class SpaceList(View):
    items: list[SpaceItem]
    page: Page


class SpaceFilter(Paged):
    """Filters combine with AND; `language` is any one of a space's languages."""

    programme: Code | None = None
    platform: Platform | None = None
    state: SpaceState | None = None
    region: Land | None = None
    size_class: SizeClass | None = None
    language: LanguageTag | None = None
