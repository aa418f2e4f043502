"""Building blocks for request bodies and replies: strict models, and texts that hold nothing but text."""

from datetime import date, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from libs.edge.faults import MOMENT, Refused
from libs.text.controls import PROBLEMS, clean_problem


class Body(BaseModel):
    """What a command takes. Nothing is coerced, and an unknown member is refused, so that no typing error passes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class View(BaseModel):
    """What a reply holds."""

    model_config = ConfigDict(frozen=True)


def clean(text: str) -> str:
    """Text as a person can have meant it. Raises `Refused` for emptiness, controls, lone surrogates and bidi tricks."""
    problem = clean_problem(text)
    if problem is not None:
        raise Refused(problem.replace("-", "_"), PROBLEMS[problem])
    return text


def _link(link: str) -> str:
    try:
        parts = urlsplit(link)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound or not link.isprintable() or " " in link or "\\" in link:
        raise Refused("not_a_link", "A link is expected that begins with https:// or http://.")
    return link


def _written(moment: object) -> object:
    # pydantic would take a number, or a text of digits, for seconds since 1970.
    if not isinstance(moment, datetime) and not (isinstance(moment, str) and moment[4:5] == "-"):
        raise Refused("malformed", MOMENT)
    return moment


# Beyond these years a shift of zone or a day more overflows, and nothing that we record happens there.
_YEARS = range(1990, 2201)


def _moment(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise Refused("out_of_range", "This moment is outside what is accepted.")
    return moment


def _day(day: date) -> date:
    if day.year not in _YEARS:
        raise Refused("out_of_range", "This day is outside what is accepted.")
    return day


CleanText = AfterValidator(clean)
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200), CleanText]
MediumText = Annotated[str, StringConstraints(min_length=1, max_length=2_000), CleanText]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=20_000), CleanText]
HttpLink = Annotated[
    str,
    StringConstraints(min_length=8, max_length=2_000, pattern=r"^https?://"),
    AfterValidator(_link),
    Field(description="Begins with https:// or http://."),
]
Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_moment)]
Day = Annotated[date, AfterValidator(_day)]


class Action(View):
    """One thing that could be done with what is shown: how, and if not, why not. Clients hold no copy of the rules."""

    name: str = Field(examples=["take"])
    method: Literal["POST", "PUT", "DELETE"]
    href: str
    allowed: bool
    reason: str | None = Field(
        None, description="The code of the problem that the request would meet; only if not allowed."
    )


Relation = Literal["exact", "at_least"]


class Page(View):
    """Where a list goes on. `total` is exact to 10,000; beyond, `total_relation` says `at_least`."""

    next: str | None = Field(description="Cursor of the next page, or null on the last one.")
    limit: int
    total: int
    total_relation: Relation
