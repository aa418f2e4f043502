"""The OpenAPI 3.1 document of a service, made from what its capabilities declare, with every status they may give."""

import hashlib
import inspect
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from pydantic_core import to_json

from libs.edge import forms
from libs.edge.examples import example
from libs.edge.http import Operation
from libs.edge.problems import MEDIA_TYPE, Problem
from libs.kit.transaction import Reply

Json = dict[str, Any]
NAMED = re.compile(r"{(\w+)}")
HEADERS: Json = {
    name: {"description": about, "schema": {"type": kind}}
    for name, kind, about in (
        ("ETag", "string", "The version, quoted; send it back as If-Match."),
        ("Location", "string", "Where what was made is found."),
        ("X-Trace-Id", "string", "Give this when you ask about a request."),
        ("Retry-After", "integer", "Seconds to wait before asking again."),
        ("Idempotency-Replayed", "string", "`true` when this Idempotency-Key was used before."),
    )
}
PARAMETERS: Json = {
    name.replace("-", ""): {"name": name, "in": "header", "required": required, "description": about, "schema": schema}
    for name, required, about, schema in (
        (
            "Idempotency-Key",
            True,
            "New for each intent, the same for each retry of it; kept for 24 hours.",
            {"type": "string", "pattern": "^[!-~]{1,200}$", "examples": ["0199f2a4-7b1e-7c3d-8e5f-2a6b4c8d0e1f"]},
        ),
        (
            "If-Match",
            True,
            "The ETag of what you have seen.",
            {"type": "string", "pattern": '^"(0|[1-9][0-9]{0,8})"$', "examples": ['"3"']},
        ),
        ("If-None-Match", False, "An ETag you have; the reply is 304 when nothing changed.", {"type": "string"}),
    )
}


def document(service: str, operations: Sequence[Operation]) -> Reply:
    """The document as a ready reply with an ETag."""
    raw = to_json(described(service, operations))
    return Reply(200, raw, {"ETag": f'"{hashlib.sha256(raw).hexdigest()[:32]}"'})


def described(service: str, operations: Sequence[Operation]) -> Json:
    """The document as plain data."""
    schemas = Schemas(operations)
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    statuses = sorted({status for operation in operations for status in problem_statuses(operation)})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Lotse {service}",
            "version": "1.0",
            "description": "Errors are RFC 9457 problems with a stable `code`. Retry with the same Idempotency-Key.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas.components(),
            "responses": {f"Problem{status}": _problem(status) for status in statuses},
            "headers": HEADERS,
            "parameters": PARAMETERS,
            "securitySchemes": {"oidc": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


class Schemas:
    """The JSON Schemas of all bodies, replies and queries, their shared parts hoisted to the components."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        wanted: dict[tuple[type[BaseModel], Any], None] = {(Problem, "serialization"): None}
        for operation in operations:
            wanted[operation.reply, "serialization"] = None
            wanted |= {(model, "validation"): None for model in (operation.body, operation.query) if model}
        self._references, made = models_json_schema(list(wanted), ref_template="#/components/schemas/{model}")
        self._schemas: Json = made["$defs"]
        _close(self._schemas)
        self._queries = {self._name(operation.query, "validation") for operation in operations if operation.query}

    def components(self) -> Json:
        """All but the queries, whose members are declared as parameters."""
        return {name: schema for name, schema in sorted(self._schemas.items()) if name not in self._queries}

    def content(self, model: type[BaseModel], mode: Any) -> Json:
        """The `content` of a JSON body or reply, with an example."""
        schema = {"$ref": self._references[model, mode]["$ref"]}
        return {"application/json": {"schema": schema, "example": example(schema, self._schemas)}}

    def parameters(self, query: type[BaseModel]) -> list[Json]:
        """The members of a query model as parameters. None means absent, so it is no value of theirs."""
        schema = self._schemas[self._name(query, "validation")]
        return [
            {"name": name, "in": "query", "required": name in schema.get("required", ()), **_parameter(member)}
            for name, member in schema["properties"].items()
        ]

    def _name(self, model: type[BaseModel], mode: Any) -> str:
        return str(self._references[model, mode]["$ref"].rpartition("/")[2])


def _close(node: Any) -> None:
    """Say that an object whose names have a form takes no others: pydantic refuses them and does not say so."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node.setdefault("additionalProperties", False)
        for value in node.values():
            _close(value)
    elif isinstance(node, list):
        for value in node:
            _close(value)


def _parameter(member: Json) -> Json:
    about = {"description": member["description"]} if "description" in member else {}
    schema = {key: value for key, value in member.items() if key not in ("title", "description")}
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) == 1:
        schema = {key: value for key, value in schema.items() if key != "anyOf"} | options[0]
    if schema.get("default", 0) in (None, [], ()):
        del schema["default"]
    if schema.get("type") != "array":
        return {**about, "schema": schema}
    # `state=` names one value, the empty one; who means none leaves the parameter out.
    return {**about, "style": "form", "explode": False, "schema": {"minItems": 1, **schema}}


