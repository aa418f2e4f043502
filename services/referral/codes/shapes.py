"""What goes in and comes out over HTTP with one-time codes."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from libs.contracts.codes import OfficeKind
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Action, Body, View
from libs.edge.faults import Refused
from services.referral.codes import domain
from services.referral.codes.domain import TEXT_VERSION, ConsentKind
from services.referral.directory.domain import Notice
from services.referral.referrals.domain import Deletion, State
from services.referral.referrals.shapes import ReferralRef

EXAMPLE_CODE = domain.shown(domain.code_from(0x5A17_C0DE_0000_0000_001))


def _read(typed: str) -> str:
    code = domain.read(typed)
    if code is None:
        raise Refused("not_a_code", "This is not a code: a symbol is missing, too many, or misread.")
    return code


OneTimeCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60),
    AfterValidator(_read),
    Field(examples=[EXAMPLE_CODE], repr=False),
]


class CodeIssue(Body):
    """What she is told with the code; handing it over is her consent to that. The language is her question's, unless
    given."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"language": "ar"}]})

    language: LanguageTag | None = None
    text_version: Code = TEXT_VERSION


class HeldCode(Body):
    """A code as it is read from paper: case, gaps and look-alikes do not matter."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": EXAMPLE_CODE}]})

    code: OneTimeCode


class Release(HeldCode):
    """*May the office tell us?* With what she was told before she said yes; the language is her question's, unless
    given."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": EXAMPLE_CODE, "language": "ar"}]})

    language: LanguageTag | None = None
    text_version: Code = TEXT_VERSION


class IssuedCode(ReferralRef):
    """The code, this once. Asking again makes another one and ends this."""

    code: Annotated[str, Field(examples=[EXAMPLE_CODE], repr=False)]
    expires_at: datetime | None
    text_version: str
    language: str
    notices: list[Notice]


class OfficeAddress(View):
    """Where she was sent. A shelter's place is not among it."""

    name: str
    kind: OfficeKind
    street: str | None
    postcode: str | None
    city: str | None
    phone: str | None
    web: str | None
    hours: str | None
    notice: Notice | None


class CodeStatus(View):
    """What the holder of a code may know. `deletion` says whether the office has deleted what it held."""

    state: State
    expires_at: datetime | None
    office: OfficeAddress | None
    released: bool
    deletion: Deletion | None
    actions: list[Action]


class CodeEffect(View):
    """How it stands after what the holder did."""

    state: State
    released: bool
    deletion: Deletion | None


class ConsentText(View):
    kind: ConsentKind
    language: str
    text: str


class ConsentTexts(View):
    text_version: str
    items: list[ConsentText]
