"""Where no example was written, one is made that holds against its schema."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import jsonschema_rs
import pytest
from pydantic import BaseModel, Field, TypeAdapter

from libs.edge.bodies import Action, Page
from libs.edge.examples import example
from tests.libs.edge.sample_app import Colour, Corner, Round, Square
from tests.libs.edge.test_openapi import DOCUMENT, operations


class Whole(BaseModel):
    id: UUID
    at: datetime
    on: date
    colour: Colour
    kind: Literal["a", "b"]
    week: Annotated[str, Field(pattern="^[0-9]{4}-W[0-9]{2}$", examples=["2026-W47"])]
    count: Annotated[int, Field(ge=5)]
    share: float
    done: bool
    shape: Round | Square | None
    corners: Annotated[list[Corner], Field(min_length=2)]
    actions: tuple[Action, ...]
    page: Page
    text: str = "as usual"


class Tree(BaseModel):
    name: str
    branches: list["Tree"]
    trunk: "Tree | None"


@pytest.mark.parametrize("kind", [Whole, Tree, list[Whole], int | None, dict[str, int]], ids=str)
def test_an_example_holds_against_its_schema(kind: Any) -> None:
    schema = TypeAdapter(kind).json_schema(ref_template="#/components/schemas/{model}")
    components = schema.pop("$defs", {})
    made = example(schema, components)
    whole = {**schema, "components": {"schemas": components}}
    assert list(jsonschema_rs.Draft202012Validator(whole, validate_formats=True).iter_errors(made)) == []


def test_what_the_author_wrote_comes_first() -> None:
    assert example({"type": "string", "examples": ["ar"], "enum": ["de"]}, {}) == "ar"
    assert example({"type": "string", "enum": ["de"]}, {}) == "de"
    assert example({"$ref": "#/x/A"}, {"A": {"type": "object", "examples": [{"a": 1}]}}) == {"a": 1}


def test_every_body_and_every_reply_of_the_document_has_one() -> None:
    for path, method, operation in operations():
        content = [operation["requestBody"]] if "requestBody" in operation else []
        content += [answer for status, answer in operation["responses"].items() if status.startswith("20")]
        for part in content:
            media = part["content"]["application/json"]
            whole = {**media["schema"], "components": DOCUMENT["components"]}
            assert jsonschema_rs.is_valid(whole, media["example"]), (path, method)
