"""The HTTP client of the four services: one pool of connections, patient where patience helps, exact where it refuses.

A command carries an Idempotency-Key that stays the same over all its attempts, so that asking again never does it
twice. What the server says to ask again later (429, 503, 409 with Retry-After) is asked again, for a bounded time.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

Token = Callable[[], Awaitable[str]]
Body = Mapping[str, Any]
PATIENCE_SECONDS = 30.0
TRY_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 4.0
LATER = (409, 429, 502, 503, 504)
LOOPBACK = ("127.0.0.1", "localhost", "::1")

if find_spec("sniffio") is None:
    # httpcore tries this import a dozen times a request; Python looks through the disk each time, unless it is told.
    sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Place:
    """One place in what was sent: RFC 6901 pointer, code and sentence."""

    pointer: str
    code: str
    message: str


class Problem(Exception):
    """What a service refused, or that it cannot be reached (`status` 0): a stable `code`, a sentence for people, and
    the trace id to ask an operator about. `extra` holds what else the problem reply said."""

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        trace_id: str | None = None,
        places: tuple[Place, ...] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.sentence, self.trace_id = status, code, sentence, trace_id
        self.places, self.extra = places, dict(extra or {})

    def __str__(self) -> str:
        where = "".join(f" {place.pointer}: {place.message}" for place in self.places)
        asked = f"{self.code}, trace {self.trace_id}" if self.trace_id else self.code
        return f"{self.sentence}{where} ({asked})"

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        places = [vars(place) for place in self.places]
        return {"code": self.code, "message": self.sentence, "errors": places, "trace_id": self.trace_id}


@dataclass(frozen=True)
class Answer:
    """A reply: its JSON, and the version in its ETag, which the next command on it sends as If-Match."""

    status: int
    body: dict[str, Any]
    version: int | None = None
    replayed: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass
class Client:
    """`urls` is service → address; the first segment of a path names the service. Use as `async with`.

    `connections` is how many requests are under way at most; `patience` how long one request may take in all, with
    every attempt.
    """

    urls: Mapping[str, str]
    connections: int = 16
    patience: float = PATIENCE_SECONDS
    transport: httpx.AsyncBaseTransport | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        # A pool for each service: in one for all, a connection to one service is closed to make room for the next.
        self._pools = {service: self._pool(url) for service, url in self.urls.items()}
        # Waiting here costs nothing; waiting inside a pool makes it look through all that wait, at every turn.
        self._turn = asyncio.Semaphore(self.connections)
        self.requests = 0

    def _pool(self, url: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=url,
            limits=httpx.Limits(max_connections=self.connections, max_keepalive_connections=self.connections),
            timeout=TRY_SECONDS,
            # A proxy of the shell's environment must not come between us and our own machine.
            trust_env=urlsplit(url).hostname not in LOOPBACK,
            transport=self.transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(pool.aclose() for pool in self._pools.values()))

    def acting(self, token: Token | None) -> "Caller":
        """Requests with this person's token, or with none."""
        return Caller(self, token)

    async def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Body | None,
        token: Token | None,
        passing: Collection[str] = (),
    ) -> Answer:
        """One request with all its attempts. Raises `Problem`."""
        pool, deadline, pause = self._of(path.split("/")[1]), time.monotonic() + self.patience, FIRST_PAUSE
        while True:
            try:
                sent = {**headers, "Authorization": f"Bearer {await token()}"} if token else dict(headers)
                self.requests += 1
                async with self._turn:
                    reply = await pool.request(method, path, headers=sent, json=body)
            except httpx.TransportError as failure:
                wait, problem = pause, _unreachable(path, failure)
            else:
                if reply.status_code < 400:
                    return _answer(reply)
                problem = _problem(reply)
                later = pause if problem.code in passing else _later(reply, pause)
                if later is None:
                    raise problem
                wait = later
            if time.monotonic() + wait > deadline:
                raise problem
            await asyncio.sleep(wait)
            pause = min(max(pause, wait) * 2, LONGEST_PAUSE)

    async def page(self, service: str, path: str) -> dict[str, Any]:
        """One of the pages for operators (`/readyz`), asked once; its JSON, whatever its status. Raises `Problem`."""
        try:
            reply = await self._of(service).get(path)
            said: dict[str, Any] = reply.json()
        except httpx.TransportError as failure:
            raise _unreachable(f"/{service}", failure) from None
        except ValueError:
            raise _problem(reply) from None
        return said

    def _of(self, service: str) -> httpx.AsyncClient:
        if service not in self._pools:
            raise Problem(
                0, "service_unknown", f"The address of {service} is not known. Name it with --url {service}=…"
            )
        return self._pools[service]


@dataclass(frozen=True)
class Caller:
    """A person at the API."""

    client: Client
    token: Token | None

    async def get(self, path: str) -> Answer:
        """Read. Raises `Problem`."""
        return await self.client.ask("GET", path, {}, None, self.token)

    async def post(
        self,
        path: str,
        body: Body | None = None,
        *,
        version: int | None = None,
        key: str | None = None,
        passing: Collection[str] = (),
    ) -> Answer:
        """Command; `version` becomes If-Match, `key` replaces the fresh Idempotency-Key. Raises `Problem`.

        `passing` names refusals that end by themselves, because a service is about to hear what we know already.
        """
        return await self._command("POST", path, body, version, key, passing)

    async def put(self, path: str, body: Body, *, version: int | None = None) -> Answer:
        """As `post`."""
        return await self._command("PUT", path, body, version)

    async def delete(self, path: str, *, version: int | None = None) -> Answer:
        """As `post`."""
        return await self._command("DELETE", path, None, version)

    async def _command(
        self,
        method: str,
        path: str,
        body: Body | None,
        version: int | None,
        key: str | None = None,
        passing: Collection[str] = (),
    ) -> Answer:
        headers = {"Idempotency-Key": key or str(uuid4())}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return await self.client.ask(method, path, headers, body, self.token, passing)


def _later(reply: httpx.Response, pause: float) -> float | None:
    """Seconds until it is worth asking again, or None when asking again would not help."""
    said = reply.headers.get("Retry-After", "")
    if reply.status_code not in LATER or (reply.status_code == 409 and not said):
        return None
    return max(float(said), pause) if said.isdigit() else pause


def _answer(reply: httpx.Response) -> Answer:
    etag = reply.headers.get("ETag", "").strip('"')
    replayed = reply.headers.get("Idempotency-Replayed") == "true"
    return Answer(reply.status_code, reply.json(), int(etag) if etag.isdigit() else None, replayed)


def _problem(reply: httpx.Response) -> Problem:
    """The problem reply as an exception; what stands before our services (an ingress) may answer in no such form."""
    trace = reply.headers.get("X-Trace-Id")
    try:
        said = reply.json()
        places = tuple(Place(place["pointer"], place["code"], place["message"]) for place in said["errors"])
        known = {"type", "title", "status", "detail", "code", "errors", "trace_id"}
        extra = {name: value for name, value in said.items() if name not in known}
        return Problem(reply.status_code, said["code"], said["detail"], said.get("trace_id", trace), places, extra)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Problem(
            reply.status_code, "unknown_reply", f"The answer was {reply.status_code} and no problem of ours.", trace
        )


def _unreachable(path: str, failure: httpx.TransportError) -> Problem:
    service = path.split("/")[1]
    return Problem(
        0, "unreachable", f"{service} cannot be reached ({type(failure).__name__}). Is it running? See `lotse status`."
    )
