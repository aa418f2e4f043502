"""Serves the operations of a service. The order is fixed: token, role, headers, body, query, then the handler.

Kit is its own ASGI endpoint under FastAPI, because FastAPI's 422 repeats the input, its own tracing would write queries
and client addresses down, and its resolving of parameters costs as much as the whole edge.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from opentelemetry.trace import SpanKind
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from libs.edge import forms, problems, requests
from libs.edge.http import Call, Edge, Operation, Router
from libs.edge.openapi import document
from libs.kit import telemetry
from libs.kit.actor import HOLDER, Actor
from libs.kit.errors import Forbidden, Invalid
from libs.kit.transaction import Cause, Key, Replay, Reply

ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
SENT = ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "traceparent")
ABOUT = "about"
SHOWN = ("ETag", "Location", "Idempotency-Replayed", "Retry-After", "X-Trace-Id")
_duration = telemetry.meter.create_histogram(
    "lotse.http.duration",
    unit="s",
    description="Time to answer a request.",
    # The library's own boundaries are meant for milliseconds: everything would be below the first. OpenTelemetry's
    # conventions for HTTP name these.
    explicit_bucket_boundaries_advisory=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
)


class Served:
    """A declared operation with all that can be prepared before the first request."""

    def __init__(self, operation: Operation, edge: Edge) -> None:
        self.operation, self.edge = operation, edge
        self.body = requests.BodyReader(operation.body) if operation.body else None
        self.query = requests.QueryReader(operation.query) if operation.query else None

    async def respond(self, scope: Scope, receive: Receive, headers: requests.Headers) -> Reply:
        """Read the request in the fixed order, then run the handler. Raises `LotseError` and `Replay`."""
        operation = self.operation
        if operation.tag != ABOUT:
            self.edge.db.let_in()
        actor, programmes = await self._allowed(headers)
        key = requests.idempotency_key(headers) if operation.idempotent else None
        version = requests.if_match(headers) if operation.if_match else None
        raw = await self._raw(receive, headers)
        body = self._parsed(raw, headers)
        query = self._query(scope["query_string"])
        path: Mapping[str, str] = scope["path_params"]
        cause = Cause(
            actor,
            operation.allow or (),
            programmes,
            key=self._key(actor, path, key, raw, (scope["path"], scope["query_string"])) if key else None,
            if_match=version,
        )
        peer = str((scope.get("client") or ("",))[0])
        return await operation.handler(Call(self.edge, cause, operation.path, path, body, query, peer))

    async def _allowed(self, headers: requests.Headers) -> tuple[Actor, frozenset[str] | None]:
        allow = self.operation.allow
        if allow is None:
            return HOLDER, None
        actor = await self.edge.tokens.actor(headers.get(b"authorization"))
        programmes = actor.programmes_for(allow)
        if not programmes:
            raise Forbidden("role_missing", "You have no role that allows this.")
        return actor, programmes

    async def _raw(self, receive: Receive, headers: requests.Headers) -> bytes:
        if self.operation.method == "GET":
            return b""
        if self.body and not (self.operation.form and forms.is_form(headers)):
            requests.must_be_json(headers)
        raw = await requests.read(receive, headers, self.operation.limit)
        if not self.body:
            requests.must_be_empty(raw)
        return raw

    def _parsed(self, raw: bytes, headers: requests.Headers) -> Any:
        if self.body is None:
            return None
        return self.body.parse(forms.as_json(raw, headers) if forms.is_form(headers) else raw)

    def _query(self, raw: bytes) -> Any:
        if self.query:
            return self.query.parse(raw)
        if raw and requests.pairs(raw):
            raise requests.unknown(())
        return None

    def _key(self, actor: Actor, path: Mapping[str, str], key: bytes, raw: bytes, address: tuple[str, bytes]) -> Key:
        # Each part goes in with its length, so that no two different requests can run together into one scope.
        operation = self.operation
        who = str(actor.staff) if operation.allow is not None else "public"
        parts = [who, operation.method, operation.path, *(f"{k}={v}" for k, v in path.items())]
        scope = hashlib.sha256()
        for part in (*(part.encode("utf-8", "replace") for part in parts), key):
            scope.update(len(part).to_bytes(4, "big") + part)
        # What is asked for in the query is part of what was sent: the same key with another one is another request.
        body = b"\x00".join((address[0].encode("utf-8", "replace"), address[1], raw))
        return Key(scope.digest(), hmac.digest(self.edge.secret, body, hashlib.sha256))


class Resource:
    """All operations on one path template, as an ASGI application. It answers every exception itself."""

    def __init__(self, path: str, served: Sequence[Served]) -> None:
        self.path = path
        self.served = {one.operation.method: one for one in served}
        assert len(self.served) == len(served), f"{path} declares a method twice"
        methods = {*self.served, "OPTIONS"} | ({"HEAD"} if "GET" in self.served else set())
        self.allowed = {"Allow": ", ".join(sorted(methods))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = requests.collected(scope["headers"])
        method: str = scope["method"]
        served = self.served.get("GET" if method == "HEAD" else method)
        shown = method if served or method == "OPTIONS" else "other"
        with telemetry.span(f"{shown} {self.path}", requests.traceparent(headers), SpanKind.SERVER):
            trace_id = telemetry.trace_id() or secrets.token_hex(16)
            try:
                reply = await self._reply(served, method, scope, receive, headers)
            except ClientDisconnect:
                return
            except Replay as replay:
                reply = replay.reply
            except Exception as error:  # noqa: BLE001 the outermost net: whatever it is, it becomes a problem reply
                allowed = self.allowed if served is None else None
                reply = problems.reply(error, trace_id, headers=allowed)
        if served and served.operation.method == "GET" and requests.unchanged(headers, reply.headers.get("ETag")):
            reply = Reply(304, b"", reply.headers)
        await _send(send, reply, trace_id, with_body=method != "HEAD")
        seconds = time.perf_counter() - started
        _duration.record(seconds, {"route": self.path, "method": shown, "status": reply.status})

    async def _reply(
        self, served: Served | None, method: str, scope: Scope, receive: Receive, headers: requests.Headers
    ) -> Reply:
        if served is not None:
            return await served.respond(scope, receive, headers)
        if method == "OPTIONS":
            return Reply(204, b"", self.allowed)
        raise Invalid("method_not_allowed", "This method is not possible here; see Allow.")


async def _send(send: Send, reply: Reply, trace_id: str, *, with_body: bool) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
    headers += [*ALWAYS, (b"x-trace-id", trace_id.encode())]
    if reply.status not in (204, 304):
        headers.append((b"content-length", str(len(reply.body)).encode()))
        if "Content-Type" not in reply.headers:
            headers.append((b"content-type", b"application/json"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body if with_body else b""})


class Shell(FastAPI):
    """FastAPI for what lies outside the declared operations. A path without parameters goes `direct` to its resource,
    which answers every exception itself: the layers in between would take a tenth of the edge's time for nothing."""

    direct: Mapping[str, ASGIApp] = MappingProxyType({})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        resource = self.direct.get(scope["path"]) if scope["type"] == "http" and not scope.get("root_path") else None
        if resource is None:
            await super().__call__(scope, receive, send)
        else:
            scope["path_params"] = {}
            await resource(scope, receive, send)


