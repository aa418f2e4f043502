"""The OpenAPI document is valid, whole and true: what it declares is what the service does."""

import re
from dataclasses import replace
from typing import Annotated, Any, Literal

import jsonschema_rs
import pytest
from pydantic import StringConstraints
from schemathesis.specs.openapi import definitions

from libs.edge.bodies import Body
from libs.edge.cursors import Query
from libs.edge.openapi import described, problem_statuses
from tests.libs.edge.sample_app import Sample, things

DOCUMENT = described("intake", things.operations)
METHODS = ("get", "post", "put", "delete")


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method]) for path, item in DOCUMENT["paths"].items() for method in METHODS if method in item
    ]


def test_the_document_is_valid_openapi_3_1() -> None:
    assert list(definitions.OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT)) == []
    broken = {**DOCUMENT, "info": {}}
    assert list(definitions.OPENAPI_31_VALIDATOR.iter_errors(broken)) != []


def test_every_schema_in_it_is_valid_json_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [*([node["$ref"]] if "$ref" in node else []), *(r for value in node.values() for r in references(value))]
    return [r for value in node for r in references(value)] if isinstance(node, list) else []


def test_every_reference_leads_somewhere_and_nothing_hides_definitions_of_its_own() -> None:
    for reference in references(DOCUMENT):
        node: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    assert "$defs" not in str(DOCUMENT)


def test_every_operation_has_its_own_id_and_summary() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids)) == len(things.operations)
    assert all(operation["summary"] for _, _, operation in operations())


def test_path_parameters_are_declared_with_their_form() -> None:
    for path, _, operation in operations():
        declared = {p["name"]: p["schema"] for p in operation["parameters"] if p.get("in") == "path"}
        assert set(declared) == set(re.findall(r"{(\w+)}", path))
    shown = DOCUMENT["paths"]["/intake/v1/things/{id}"]["get"]["parameters"][0]
    assert shown["schema"] == {"type": "string", "format": "uuid"}


def test_query_parameters_are_declared() -> None:
    listed = DOCUMENT["paths"]["/intake/v1/things"]["get"]["parameters"]
    declared = {parameter["name"]: parameter for parameter in listed if "name" in parameter}
    assert set(declared) == {"limit", "cursor", "colour", "owner"}
    assert declared["limit"]["schema"]["maximum"] == 200
    assert declared["owner"]["description"] == "Whose things."
    assert declared["owner"]["schema"] == {"type": "string", "format": "uuid"}
    assert (declared["colour"]["style"], declared["colour"]["explode"]) == ("form", False)
    assert "Filter" not in DOCUMENT["components"]["schemas"]


def test_commands_declare_their_headers_and_bodies() -> None:
    stored = DOCUMENT["paths"]["/intake/v1/things/{id}/closing"]["post"]
    named = {parameter.get("$ref", "").rpartition("/")[2] for parameter in stored["parameters"]}
    assert {"IdempotencyKey", "IfMatch"} <= named
    made = DOCUMENT["paths"]["/intake/v1/things"]["post"]
    assert made["requestBody"]["content"]["application/json"]["example"] == {"title": "A thing"}
    assert made["responses"]["201"]["content"]["application/json"]["example"]["version"] == 1
    assert made["x-problem-codes"] == ["known_thing"]
    search = DOCUMENT["paths"]["/intake/v1/things/search"]["post"]
    assert all("IdempotencyKey" not in parameter.get("$ref", "") for parameter in search["parameters"])


def test_roles_are_declared_as_alternatives() -> None:
    assert DOCUMENT["paths"]["/intake/v1/things/{id}"]["get"]["security"] == [
        {"oidc": ["counsellor"]},
        {"oidc": ["auditor"]},
    ]
    assert DOCUMENT["paths"]["/intake/v1/codes/{code}"]["get"]["security"] == [{}]


EXPECTED = {
    "list_things": {400, 401, 403, 429, 503},
    "show_thing": {400, 401, 403, 404, 410, 429, 503},
    "make_thing": {400, 401, 403, 404, 408, 409, 410, 413, 415, 422, 429, 503},
    "close_thing": {400, 401, 403, 404, 408, 409, 410, 412, 413, 422, 428, 429, 503},
    "show_code": {400, 404, 410, 429, 503},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_status_that_can_be_answered_is_declared(name: str) -> None:
    (operation,) = [operation for operation in things.operations if operation.handler.__name__ == name]
    assert set(problem_statuses(operation)) == EXPECTED[name]


def test_a_parameter_with_several_values_is_left_out_or_has_one() -> None:
    class Filtered(Query):
        state: tuple[Literal["open", "closed"], ...] = ()

    read = next(operation for operation in things.operations if operation.method == "GET")
    (parameters,) = [
        one["parameters"]
        for path in described("intake", [replace(read, query=Filtered)])["paths"].values()
        for one in path.values()
    ]
    (state,) = [parameter for parameter in parameters if parameter.get("name") == "state"]
    assert (state["required"], state["schema"]["minItems"], "default" in state["schema"]) == (False, 1, False)


def test_an_object_whose_names_have_a_form_takes_no_others() -> None:
    class Noticed(Body):
        notices: dict[Annotated[str, StringConstraints(pattern="^[a-z]{2}$")], str]

    command = next(operation for operation in things.operations if operation.body)
    made = described("intake", [replace(command, body=Noticed)])["components"]["schemas"]["Noticed"]
    notices = made["properties"]["notices"]
    assert (list(notices["patternProperties"]), notices["additionalProperties"]) == (["^[a-z]{2}$"], False)


def test_every_declared_problem_is_the_problem_schema() -> None:
    for _, _, operation in operations():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                said = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
                assert said["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_the_examples_hold_against_their_schemas() -> None:
    found = 0
    for name, schema in DOCUMENT["components"]["schemas"].items():
        for example in schema.get("examples", ()):
            whole = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
            jsonschema_rs.validate(whole, example)
            found += 1
    assert found >= 4


async def test_answers_hold_against_the_document(sample: Sample) -> None:
    answer = await sample.client.get("/intake/v1/things", headers=sample.signed_in())
    refused = await sample.client.get("/intake/v1/things?limit=0", headers=sample.signed_in())
    for name, said in (("Things", answer.json()), ("Problem", refused.json())):
        jsonschema_rs.validate({"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}, said)
