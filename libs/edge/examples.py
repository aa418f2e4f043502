"""An example for a JSON Schema: the one its author gave, else one made of the examples and forms of its members."""

from typing import Any

FORMS = {
    "uuid": "0199f2a4-7b1e-7c3d-8e5f-2a6b4c8d0e1f",
    "date-time": "2026-11-23T09:30:00Z",
    "date": "2026-11-23",
}
DEEPEST = 8


def example(schema: dict[str, Any], components: dict[str, Any], depth: int = 0) -> Any:
    """`components` are the schemas that a `$ref` may name."""
    schema = {**schema, **components[schema["$ref"].rpartition("/")[2]]} if "$ref" in schema else schema
    for said in ("examples", "enum"):
        if schema.get(said):
            return schema[said][0]
    for said in ("const", "default"):
        if said in schema:
            return schema[said]
    options = [option for kind in ("anyOf", "oneOf", "allOf") for option in schema.get(kind, ())]
    if options and depth > DEEPEST and {"type": "null"} in options:
        return None
    if options:
        return example(options[0], components, depth + 1)
    return _of_type(schema, components, depth)


def _of_type(schema: dict[str, Any], components: dict[str, Any], depth: int) -> Any:
    match schema.get("type"):
        case "object":
            members = schema.get("properties", {})
            return {name: example(member, components, depth + 1) for name, member in members.items()}
        case "array":
            many = schema.get("minItems", 1) if depth < DEEPEST and "items" in schema else 0
            return [example(schema["items"], components, depth + 1) for _ in range(many)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "string":
            return FORMS.get(schema.get("format", ""), "…")
    return None