def application(title: str, lifespan: Lifespan[FastAPI] | None = None) -> Shell:
    """A FastAPI shell with everything off that would publish, redirect, trace or echo behind kit's back."""
    made = Shell(
        title=title,
        lifespan=lifespan,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for kind in (HTTPException, RequestValidationError, Exception):
        made.add_exception_handler(kind, _stray)
    return made


async def _stray(request: Request, error: Exception) -> Response:
    # Only what lies outside every declared operation comes here: unknown paths, and routes such as /healthz.
    if isinstance(error, RequestValidationError):
        error = Invalid("invalid_input", "Some of what was sent cannot be accepted.")
    trace_id = telemetry.trace_id() or secrets.token_hex(16)
    said = problems.reply(error, trace_id, headers=getattr(error, "headers", None))
    response = Response(said.body, said.status, said.headers)
    response.raw_headers.extend((*ALWAYS, (b"x-trace-id", trace_id.encode())))
    return response


def mount(app: Shell, edge: Edge, service: str, routers: Iterable[Router]) -> None:
    """Serve the operations of all capabilities, and their OpenAPI document at `/<service>/v1/openapi.json`."""
    operations = [operation for router in routers for operation in router.operations]
    about = _described(service, operations)
    by_path: dict[str, list[Served]] = {}
    for operation in (*operations, about):
        by_path.setdefault(operation.path, []).append(Served(operation, edge))
    # Fixed segments before parameters: `/questions/search` must not be taken for the question named search.
    direct: dict[str, ASGIApp] = {}
    for path in sorted(by_path, key=lambda template: [(part.startswith("{"), part) for part in template.split("/")]):
        resource = Resource(path, by_path[path])
        app.router.routes.append(Route(path, resource))
        if "{" not in path:
            direct[path] = resource
    if edge.settings.cors_origins:
        allowed: dict[str, Any] = {
            "allow_origins": edge.settings.cors_origins.split(","),
            "allow_methods": ("GET", "POST", "PUT", "DELETE"),
            "allow_headers": SENT,
            "expose_headers": SHOWN,
        }
        app.add_middleware(CORSMiddleware, **allowed)
        direct = {path: CORSMiddleware(resource, **allowed) for path, resource in direct.items()}
    app.direct = direct


def _described(service: str, operations: Sequence[Operation]) -> Operation:
    made = document(service, operations)

    async def openapi(call: Call[None]) -> Reply:
        return made

    return Operation(
        "GET", f"/{service}/v1/openapi.json", ABOUT, "The OpenAPI document.", openapi, None, problems.Problem
    )
