"""The envelope is CloudEvents 1.0, its bytes are canonical, and what it says can be held against where it came by."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from libs.contracts import samples
from libs.contracts.envelope import FACTS, Envelope, Fact, decode, encode, fact, reading
from libs.contracts.intake import PostingRecorded, QuestionCaptured
from libs.contracts.registry import all_facts
from tests.libs.contracts.strategies import envelopes


def event(**changed: Any) -> Envelope:
    """A captured question; `changed` replaces attributes."""
    made = json.loads(samples.sample(QuestionCaptured, full=True)) | changed
    return Envelope.model_validate_json(json.dumps(made))


@given(envelopes())
@settings(max_examples=200, deadline=None)
def test_every_fact_comes_back_from_its_bytes_and_gives_the_same_bytes_again(envelope: Envelope) -> None:
    raw = encode(envelope)
    back = decode(raw)
    assert back == envelope
    assert encode(back) == raw
    read = reading(back)
    assert read is not None and read.model_dump(mode="json") == envelope.data


@given(envelopes())
@settings(max_examples=100, deadline=None)
def test_the_bytes_are_one_line_of_json_without_absent_attributes(envelope: Envelope) -> None:
    raw = encode(envelope)
    told = json.loads(raw)
    assert json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode() == raw
    assert None not in [value for name, value in told.items() if name != "data"]


@given(envelopes())
@settings(max_examples=100, deadline=None)
def test_an_envelope_names_the_subject_its_class_declares(envelope: Envelope) -> None:
    identifier = envelope.subject.split("/", 1)[1]
    assert envelope.bus_subject == FACTS[envelope.type].subject.replace("{id}", identifier)
    assert envelope.consistent


def test_attribute_names_are_those_cloudevents_allows() -> None:
    """CloudEvents 1.0.2: lower-case ASCII letters and digits, and no more than twenty of them."""
    assert [name for name in Envelope.model_fields if not re.fullmatch(r"[a-z0-9]{1,20}", name)] == []


def test_the_attributes_cloudevents_requires_are_always_there() -> None:
    told = json.loads(samples.sample(QuestionCaptured, full=False))
    assert {"specversion", "id", "source", "type"} <= told.keys()
    assert all(isinstance(told[name], str) and told[name] for name in ("id", "source", "type"))


def test_the_time_is_rfc3339_with_its_offset() -> None:
    told = json.loads(samples.sample(QuestionCaptured, full=True))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", told["time"])
    with pytest.raises(ValidationError):
        event(time="2026-11-16T09:30:00")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "amal"),
        ("source", "/services/elsewhere"),
        ("type", "lotse.intake.question.Captured.v1"),
        ("subject", "question/Amal Haddad"),
        ("aggregateversion", 0),
        ("aggregateversion", 2**31),
        ("traceparent", "who cares"),
        ("specversion", "0.3"),
        ("role", "friend"),
        ("data", None),
    ],
)
def test_an_attribute_out_of_form_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        event(**{name: value})


def test_attributes_this_release_does_not_know_are_ignored() -> None:
    assert event(comexampleextension="later") == event()


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "question/0193326a-9c00-7000-8000-00000000beef"},
        {"type": PostingRecorded.type},
        {"type": "lotse.review.question.captured.v1"},
    ],
)
def test_what_came_by_another_subject_than_its_body_says_is_told_by_comparing(changed: dict[str, str]) -> None:
    assert event(**changed).bus_subject != event().bus_subject


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "/services/review"},
        {"subject": "posting/0193326a-9c00-7000-8000-000000000001"},
        {"type": PostingRecorded.type},
        {"dataschema": f"urn:lotse:schema:{PostingRecorded.type}"},
    ],
)
def test_attributes_that_contradict_each_other_are_told(changed: dict[str, str]) -> None:
    assert event().consistent
    assert not event(**changed).consistent


def test_an_unknown_type_reads_as_nothing() -> None:
    assert reading(event(type="lotse.intake.question.painted.v1")) is None


@pytest.mark.parametrize("cls", list(all_facts()), ids=lambda cls: cls.type)
def test_a_type_its_subject_and_its_class_tell_the_same(cls: type[Fact]) -> None:
    _, owner, aggregate, _, name, major = cls.subject.split(".")
    assert cls.type == f"lotse.{owner}.{aggregate}.{name}.{major}"
    module = f"libs.contracts.{owner}"
    assert cls.__module__ == module or cls.__module__.startswith(f"{module}_"), (
        "one file for a capability that has many"
    )
    assert cls.readers and (owner not in cls.readers or owner == "reporting"), "only reporting keeps its own history"
    assert cls.__doc__ and cls.__doc__.rstrip().endswith((".", "`"))


@pytest.mark.parametrize("subject", ["ev.intake.question.{id}.captured.v1", "ev.kitchen.question.{id}.cooked.v1"])
def test_a_subject_cannot_be_taken_twice_nor_belong_to_nobody(subject: str) -> None:
    with pytest.raises(AssertionError):
        fact(subject)(type("Another", (Fact,), {}))
    assert FACTS["lotse.intake.question.captured.v1"] is QuestionCaptured
