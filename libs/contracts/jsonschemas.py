"""JSON Schema (2020-12) of the whole CloudEvent, one per type, made from the fact's class.

The schema says what this release writes, so it is closed: a property it does not name is one this release never writes.
Readers are tolerant all the same (`libs.contracts.envelope.reading` ignores what it does not know). `data` is an
embedded schema with its own `$id`, the very URN that an event's `dataschema` names.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from libs.contracts.envelope import Envelope, Fact

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# Left out of the JSON when there is nothing to say, as CloudEvents asks; never written as null.
ABSENT_WHEN_NONE = ("causationid", "traceparent", "staff")

Schema = dict[str, Any]


class WithoutFieldTitles(GenerateJsonSchema):
    """A field's title would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def model_schema(cls: type[BaseModel]) -> Schema:
    """The closed schema of what a model writes, with its `$defs` inside."""
    schema = cls.model_json_schema(mode="serialization", schema_generator=WithoutFieldTitles)
    for part in (schema, *schema.get("$defs", {}).values()):
        if "properties" in part:
            part["additionalProperties"] = False
    return schema


def envelope_schema() -> Schema:
    """The CloudEvents attributes and our extensions, before any type narrows them."""
    schema = model_schema(Envelope)
    for name in ABSENT_WHEN_NONE:
        present = next(part for part in schema["properties"][name]["anyOf"] if part.get("type") != "null")
        schema["properties"][name] = present
    schema["required"] = [name for name in schema["properties"] if name not in ABSENT_WHEN_NONE]
    return schema


def event_schema(cls: type[Fact]) -> Schema:
    """The whole event of one type: what is fixed by the type is a constant, `data` is the fact."""
    schema = envelope_schema()
    properties = schema["properties"]
    properties["source"] = {"const": f"/services/{cls.owner}", "type": "string"}
    properties["type"] = {"const": cls.type, "type": "string"}
    properties["subject"] = {"pattern": f"^{cls.aggregate}/[a-z0-9-]{{2,40}}$", "type": "string"}
    properties["dataschema"] = {"const": f"urn:lotse:schema:{cls.type}", "type": "string"}
    properties["data"] = {"$id": f"urn:lotse:schema:{cls.type}", **model_schema(cls)}
    schema["description"] = cls.__doc__ or ""
    return {"$schema": DIALECT, "$id": f"urn:lotse:event:{cls.type}", **schema, "title": cls.__name__}
