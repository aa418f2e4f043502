"""Golden samples: one minimal and one full event of each type, made once from the schema and then kept for ever.

Every later reader must still read every one of them, so a sample is never made again; where a type has grown, a further
full sample is put beside the old ones. Nothing here is random: the same class gives the same bytes.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.contracts.envelope import Envelope, Fact, encode
from libs.contracts.jsonschemas import Schema, model_schema

MOMENT = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
BY_FORMAT = {"uuid": "0193326a-9c00-7000-8000-000000000001", "date": "2026-11-16", "date-time": "2026-11-16T09:30:00Z"}


def fixed_id(words: str) -> UUID:
    """An identifier with the shape of a UUIDv7, made from words."""
    digest = int.from_bytes(hashlib.sha256(words.encode()).digest()[:10], "big")
    moment = int(MOMENT.timestamp() * 1000)
    return UUID(int=moment << 80 | 0x7 << 76 | (digest >> 68) << 64 | 0b10 << 62 | digest & (1 << 62) - 1)


def example(schema: Schema, root: Schema, full: bool) -> Any:
    """A value the schema allows: the least of it, or (`full`) with everything optional present."""
    if "$ref" in schema:
        return example(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, full)
    if "anyOf" in schema:
        wanted = next(part for part in schema["anyOf"] if (part.get("type") == "null") is not full)
        return example(wanted, root, full)
    if "enum" in schema:
        return schema["enum"][-1 if full else 0]
    if "const" in schema:
        return schema["const"]
    return _plain(schema, root, full)


def _plain(schema: Schema, root: Schema, full: bool) -> Any:
    match schema["type"]:
        case "object":
            return {name: example(part, root, full) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [example(schema["items"], root, last) for last in (False, True)] if full else []
        case "integer":
            return min(schema["minimum"] + 26, schema["maximum"]) if full else schema["minimum"]
        case "boolean":
            return full
        case "null":
            return None
        case _:
            return schema["examples"][0] if "examples" in schema else BY_FORMAT[schema["format"]]


def sample(cls: type[Fact], full: bool) -> bytes:
    """One event of this type, exactly as it would lie in the event table."""
    schema = model_schema(cls)
    fact = cls.model_validate_json(json.dumps(example(schema, schema, full)))
    name = "fem-os" if cls.aggregate == "programme" else str(fixed_id(f"{cls.aggregate} of {cls.owner}"))
    optional: dict[str, Any] = {
        "correlationid": str(fixed_id("question of intake")),
        "causationid": fixed_id("cause"),
        "traceparent": TRACEPARENT,
        "staff": fixed_id("staff"),
        "role": Role.COUNSELLOR,
    }
    return encode(
        Envelope.model_validate(
            {
                "id": fixed_id(f"{cls.type} {full}"),
                "source": f"/services/{cls.owner}",
                "type": cls.type,
                "subject": f"{cls.aggregate}/{name}",
                "time": MOMENT,
                "dataschema": f"urn:lotse:schema:{cls.type}",
                "programme": "fem-os",
                "aggregateversion": 1,
                "data": fact.model_dump(mode="json"),
                **(optional if full else {"correlationid": name, "role": Role.SYSTEM}),
            }
        )
    )


def shape(value: Any, path: str = "") -> frozenset[str]:
    """The places that are filled in a JSON value; two samples of one shape teach a reader the same."""
    if isinstance(value, dict):
        return frozenset().union(*(shape(inner, f"{path}/{name}") for name, inner in value.items())) | {path}
    if isinstance(value, list):
        return frozenset().union(*(shape(inner, f"{path}/*") for inner in value)) | {path}
    return frozenset({path} if value is not None else ())