def problem_statuses(operation: Operation) -> list[int]:
    """Every status other than success that an operation may answer with."""
    found = {400, 429, 503}
    if operation.allow is not None:
        found |= {401, 403}
    if "{" in operation.path:
        found |= {404, 410}
    if operation.method != "GET":
        found |= {404, 408, 409, 410, 413, 422}
    if operation.body:
        found.add(415)
    if operation.if_match:
        found |= {412, 428}
    return sorted(found)


def _operation(operation: Operation, schemas: Schemas) -> Json:
    made: Json = {
        "tags": [operation.tag],
        "operationId": f"{operation.tag}_{operation.handler.__name__}".replace("-", "_"),
        "summary": operation.summary,
        "parameters": _parameters(operation, schemas),
        "responses": _responses(operation, schemas),
        # Any one of the roles is enough; OpenAPI 3.1 lets a scheme list the role it needs.
        "security": [{"oidc": [role]} for role in operation.allow] if operation.allow is not None else [{}],
    }
    if about := inspect.getdoc(operation.handler):
        made["description"] = about
    if operation.errors:
        made["x-problem-codes"] = sorted(operation.errors)
    if operation.body:
        content = schemas.content(operation.body, "validation")
        made["requestBody"] = {"required": True, "content": _taken(operation, content)}
    return made


def _taken(operation: Operation, content: Json) -> Json:
    return content | dict.fromkeys(forms.TYPES, content["application/json"]) if operation.form else content


def _parameters(operation: Operation, schemas: Schemas) -> list[Json]:
    made: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": _path_schema(name)}
        for name in NAMED.findall(operation.path)
    ]
    if operation.query:
        made += schemas.parameters(operation.query)
    named = {
        "IdempotencyKey": operation.idempotent,
        "IfMatch": operation.if_match,
        "IfNoneMatch": operation.method == "GET",
    }
    return made + [{"$ref": f"#/components/parameters/{name}"} for name, wanted in named.items() if wanted]


def _path_schema(name: str) -> Json:
    if name == "id" or name.endswith("_id"):
        return {"type": "string", "format": "uuid"}
    return {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$"}


def _responses(operation: Operation, schemas: Schemas) -> Json:
    names = ["X-Trace-Id", "ETag"]
    if operation.method != "GET":
        names += ["Location", "Idempotency-Replayed"]
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    page: Json = {"text/html": {"schema": {"type": "string"}}}
    content = page if operation.html else schemas.content(operation.reply, "serialization")
    made: Json = {str(operation.status): {"description": "Done.", "headers": headers, "content": content}}
    if operation.method == "GET":
        made["304"] = {"description": "Nothing changed since the ETag you sent."}
    for status in problem_statuses(operation):
        made[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return made


def _problem(status: int) -> Json:
    names = ["X-Trace-Id"] + (["Retry-After"] if status in (409, 429, 503) else [])
    return {
        "description": f"{HTTPStatus(status).phrase}.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
