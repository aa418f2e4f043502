"""The table of rights is whole, lets nobody do what her role must never do, and is what the services declare."""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from fastapi import FastAPI

from cli.local.secrets import Secrets
from libs.contracts.envelope import SERVICES
from libs.contracts.roles import Role
from libs.edge.openapi import document
from libs.edge.serving import Resource
from libs.kit.settings import Settings
from tests.rights import table
from tests.rights.table import Row
from tests.rights.world import CASES

TRACE = "GET /reporting/v1/questions/{id}/trace"


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, FastAPI]:
    """The real applications; nothing of them is opened."""
    keys = Secrets(tmp_path_factory.mktemp("keys")).make_keys()

    def app(service: str) -> FastAPI:
        told = {"service": service, "environment": "test", "database_url": "postgresql:///none", "keys_dir": keys}
        made: FastAPI = import_module(f"services.{service}.app").build(Settings.model_validate(told))
        return made

    return {service: app(service) for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_declared_is_what_the_table_says(apps: Mapping[str, FastAPI], service: str) -> None:
    assert table.differences(table.rows(service), table.operations(apps[service])) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_openapi_document_names_the_roles_of_the_table(apps: Mapping[str, FastAPI], service: str) -> None:
    endpoints = [getattr(route, "endpoint", None) for route in apps[service].routes]
    declared = [one.operation for found in endpoints if isinstance(found, Resource) for one in found.served.values()]
    said = json.loads(document(service, declared).body)["paths"]
    for operation in declared:
        row = table.rows(service)[f"{operation.method} {operation.path}"]
        security = said[operation.path][operation.method.lower()]["security"]
        roles = {role for one in security for role in one.get("oidc", [])}
        assert roles == set(row.may or ()), row.operation


def test_every_operation_of_a_service_has_something_to_be_asked() -> None:
    for service in SERVICES:
        own = {name for name in table.rows(service) if not name.startswith("GET /") or f"/{service}/v1/" in name}
        assert own - set(CASES[service]) == {f"GET /{service}/v1/openapi.json"}
        assert set(CASES[service]) <= set(table.rows(service))


def test_every_role_is_described_and_no_other_one_is_named() -> None:
    assert set(table.roles()) == set(Role)
    assert {role for _, row in table.every_row() for role in row.may or ()} <= set(Role)


def test_every_kind_a_role_must_never_touch_is_the_kind_of_an_operation() -> None:
    """A kind that nothing is of would forbid nothing."""
    touched = {kind for _, row in table.every_row() for kind in row.touches}
    assert {kind for role in table.roles().values() for kind in role.never} <= touched
    assert table.kinds_in_groups() <= touched
    assert all(row.touches for _, row in table.every_row() if row.may is not None)


def test_no_role_may_what_it_must_never() -> None:
    assert table.trespasses(row for _, row in table.every_row()) == []


def test_only_an_office_is_asked_for_its_office() -> None:
    for _, row in table.every_row():
        for_offices = row.may is not None and row.may != table.EVERYONE and "partner-office" in row.may
        assert for_offices == (row.other_office is not None) == (row.no_office is not None), row.operation


def changed(operation: str, **changes: object) -> dict[str, Row]:
    return {**table.rows("reporting"), operation: replace(table.rows("reporting")[operation], **changes)}  # type: ignore[arg-type]


def test_a_row_that_differs_is_found(apps: Mapping[str, FastAPI]) -> None:
    declared, rows = table.operations(apps["reporting"]), table.rows("reporting")
    more = changed(TRACE, may=frozenset({"auditor", "dpo", "funder"}))
    assert table.differences(more, declared) == [
        f"{TRACE}: the table says auditor, dpo, funder, it declares auditor, dpo"
    ]
    less = changed(TRACE, may=frozenset({"dpo"}))
    assert table.differences(less, declared) == [f"{TRACE}: the table says dpo, it declares auditor, dpo"]
    open_to_all = changed(TRACE, may=None)
    assert table.differences(open_to_all, declared) == [f"{TRACE}: the table says public, it declares auditor, dpo"]
    without = {name: row for name, row in rows.items() if name != TRACE}
    assert table.differences(without, declared) == [f"{TRACE}: the table does not know it"]
    assert table.differences(rows, {}) == [f"{name}: no service answers it" for name in rows]


def test_a_role_that_touches_what_it_must_never_is_found() -> None:
    assert table.trespasses([changed(TRACE, may=frozenset({"auditor", "admin"}))[TRACE]]) == [
        f"{TRACE}: admin must never touch history"
    ]
    assert table.trespasses([Row("GET /x", frozenset({"ba-expert"}), touches=("text", "place"))]) == [
        "GET /x: ba-expert must never touch place",
        "GET /x: ba-expert must never touch text",
    ]


def test_the_files_are_read_by_hand_and_hold_nothing_that_is_not_read() -> None:
    files = {path.stem for path in Path(table.FOLDER).iterdir()}
    assert {name.partition("_")[0] for name in files} == {*SERVICES, "pages", "roles"}
