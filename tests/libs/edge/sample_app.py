"""A small service built with the real Router, edge, tokens and development issuer, for the tests of the HTTP edge."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from pydantic import AfterValidator, ConfigDict, Field
from starlette.applications import Starlette

from cli.local import devissuer
from cli.local.devissuer import Issuer, Person
from libs.edge import serving
from libs.edge.auth import Tokens
from libs.edge.bodies import Action, Body, HttpLink, Instant, LongText, Page, ShortText, View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Edge, Router
from libs.kit.database import Database
from libs.kit.errors import Conflict, Forbidden, Gone, Limited, NotFound, Stale
from libs.kit.settings import Settings
from libs.kit.transaction import Reply
from tests.stack.clock import HandClock

ISSUER = "http://127.0.0.1:8080"
AUDIENCE = "lotse"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = b"s" * 32
OFFICE = UUID("0199f2a4-0000-7000-8000-000000000001")
PEOPLE = {
    "amal": Person(name="Amal", roles={"fem-os": ["counsellor"]}, languages=["ar"]),
    "vera": Person(name="Vera", roles={"fem-os": ["auditor"], "lara": ["counsellor"]}),
    "nobody": Person(name="Nobody"),
    "office": Person(name="An office", roles={"fem-os": ["partner-office"]}, office=OFFICE),
}


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Corner(Body):
    x: Annotated[int, Field(ge=0, le=100)]
    y: Annotated[float, Field(gt=0)] = 1.0


class Round(Body):
    kind: Literal["round"]
    radius: Annotated[int, Field(ge=1)]


class Square(Body):
    kind: Literal["square"]
    corners: Annotated[list[Corner], Field(max_length=4)]


def _quoting(value: str) -> str:
    if value != "even":
        raise ValueError(f"{value} is odd")
    return value


class NewThing(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "A thing"}]})

    title: ShortText
    text: LongText | None = None
    link: HttpLink | None = None
    colour: Colour | None = None
    at: Instant | None = None
    owner: UUID | None = None
    shape: Annotated[Round | Square, Field(discriminator="kind")] | None = None
    parity: Annotated[str, AfterValidator(_quoting)] | None = None
    labels: Annotated[dict[str, Corner], Field(max_length=5, default_factory=dict)]
    tags: Annotated[list[ShortText], Field(min_length=1, max_length=3, default_factory=list)]


class Made(View):
    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [{"id": str(OFFICE), "version": 1}]})

    id: UUID
    version: int


class Thing(Made):
    model_config = ConfigDict(
        frozen=True, json_schema_extra={"examples": [{"id": str(OFFICE), "version": 1, "actions": []}]}
    )

    actions: list[Action] = Field(default_factory=list)


class Things(View):
    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {"items": [], "page": {"next": None, "limit": 50, "total": 0, "total_relation": "exact"}},
            ]
        },
    )

    items: list[Thing]
    page: Page


class Filter(Paged):
    colour: list[Colour] = Field(default_factory=list)
    owner: UUID | None = Field(None, description="Whose things.")


def encoded(status: int, view: View, version: int | None = None) -> Reply:
    return Reply(status, view.model_dump_json().encode(), {} if version is None else {"ETag": f'"{version}"'})


things = Router("things", "/intake/v1")
THINGS = [OFFICE.hex[:-2] + f"{number:02x}" for number in range(120)]
FAILURES: dict[str, BaseException] = {
    "conflict": Conflict("not_yet_known", "Not here yet."),
    "known": Conflict("known_thing", "There is one.", earlier=[OFFICE]),
    "forbidden": Forbidden("not_yours", "It belongs to someone else."),
    "stale": Stale("stale", "Changed.", current_version=7),
    "gone": Gone("forgotten", "Erased."),
    "limited": Limited("too_often", "Wait.", retry_after=30),
    "missing": NotFound("not_found", "Nothing."),
}


@things.get("/things", allow=("counsellor",), reply=Things, query=Filter, summary="List things")
async def list_things(call: Call[None, Filter]) -> Reply:
    paging = call.paging("id", tuple[str])
    seen = [name for name in THINGS if paging.after is None or name > paging.after[0]]
    items, page = paging.page(seen[: paging.limit + 1], lambda name: (name,), len(THINGS))
    return encoded(200, Things(items=[Thing(id=UUID(name), version=1) for name in items], page=page))


@things.get("/things/{id}", allow=("counsellor", "auditor"), reply=Thing, summary="Show a thing")
async def show_thing(call: Call) -> Reply:
    return encoded(200, Thing(id=call.uuid("id"), version=3), 3)


@things.command(
    "POST",
    "/things",
    allow=("counsellor",),
    body=NewThing,
    reply=Made,
    status=201,
    summary="Make a thing",
    errors=("known_thing",),
)
async def make_thing(call: Call[NewThing]) -> Reply:
    """Makes a thing."""
    return encoded(201, Made(id=OFFICE, version=1), 1)


@things.command(
    "POST", "/things/search", allow=("counsellor",), body=NewThing, reply=Things, idempotent=False, summary="Search"
)
async def search_things(call: Call[NewThing]) -> Reply:
    page = Page(next=None, limit=1, total=0, total_relation="exact")
    return encoded(200, Things(items=[], page=page))


@things.command(
    "POST", "/things/{id}/closing", allow=("counsellor",), reply=Made, if_match=True, summary="Close a thing"
)
async def close_thing(call: Call) -> Reply:
    return encoded(200, Made(id=call.uuid("id"), version=(call.if_match or 0) + 1))


@things.command(
    "POST", "/things/{id}/stored", allow=("counsellor",), body=NewThing, reply=Made, status=201, summary="Store"
)
async def store_thing(call: Call[NewThing]) -> Reply:
    async with call.transaction() as tx:
        return tx.reply(
            201, Made(id=call.uuid("id"), version=2), version=2, location=f"/intake/v1/things/{call.uuid('id')}"
        )


@things.get("/codes/{code}", allow=None, reply=Thing, summary="Public")
async def show_code(call: Call) -> Reply:
    call.text("code")
    return encoded(200, Thing(id=OFFICE, version=1), 1)


@things.get("/failures/{kind}", allow=None, reply=Thing, summary="Fail")
async def fail(call: Call) -> Reply:
    raise FAILURES[call.text("kind")]


@cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Counting(httpx.AsyncBaseTransport):
    """The issuer's application, with a count of what was fetched and a switch."""

    app: Starlette
    fetched: list[str] = field(default_factory=list)
    away: bool = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.fetched.append(request.url.path)
        await asyncio.sleep(0.001)
        if self.away:
            raise httpx.ConnectError("refused")
        return await httpx.ASGITransport(self.app).handle_async_request(request)


