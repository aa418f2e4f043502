"""No field of any fact can hold free text: the log cannot forget, so nothing to be forgotten may enter it."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum, StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from annotated_types import Ge, Le
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from libs.contracts import codes, lands, roles, topics, types
from libs.contracts.envelope import AggregateId, Envelope, Fact
from libs.contracts.registry import all_facts
from libs.contracts.types import Code, Coded, Hours, Moment

SENTENCES = (
    "",
    "a",
    "Amal",
    "Amal Haddad",
    "amal haddad",
    "Köln",
    "أمل",
    "My husband has taken my passport, what can I do?",
    "amal@example.org",
    "+49 30 1234567",
    "amal_h",
    "ar\n",
    "x" * 41,
)


def free_text(hint: Any, path: str) -> Iterator[str]:
    """Every place under a type that could hold free text, as a path."""
    if get_origin(hint) is Annotated:
        base, *marks = get_args(hint)
        yield from () if _closed(base, _flat(marks)) else free_text(base, path)
    elif get_origin(hint) in (Union, UnionType, tuple):
        for part in get_args(hint):
            yield from free_text(part, path)
    elif isinstance(hint, type) and issubclass(hint, BaseModel):
        yield from free_text_in(hint, path)
    elif not _plain(hint):
        yield f"{path}: {hint}"


def free_text_in(model: type[BaseModel], path: str = "") -> Iterator[str]:
    for name, hint in get_type_hints(model, include_extras=True).items():
        if name in model.model_fields:
            yield from free_text(hint, f"{path or model.__name__}.{name}")


def _flat(marks: list[Any]) -> list[Any]:
    return [inner for mark in marks for inner in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]


def _closed(base: Any, marks: list[Any]) -> bool:
    """A string with the mark, a whole number with both bounds, or an aware moment."""
    if base is str:
        return any(isinstance(mark, Coded) for mark in marks)
    if base is int:
        return any(isinstance(mark, Ge) for mark in marks) and any(isinstance(mark, Le) for mark in marks)
    return base is datetime and AwareDatetime in marks


def _plain(hint: Any) -> bool:
    if hint in (UUID, bool, date, type(None), Ellipsis):
        return True
    if get_origin(hint) is Literal:
        return all(isinstance(value, str) for value in get_args(hint))
    return isinstance(hint, type) and issubclass(hint, StrEnum)


class Inside(BaseModel):
    remark: str


class Planted(Fact):
    note: str
    wish: str | None
    words: tuple[str, ...]
    inside: tuple[Inside, ...]
    extra: dict[str, str]
    anything: Any
    number: int
    since: Annotated[int, FieldInfo(ge=0)]
    amount: float
    moment: datetime
    raw: bytes


class Harmless(Fact):
    hours: Hours | None
    codes: tuple[Code, ...]
    moment: Moment
    seen: bool
    kind: Literal["one", "two"]


@pytest.mark.parametrize("cls", list(all_facts()), ids=lambda cls: cls.type)
def test_no_field_of_a_fact_can_hold_free_text(cls: type[Fact]) -> None:
    assert list(free_text_in(cls)) == []


def test_a_planted_field_for_free_text_is_found_wherever_it_hides() -> None:
    found = {place.split(":")[0] for place in free_text_in(Planted)}
    own = {f"Planted.{name}" for name in Planted.model_fields if name != "inside"}
    assert found == own | {"Planted.inside.remark"}


def test_closed_types_are_let_through() -> None:
    assert list(free_text_in(Harmless)) == []


def open_codes(hint: Any, path: str) -> Iterator[str]:
    """Places that take any lower-case word: the pattern of a code alone cannot tell `esf-plus` from `amal`."""
    if hint in (Code, AggregateId):
        yield path
    for part in get_args(hint) if get_origin(hint) is not Annotated else ():
        yield from open_codes(part, path)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        for name, inner in get_type_hints(hint, include_extras=True).items():
            yield from open_codes(inner, f"{hint.__name__}.{name}")


def test_only_the_funder_is_a_word_of_the_programmes_own() -> None:
    found = {place for cls in all_facts() for place in open_codes(cls, cls.__name__)}
    assert found == {"Policy.funder"}


def test_a_planted_word_of_ones_own_is_found() -> None:
    assert list(open_codes(Harmless, "")) == ["Harmless.codes"]


def coded_types() -> dict[str, Any]:
    named = {name: hint for name, hint in vars(types).items() if get_origin(hint) is Annotated}
    return {name: hint for name, hint in named.items() if get_args(hint)[0] is str} | {"AggregateId": AggregateId}


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("hint", coded_types().values(), ids=coded_types())
def test_a_coded_string_refuses_names_and_sentences(hint: Any, sentence: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(hint).validate_python(sentence)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("name", [name for name, field in Envelope.model_fields.items() if field.annotation is str])
def test_no_text_attribute_of_the_envelope_takes_a_sentence(name: str, sentence: str) -> None:
    hint = get_type_hints(Envelope, include_extras=True)[name]
    with pytest.raises(ValidationError):
        TypeAdapter(hint).validate_python(sentence)


def vocabularies() -> list[type[StrEnum]]:
    modules = (codes, lands, roles, topics)
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return sorted(
        (cls for cls in found if issubclass(cls, StrEnum) and cls is not StrEnum), key=lambda cls: cls.__name__
    )


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda cls: cls.__name__)
def test_every_code_is_short_lower_case_and_of_its_vocabulary_alone(vocabulary: type[Enum]) -> None:
    members = [str(code.value) for code in vocabulary.__members__.values()]
    assert all(TypeAdapter(Code).validate_python(code) for code in members)
    assert len(set(members)) == len(members)


def test_every_topic_is_a_code() -> None:
    assert all(TypeAdapter(Code).validate_python(topic) for topic in topics.TOPIC_CODES | topics.FACT_TOPICS)
