"""Schemas and golden samples: what yesterday wrote is read today, and what changes incompatibly is a new major."""

import copy
import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import jsoncompat
import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]
from pydantic import Field, ValidationError, create_model

from libs.contracts import generate
from libs.contracts.codes import SizeClass
from libs.contracts.compatibility import breaks
from libs.contracts.envelope import FACTS, Fact, decode, encode, reading
from libs.contracts.intake import ProgrammeConfigured, QuestionCaptured, QuestionTriaged
from libs.contracts.jsonschemas import Schema, event_schema, model_schema
from libs.contracts.registry import all_facts

SAMPLES = sorted((generate.ROOT / generate.SAMPLES).glob("*/*.json"))
SCHEMAS = sorted((generate.ROOT / generate.SCHEMAS).glob("*.json"))


def sample_id(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(params=SAMPLES, ids=sample_id)
def raw(request: pytest.FixtureRequest) -> bytes:
    path: Path = request.param
    return path.read_bytes().rstrip(b"\n")


def test_every_type_has_a_schema_and_a_minimal_and_a_full_sample() -> None:
    assert [path.stem for path in SCHEMAS] == sorted(FACTS)
    assert {path.parent.name for path in SAMPLES} == set(FACTS)
    assert all((generate.ROOT / generate.SAMPLES / name / "minimal.json").exists() for name in FACTS)
    assert all((generate.ROOT / generate.SAMPLES / name / "full.json").exists() for name in FACTS)


def test_every_committed_sample_can_be_read_and_keeps_its_bytes(raw: bytes) -> None:
    envelope = decode(raw)
    assert reading(envelope) is not None
    assert encode(envelope) == raw
    assert envelope.consistent


def test_every_committed_sample_fits_its_committed_schema(raw: bytes) -> None:
    event = json.loads(raw)
    schema = json.loads((generate.ROOT / generate.SCHEMAS / f"{event['type']}.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(event)


def test_a_sample_with_fields_of_a_later_release_is_read_as_before(raw: bytes) -> None:
    event = json.loads(raw)
    later = {**event, "laterextension": "x", "data": {**event["data"], "later": {"nested": [1, 2]}}}
    assert reading(decode(json.dumps(later).encode())) == reading(decode(raw))


def test_fields_of_a_later_release_inside_a_nested_model_are_ignored_too() -> None:
    event = json.loads((generate.ROOT / generate.SAMPLES / ProgrammeConfigured.type / "full.json").read_text())
    event["data"]["policy"]["later"] = "x"
    assert reading(decode(json.dumps(event).encode())) is not None


def test_a_damaged_sample_is_refused_by_reader_and_schema(raw: bytes) -> None:
    event = json.loads(raw)
    schema = Draft202012Validator(event_schema(FACTS[event["type"]]), format_checker=FormatChecker())
    fields = FACTS[event["type"]].model_fields
    for name in event["data"]:
        missing = {**event, "data": {key: value for key, value in event["data"].items() if key != name}}
        wrong = {**event, "data": {**event["data"], name: "Amal Haddad, Köln"}}
        for damaged in (missing, wrong) if fields[name].is_required() else (wrong,):
            assert not schema.is_valid(damaged)
            with pytest.raises(ValidationError):
                reading(decode(json.dumps(damaged).encode()))


def test_cut_bytes_are_refused(raw: bytes) -> None:
    for length in (0, 1, len(raw) // 2, len(raw) - 1):
        with pytest.raises(ValidationError):
            decode(raw[:length])


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_no_schema_changed_incompatibly(path: Path) -> None:
    assert breaks(json.loads(path.read_text()), event_schema(FACTS[path.stem])) == []


@pytest.mark.parametrize("cls", list(all_facts()), ids=lambda cls: cls.type)
def test_the_schema_of_the_data_has_the_name_that_dataschema_says(cls: type[Fact]) -> None:
    schema = event_schema(cls)
    assert schema["properties"]["data"]["$id"] == schema["properties"]["dataschema"]["const"]


class FewerSizes(StrEnum):
    UNDER_10000 = "under-10000"
    UNDER_100000 = "under-100000"


MoreSizes = StrEnum("MoreSizes", {**{size.name: size.value for size in SizeClass}, "HUGE": "huge"})  # type: ignore[misc]


def changed(cls: type[Fact], **fields: Any) -> Schema:
    """The schema the class would have with fields added or replaced; a field set to None is removed."""
    kept = {name: (field.annotation, field) for name, field in cls.model_fields.items() if name not in fields}
    added = {name: field for name, field in fields.items() if field is not None}
    planted: type[Fact] = create_model(cls.__name__, __base__=Bare, __doc__=cls.__doc__, **(kept | added))
    planted.owner, planted.aggregate, planted.type = cls.owner, cls.aggregate, cls.type
    return event_schema(planted)


class Bare(Fact):
    """A fact without fields of its own."""


INCOMPATIBLE: dict[str, tuple[Schema, str]] = {
    "a field removed": (changed(QuestionCaptured, channel=None), "/data/channel: removed"),
    "a required field added": (changed(QuestionCaptured, mood=(bool, ...)), "/data/mood: now required"),
    "a vocabulary narrowed": (changed(QuestionCaptured, size_class=(FewerSizes, ...)), "from-100000 is gone"),
    "a vocabulary widened": (changed(QuestionCaptured, size_class=(MoreSizes, ...)), "code huge is new"),
    "a field that may now be empty": (
        changed(QuestionCaptured, size_class=(SizeClass | None, ...)),
        "size_class: anyOf",
    ),
    "a field that need not be there": (
        changed(QuestionCaptured, size_class=(SizeClass, SizeClass.UNDER_10000)),
        "no longer",
    ),
    "another type": (changed(QuestionTriaged, has_deadline=(int, ...)), "/data/has_deadline: type"),
    "wider bounds": (changed(ProgrammeConfigured, effective_from=(Annotated[int, Field(ge=0)], ...)), "effective_from"),
    "another pattern": (
        changed(QuestionTriaged, week=(Annotated[str, Field(pattern="^W")], ...)),
        "/data/week: pattern",
    ),
    "a list's items widened": (changed(QuestionTriaged, topics=(tuple[int, ...], ...)), "/data/topics"),
}
BASES: dict[str, type[Fact]] = {
    "QuestionCaptured": QuestionCaptured,
    "QuestionTriaged": QuestionTriaged,
    "ProgrammeConfigured": ProgrammeConfigured,
}


@pytest.mark.parametrize(("schema", "words"), INCOMPATIBLE.values(), ids=INCOMPATIBLE)
def test_an_incompatible_change_is_told_in_words(schema: Schema, words: str) -> None:
    assert any(words in told for told in breaks(event_schema(BASES[schema["title"]]), schema))


def test_an_optional_field_may_be_added() -> None:
    grown = changed(QuestionCaptured, reach=(SizeClass | None, None))
    assert breaks(event_schema(QuestionCaptured), grown) == []


def test_words_and_examples_may_change() -> None:
    other = copy.deepcopy(event_schema(QuestionCaptured))
    other["description"] = "Said better."
    assert breaks(event_schema(QuestionCaptured), other) == []


Side = Literal["serializer", "deserializer"]


def plain(cls: type[Fact], **fields: Any) -> str:
    """The data's schema alone, without the embedded `$id`, which the oracle does not follow."""
    schema = changed(cls, **fields)["properties"]["data"]
    return json.dumps({name: part for name, part in schema.items() if name != "$id"})


ORACLE: dict[str, tuple[Callable[[], str], Side]] = {
    "required added": (lambda: plain(QuestionCaptured, mood=(bool, ...)), "deserializer"),
    "vocabulary narrowed": (lambda: plain(QuestionCaptured, size_class=(FewerSizes, ...)), "deserializer"),
    "vocabulary widened": (lambda: plain(QuestionCaptured, size_class=(MoreSizes, ...)), "serializer"),
    "may be empty": (lambda: plain(QuestionCaptured, size_class=(SizeClass | None, ...)), "serializer"),
    "removed": (lambda: plain(QuestionCaptured, channel=None), "deserializer"),
}


@pytest.mark.parametrize(("schema", "role"), ORACLE.values(), ids=ORACLE)
def test_an_independent_checker_refuses_the_same_changes(schema: Callable[[], str], role: Side) -> None:
    old = json.dumps(model_schema(QuestionCaptured))
    assert not jsoncompat.check_compat(old, schema(), role)


def test_an_independent_checker_lets_the_optional_field_through() -> None:
    grown = plain(QuestionCaptured, reach=(SizeClass | None, None))
    assert jsoncompat.check_compat(json.dumps(model_schema(QuestionCaptured)), grown, "deserializer")