@dataclass
class Sample:
    """The running sample: its app, its clock and its issuer."""

    app: FastAPI
    clock: HandClock
    issuer: Issuer
    transport: Counting
    tokens: Tokens
    client: httpx.AsyncClient
    edge: Edge

    def token(self, person: str = "amal", **changed: Any) -> str:
        said: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "now": self.clock.now(), **changed}
        return devissuer.mint(key(), person, said.pop("claim", PEOPLE[person]), **said)

    def signed_in(self, person: str = "amal", **headers: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(person)}", **headers}


def settings(**changed: Any) -> Settings:
    said = {
        "service": "intake",
        "LOTSE_ENV": "test",
        "DATABASE_URL": "postgresql://nobody:none@127.0.0.1:1/none",
        "KEYS_DIR": Path("/nonexistent"),
    }
    return Settings(**{**said, **changed})


def sample(*routers: Router, db: Database | None = None, **configured: Any) -> Sample:
    """The app over a database that is away unless one is given."""
    clock = HandClock(NOON)
    issuer = Issuer(ISSUER, AUDIENCE, PEOPLE, key(), clock)
    transport = Counting(devissuer.application(issuer))
    tokens = Tokens(ISSUER, AUDIENCE, clock, httpx.AsyncClient(transport=transport))
    told = settings(**configured)
    shared = Edge(told, db or Database(told, clock), clock, tokens, SECRET)
    app = serving.application("Sample")
    serving.mount(app, shared, "intake", routers or (things,))
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://service"
    )
    return Sample(app, clock, issuer, transport, tokens, client, shared)


@asynccontextmanager
async def running(*routers: Router, db: Database | None = None, **configured: Any) -> AsyncIterator[Sample]:
    made = sample(*routers, db=db, **configured)
    async with made.client:
        yield made


@cache
def shared() -> Sample:
    """One sample for the many cases of a generated test, which keep nothing in it."""
    return sample()
