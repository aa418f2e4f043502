"""The AsyncAPI document holds together: every reference leads somewhere, and every reader and writer is in it."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from libs.contracts import asyncapi
from libs.contracts.envelope import SERVICES
from libs.contracts.registry import all_facts, text_sources_for

# The fixed fields of AsyncAPI 3.0.0 that this document uses; anything else must be an extension `x-…`.
FIELDS = {
    "root": {"asyncapi", "info", "defaultContentType", "channels", "operations", "components"},
    "channel": {"address", "description", "parameters", "messages"},
    "operation": {"action", "channel", "messages", "bindings"},
    "message": {"name", "title", "summary", "contentType", "headers", "correlationId", "payload", "examples"},
}


@pytest.fixture
def document() -> dict[str, Any]:
    return asyncapi.document()


def faults(document: dict[str, Any]) -> list[str]:
    """Everything in which a document breaks the structure of AsyncAPI 3.0."""
    found = [f"{path}: leads nowhere" for path in references(document) if not resolves(document, path)]
    found += _unknown("root", document)
    for name, channel in document["channels"].items():
        found += _unknown("channel", channel)
        if set(re.findall(r"{(\w+)}", channel["address"])) != set(channel["parameters"]):
            found.append(f"{name}: parameters are not those of the address")
    for name, operation in document["operations"].items():
        found += _unknown("operation", operation) + list(_operation_faults(name, operation))
    for message in document["components"]["messages"].values():
        found += _unknown("message", message)
    return found


def _unknown(kind: str, part: dict[str, Any]) -> list[str]:
    return [f"{kind}: {name} is no field" for name in part if name not in FIELDS[kind] and not name.startswith("x-")]


def _operation_faults(name: str, operation: dict[str, Any]) -> Iterator[str]:
    channel = operation["channel"]["$ref"]
    if operation["action"] not in ("send", "receive"):
        yield f"{name}: no such action"
    if any(not message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"]):
        yield f"{name}: a message is not of its channel"


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def resolves(document: dict[str, Any], path: str) -> bool:
    place: Any = document
    for name in path.removeprefix("#/").split("/"):
        if not isinstance(place, dict) or name not in place:
            return False
        place = place[name]
    return path.startswith("#/")


def test_the_document_keeps_to_the_structure_of_asyncapi(document: dict[str, Any]) -> None:
    assert faults(document) == []


def test_the_document_is_one_that_faststream_reads(document: dict[str, Any]) -> None:
    read = ApplicationSchema.model_validate(document)
    assert (len(read.channels), len(read.operations)) == (len(document["channels"]), len(document["operations"]))


def planted(document: dict[str, Any], how: str) -> dict[str, Any]:
    bad = copy.deepcopy(document)
    name, operation = next(iter(bad["operations"].items()))
    match how:
        case "reference":
            bad["components"]["messages"]["QuestionCaptured"]["headers"]["$ref"] = "#/components/schemas/Nothing"
        case "action":
            operation["action"] = "shout"
        case "channel":
            operation["channel"]["$ref"] = "#/channels/forgettable.intake"
        case "parameter":
            next(iter(bad["channels"].values()))["parameters"]["more"] = {}
        case "field":
            bad["operations"][name]["subscribe"] = {}
    return bad


@pytest.mark.parametrize("how", ["reference", "action", "channel", "parameter", "field"])
def test_a_planted_fault_is_found(document: dict[str, Any], how: str) -> None:
    assert faults(planted(document, how)) != []


def test_every_owner_sends_and_every_reader_receives(document: dict[str, Any]) -> None:
    wanted = {f"{cls.owner}.send.{cls.__name__}" for cls in all_facts()}
    wanted |= {f"{reader}.receive.{cls.__name__}" for cls in all_facts() for reader in cls.readers}
    wanted |= {f"{cls.owner}.send.texts" for cls in all_facts() if cls.forgettable}
    wanted |= {f"{service}.receive.texts-of-{source}" for service in SERVICES for source in text_sources_for(service)}
    assert set(document["operations"]) == wanted


def test_no_operation_lets_reporting_receive_a_text(document: dict[str, Any]) -> None:
    assert [name for name in document["operations"] if name.startswith("reporting.receive.texts")] == []


def test_every_example_fits_its_payload(document: dict[str, Any]) -> None:
    for message in document["components"]["messages"].values():
        schema = {"components": document["components"], **message["payload"]}
        for example in message.get("examples", ()):
            Draft202012Validator(schema, format_checker=FormatChecker()).validate(example["payload"])


def test_the_document_is_plain_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document)) == document
