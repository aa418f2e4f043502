"""The types a fact's field may have. None can hold free text: every string is closed, patterned or a commitment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, WithJsonSchema

from libs.contracts.topics import FACT_TOPICS, TOPIC_CODES


@dataclass(frozen=True)
class Coded:
    """Marks a string type as unable to hold free text; the test over all fields looks for this mark."""

    why: str


def _known(codes: frozenset[str], value: str) -> str:
    if value not in codes:
        raise ValueError("not a code of the taxonomy")
    return value


# BCP-47 without private use: `x-anything-you-like` would be a place for free text.
LANGUAGE_PATTERN = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})?$"

LanguageTag = Annotated[
    str, StringConstraints(pattern=LANGUAGE_PATTERN, max_length=24), Coded("BCP-47 tag"), Field(examples=["ar"])
]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$"), Coded("code"), Field(examples=["fem-os"])]
IsoWeek = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])$"),
    Coded("ISO week"),
    Field(examples=["2026-W47"]),
]
Commitment = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Coded("HMAC-SHA256 under a random salt that lives in the forgettable part"),
    Field(examples=["0" * 64]),
]
TopicCode = Annotated[
    str,
    AfterValidator(lambda value: _known(TOPIC_CODES, value)),
    WithJsonSchema({"type": "string", "enum": sorted(TOPIC_CODES)}),
    Coded("topic"),
]
FactTopic = Annotated[
    str,
    AfterValidator(lambda value: _known(FACT_TOPICS, value)),
    WithJsonSchema({"type": "string", "enum": sorted(FACT_TOPICS)}),
    Coded("topic, sensitive clusters coarse"),
]
Hours = Annotated[int, Field(ge=0, le=1_000_000)]
# Of one question: beyond ten hours somebody typed something else.
Minutes = Annotated[int, Field(ge=0, le=600)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Year = Annotated[int, Field(ge=2000, le=2200)]
# A moment of configuration or of a staff decision; never the moment a person asked.
Moment = Annotated[datetime, AwareDatetime]
