"""How a capability declares its HTTP operations (`Router`) and what a handler is given (`Call`).

Paths name their parameters: `{id}` and `{..._id}` are UUIDs, any other is a code. `libs/edge/serving.py` serves it all.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Required, TypedDict, Unpack
from uuid import UUID

from pydantic import BaseModel
from typing_extensions import TypeVar

from libs.edge.auth import Tokens
from libs.edge.cursors import P, Paged, Paging
from libs.kit.actor import Actor
from libs.kit.clock import Clock
from libs.kit.database import Database
from libs.kit.errors import NotFound
from libs.kit.settings import Settings
from libs.kit.transaction import Cause, Reply, Tx

B = TypeVar("B", default=None)
Q = TypeVar("Q", default=None)
Handler = Callable[["Call[Any, Any]"], Awaitable[Reply]]
H = TypeVar("H", bound=Handler)

BODY_LIMIT = 256 * 1024
UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CODE_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}")


@dataclass(frozen=True)
class Operation:
    """One method on one path, as declared. `allow` None means public: no token is read."""

    method: str
    path: str
    tag: str
    summary: str
    handler: Handler
    allow: tuple[str, ...] | None
    reply: type[BaseModel]
    status: int = 200
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    if_match: bool = False
    idempotent: bool = False
    limit: int = BODY_LIMIT
    errors: tuple[str, ...] = ()
    html: bool = False
    form: bool = False


class Declared(TypedDict, total=False):
    """What is said of an operation beside its path; `errors` lists the problem codes of its own, `html` says that the
    reply is a page to be looked at, which shows what `reply` holds."""

    allow: Required[tuple[str, ...] | None]
    reply: Required[type[BaseModel]]
    summary: Required[str]
    query: type[BaseModel] | None
    errors: tuple[str, ...]
    html: bool


class Commanded(Declared, total=False):
    """The same of a command; `limit` is the largest body in bytes, `form` says that a browser's form is taken too."""

    body: type[BaseModel] | None
    status: int
    if_match: bool
    idempotent: bool
    limit: int
    form: bool


class Router:
    """The operations of one capability: `Router("questions", "/intake/v1")`."""

    def __init__(self, tag: str, prefix: str) -> None:
        self.tag, self.prefix = tag, prefix
        self.operations: list[Operation] = []

    def get(self, path: str, **declared: Unpack[Declared]) -> Callable[[H], H]:
        """A read. HEAD comes with it, and If-None-Match when the reply has a version."""
        return self._declare("GET", path, **declared)

    def command(self, method: str, path: str, **declared: Unpack[Commanded]) -> Callable[[H], H]:
        """A command; it takes an Idempotency-Key unless `idempotent=False` makes it a safe search by POST."""
        assert method in ("POST", "PUT", "DELETE"), method
        return self._declare(method, path, **{"idempotent": True, **declared})

    def _declare(self, method: str, path: str, **declared: Any) -> Callable[[H], H]:
        def register(handler: H) -> H:
            self.operations.append(Operation(method, self.prefix + path, self.tag, handler=handler, **declared))
            return handler

        return register


@dataclass(frozen=True)
class Edge:
    """What all operations of one service share. `secret` signs cursors and binds Idempotency-Keys to bodies."""

    settings: Settings
    db: Database
    clock: Clock
    tokens: Tokens
    secret: bytes


class Call(Generic[B, Q]):
    """One request, authenticated and read. `B` is the body's model, `Q` the query's. Open at most one transaction."""

    __slots__ = ("_cause", "_edge", "_path", "_peer", "_template", "body", "query")

    def __init__(
        self, edge: Edge, cause: Cause, template: str, path: Mapping[str, str], body: B, query: Q, peer: str = ""
    ) -> None:
        self._edge, self._cause, self._template, self._path, self._peer = edge, cause, template, path, peer
        self.body, self.query = body, query

    @property
    def actor(self) -> Actor:
        return self._cause.actor

    @property
    def programmes(self) -> frozenset[str] | None:
        """The programmes in which the caller holds an allowed role; None for a public operation."""
        return self._cause.programmes

    @property
    def if_match(self) -> int | None:
        return self._cause.if_match

    @property
    def peer(self) -> bytes:
        """Whom to count attempts against: a keyed hash of the address the request came from, which goes no further."""
        return hmac.digest(self._edge.secret, b"peer\x00" + self._peer.encode(), hashlib.sha256)[:16]

    @property
    def settings(self) -> Settings:
        return self._edge.settings

    @property
    def db(self) -> Database:
        return self._edge.db

    @property
    def now(self) -> datetime:
        return self._edge.clock.now()

    def uuid(self, name: str) -> UUID:
        """A path parameter that is an id. Raises `NotFound` when it cannot be one."""
        value = self._path[name]
        if not UUID_FORM.fullmatch(value):
            raise NotFound("not_found", "There is nothing under this id.")
        return UUID(value)

    def text(self, name: str) -> str:
        """A path parameter that is a code. Raises `NotFound` when it cannot be one."""
        value = self._path[name]
        if not CODE_FORM.fullmatch(value):
            raise NotFound("not_found", "There is nothing under this code.")
        return value

    def paging(self, sort: str, place: type[P]) -> Paging[P]:
        """This request's place in a list; `place` is the type of the tuple that sorts it, its id last."""
        query = self.query
        assert isinstance(query, Paged), "declare the operation with a query that is Paged"
        route = self._template.format_map(self._path)
        return Paging(self._edge.secret, route, query, sort, place)

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """The request's transaction: the caller, her programmes, the Idempotency-Key and If-Match go with it."""
        return self._edge.db.transaction(self._cause)
