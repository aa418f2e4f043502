"""The table of rights, read from the files written by hand, and held against what the services declare.

Nothing here is taken from a service but what there is to call: who may is the table's word alone.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from libs.contracts.envelope import SERVICES
from libs.contracts.roles import Role
from libs.edge.http import Operation
from libs.edge.serving import Resource

FOLDER = Path(__file__).with_name("table")
UNSIGNED = frozenset({Role.HOLDER, Role.SYSTEM})
EVERYONE = frozenset(role for role in Role if role not in UNSIGNED)


@dataclass(frozen=True)
class Row:
    """One operation. `may` None is public; `foreign`, `other_office` and `no_office` say what others get instead."""

    operation: str
    may: frozenset[str] | None
    foreign: str | None = None
    touches: tuple[str, ...] = ()
    other_office: str | None = None
    no_office: str | None = None
    because: str = ""

    @property
    def method(self) -> str:
        return self.operation.split(" ")[0]

    @property
    def path(self) -> str:
        return self.operation.split(" ")[1]


@dataclass(frozen=True)
class Described:
    """A role as the field describes it; `never` are the kinds of operation it must not call."""

    may: str
    must_not: str
    never: frozenset[str]


@cache
def rows(service: str) -> dict[str, Row]:
    """What the table says of one service, by operation (`GET /intake/v1/spaces`)."""
    pages = {name.format(service=service): entry for name, entry in _read("pages").items()}
    own = {name: entry for path in FOLDER.glob(f"{service}*.toml") for name, entry in _read(path.stem).items()}
    return {name: _row(name, entry) for name, entry in {**pages, **own}.items()}


def every_row() -> list[tuple[str, Row]]:
    """(service, row), for all four."""
    return [(service, row) for service in SERVICES for row in rows(service).values()]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())


def _row(name: str, entry: Mapping[str, Any]) -> Row:
    may = entry["may"]
    rest: dict[str, Any] = {
        key: tuple(value) if key == "touches" else value for key, value in entry.items() if key != "may"
    }
    if may == "public":
        return Row(name, None, **rest)
    held = EVERYONE if may == "everyone" else frozenset(may)
    return Row(name, held, **rest)


@cache
def roles() -> dict[str, Described]:
    """What each role is for."""
    read = _read("roles")
    groups: dict[str, list[str]] = read["groups"]

    def kinds(names: Iterable[str]) -> frozenset[str]:
        return frozenset(kind for name in names for kind in groups.get(name, [name]))

    return {
        name: Described(role["may"], role["must_not"], kinds(role["never"])) for name, role in read["roles"].items()
    }


def kinds_in_groups() -> frozenset[str]:
    return frozenset(kind for group in _read("roles")["groups"].values() for kind in group)


def operations(app: FastAPI) -> dict[str, frozenset[str] | None]:
    """Everything a service answers, by operation, with the roles it declares; None where it asks nobody who she is."""
    found: dict[str, frozenset[str] | None] = {}
    for route in app.routes:
        endpoint = getattr(route, "endpoint", None)
        if isinstance(endpoint, Resource):
            found |= {f"{method} {endpoint.path}": _declared(one.operation) for method, one in endpoint.served.items()}
        elif isinstance(route, APIRoute):
            found |= {f"{method} {route.path}": None for method in route.methods or ()}
        else:
            raise AssertionError(f"nobody knows how to read the rights of {route!r}")
    return found


def _declared(operation: Operation) -> frozenset[str] | None:
    return frozenset(operation.allow) if operation.allow is not None else None


def differences(table: Mapping[str, Row], declared: Mapping[str, frozenset[str] | None]) -> list[str]:
    """Where the table and the services' declarations are not the same, in words."""
    found = [f"{name}: the table does not know it" for name in declared if name not in table]
    found += [f"{name}: no service answers it" for name in table if name not in declared]
    for name in sorted(set(table) & set(declared)):
        wanted, given = table[name].may, declared[name]
        if wanted != given:
            found.append(f"{name}: the table says {_words(wanted)}, it declares {_words(given)}")
    return found


def trespasses(table: Iterable[Row]) -> list[str]:
    """Where the table itself lets a role touch what it must never, in words."""
    found: list[str] = []
    for row in table:
        for role in sorted(row.may or frozenset()):
            touched = roles()[role].never & set(row.touches)
            found += [f"{row.operation}: {role} must never touch {kind}" for kind in sorted(touched)]
    return found


def _words(may: frozenset[str] | None) -> str:
    return "public" if may is None else ", ".join(sorted(may)) or "nobody"
