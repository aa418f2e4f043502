"""The AsyncAPI 3.0 document of everything on the bus, made from the registry.

One channel for each fact (its NATS subject, with the aggregate's id as parameter) and one for each service that sends
text that can be taken back; one operation for each service that sends or receives on a channel.
"""

import json
from typing import Any

from pydantic.json_schema import models_json_schema

from libs.contracts import samples
from libs.contracts.envelope import SERVICES, Fact, Forgettable
from libs.contracts.jsonschemas import Schema, WithoutFieldTitles, envelope_schema
from libs.contracts.registry import all_facts, facts_of, text_sources_for

SCHEMAS = "#/components/schemas/"
ID = {"description": "The aggregate's id, as in the event's subject `<aggregate>/<id>`."}
NATS = {"nats": {"bindingVersion": "0.1.0"}}


def document() -> dict[str, Any]:
    """The whole document, ready for `json.dumps`."""
    facts = list(all_facts())
    texts = {service: _texts_of(service) for service in SERVICES if _texts_of(service)}
    messages = {cls.__name__: _fact_message(cls) for cls in facts}
    messages |= {text.__name__: _text_message(text) for found in texts.values() for text in found}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lotse events",
            "version": "1.0.0",
            "description": "What the four services say to each other. Generated from libs/contracts; "
            "docs/events.md tells the same for people.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": _channels(facts, texts),
        "operations": _operations(facts, texts),
        "components": {"messages": messages, "schemas": _schemas(facts, texts)},
    }


def text_channel(service: str) -> str:
    """The channel's name under which a service's forgettable texts travel."""
    return f"forgettable.{service}"


def _texts_of(service: str) -> list[type[Forgettable]]:
    return [cls.forgettable for cls in facts_of(service) if cls.forgettable]


def _channels(facts: list[type[Fact]], texts: dict[str, list[type[Forgettable]]]) -> dict[str, Any]:
    channels: dict[str, Any] = {cls.type: _fact_channel(cls) for cls in facts}
    return channels | {text_channel(service): _text_channel(service, found) for service, found in texts.items()}


def _fact_channel(cls: type[Fact]) -> dict[str, Any]:
    return {
        "address": cls.subject,
        "description": f"{cls.__doc__} Stream EV_{cls.owner.upper()}.",
        "parameters": {"id": ID},
        "messages": {cls.__name__: {"$ref": f"#/components/messages/{cls.__name__}"}},
        "x-stream": f"EV_{cls.owner.upper()}",
    }


def _text_channel(service: str, found: list[type[Forgettable]]) -> dict[str, Any]:
    return {
        "address": f"forgettable.{service}.{{question}}.{{event}}",
        "description": "Text beside a fact. Only the owner's relay writes or erases here; "
        f"a forgotten text leaves a tombstone. Stream FORGETTABLE_{service.upper()}.",
        "parameters": {
            "question": {"description": "The id of the question it concerns: all of it is erased together."},
            "event": {"description": "The id of the event it travels beside, or `tombstone`."},
        },
        "messages": {text.__name__: {"$ref": f"#/components/messages/{text.__name__}"} for text in found},
        "x-stream": f"FORGETTABLE_{service.upper()}",
    }


def _operations(facts: list[type[Fact]], texts: dict[str, list[type[Forgettable]]]) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for service in SERVICES:
        for cls in facts:
            if cls.owner == service:
                operations[f"{service}.send.{cls.__name__}"] = _operation("send", cls.type, [cls.__name__])
            if service in cls.readers:
                operations[f"{service}.receive.{cls.__name__}"] = _operation("receive", cls.type, [cls.__name__])
        if service in texts:
            operations[f"{service}.send.texts"] = _operation("send", text_channel(service), _names(texts[service]))
        for source in text_sources_for(service):
            name = f"{service}.receive.texts-of-{source}"
            operations[name] = _operation("receive", text_channel(source), _names(texts[source]))
    return operations


def _names(texts: list[type[Forgettable]]) -> list[str]:
    return [text.__name__ for text in texts]


def _operation(action: str, channel: str, names: list[str]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
        "bindings": NATS,
    }


def _fact_message(cls: type[Fact]) -> dict[str, Any]:
    fixed = {
        "source": {"const": f"/services/{cls.owner}"},
        "type": {"const": cls.type},
        "dataschema": {"const": f"urn:lotse:schema:{cls.type}"},
        "data": {"$ref": f"{SCHEMAS}{cls.__name__}"},
    }
    return {
        "name": cls.type,
        "title": cls.__name__,
        "summary": cls.__doc__,
        "contentType": "application/cloudevents+json",
        "headers": {"$ref": f"{SCHEMAS}EventHeaders"},
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {"allOf": [{"$ref": f"{SCHEMAS}CloudEvent"}, {"type": "object", "properties": fixed}]},
        "examples": [{"name": "full", "payload": json.loads(samples.sample(cls, full=True))}],
    }


def _text_message(text: type[Forgettable]) -> dict[str, Any]:
    return {
        "name": text.__name__,
        "title": text.__name__,
        "summary": text.__doc__,
        "contentType": "application/json",
        "payload": {"$ref": f"{SCHEMAS}{text.__name__}"},
    }


def _schemas(facts: list[type[Fact]], texts: dict[str, list[type[Forgettable]]]) -> dict[str, Schema]:
    """Every class once, with references between them instead of copies."""
    models = [*facts, *(text for found in texts.values() for text in found)]
    _, top = models_json_schema(
        [(model, "serialization") for model in models],
        ref_template=f"{SCHEMAS}{{model}}",
        schema_generator=WithoutFieldTitles,
    )
    found: dict[str, Schema] = top["$defs"]
    cloud_event = envelope_schema()
    found |= cloud_event.pop("$defs")
    cloud_event["properties"]["role"] = {"$ref": f"{SCHEMAS}Role"}
    return dict(sorted(found.items())) | {"CloudEvent": cloud_event, "EventHeaders": _headers()}


def _headers() -> Schema:
    return {
        "type": "object",
        "required": ["Nats-Msg-Id", "Lotse-Seq", "Content-Type"],
        "properties": {
            "Nats-Msg-Id": {"type": "string", "format": "uuid", "description": "The event's id."},
            "Lotse-Seq": {"type": "string", "pattern": "^[0-9]+$", "description": "Its place in the service's log."},
            "Content-Type": {"const": "application/cloudevents+json"},
        },
    }
