"""Hypothesis strategies for every registered fact, made from the types of its fields."""

from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter

from libs.contracts.codes import Role
from libs.contracts.envelope import Envelope, Fact
from libs.contracts.registry import all_facts

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(version=4),
    bool: st.booleans(),
    date: st.dates(date(2020, 1, 1), date(2199, 12, 31)),
    type(None): st.none(),
}
CODES = st.from_regex(r"\A[a-z0-9-]{2,40}\Z")


def value(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that a fact's field may have."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _annotated(hint)
    if origin is tuple:
        return st.lists(value(get_args(hint)[0]), max_size=3).map(tuple)
    if origin in (Union, UnionType):
        return st.one_of(*map(value, get_args(hint)))
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return model(hint) if issubclass(hint, BaseModel) else PLAIN[hint]


def _annotated(hint: Any) -> st.SearchStrategy[Any]:
    """Read off the JSON Schema of the type: codes, a pattern, or bounds."""
    schema = TypeAdapter(hint).json_schema()
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        short = st.from_regex(rf"\A{schema['pattern'][1:-1]}\Z")
        return short.filter(lambda text: len(text) <= schema.get("maxLength", 200))
    return st.integers(schema["minimum"], schema["maximum"])


def model(cls: type[BaseModel]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls, include_extras=True)
    return st.builds(cls, **{name: value(hints[name]) for name in cls.model_fields})


FACTS: st.SearchStrategy[Fact] = st.one_of(*map(model, all_facts()))


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """An envelope around any fact, as a service would make it."""
    fact = draw(FACTS)
    identifier = draw(st.uuids(version=4).map(str) | CODES)
    return Envelope.model_validate(
        {
            "id": draw(st.uuids(version=4)),
            "source": f"/services/{fact.owner}",
            "type": fact.type,
            "subject": f"{fact.aggregate}/{identifier}",
            "time": draw(MOMENTS),
            "dataschema": f"urn:lotse:schema:{fact.type}",
            "programme": draw(CODES),
            "correlationid": draw(st.uuids(version=4).map(str) | CODES),
            "causationid": draw(st.none() | st.uuids(version=4)),
            "aggregateversion": draw(st.integers(1, 2**31 - 1)),
            "traceparent": draw(st.none() | st.from_regex(r"\A00-[0-9a-f]{32}-[0-9a-f]{16}-01\Z")),
            "staff": draw(st.none() | st.uuids(version=5)),
            "role": draw(st.sampled_from(Role)),
            "data": fact.model_dump(mode="json"),
        }
    )
