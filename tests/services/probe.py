"""One service under test: its real application on its real database, driven over HTTP by people with minted tokens,
fed with events through the real gate. Nothing of ours is replaced; the clock is moved by hand."""

import itertools
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI

from cli.local import devissuer
from cli.local.devissuer import Issuer
from cli.local.ports import any_free
from libs.contracts.envelope import Envelope, Fact, Forgettable, decode, encode
from libs.edge.auth import Claim
from libs.kit.clock import SystemClock
from libs.kit.consumer import Consumer, Later
from libs.kit.database import Database
from libs.kit.ids import new_id, staff_id
from libs.kit.running import Running
from libs.kit.settings import Settings
from tests.stack.clock import HandClock

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Desk:
    """The development issuer, at work on loopback."""

    url: str
    key: Any

    def token(self, person: str, claim: Claim, now: datetime) -> str:
        return devissuer.mint(self.key, person, claim, issuer=self.url, audience="lotse", now=now)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Serve the real issuer in a thread."""
    (port,) = any_free(1)
    url = f"http://127.0.0.1:{port}"
    key = devissuer.signing_key(folder)
    server = uvicorn.Server(
        uvicorn.Config(
            devissuer.application(Issuer(url, "lotse", {}, key, SystemClock())),
            host="127.0.0.1",
            port=port,
            log_level="error",
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Desk(url, key)
    server.should_exit = True
    thread.join(5)


@dataclass
class Person:
    """Somebody with roles in programmes, who asks one service."""

    probe: "Probe"
    name: str
    claim: Claim

    @property
    def staff(self) -> UUID:
        return staff_id(self.probe.desk.url, self.name)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: int | None = None,
        key: str | None = None,
        **query: Any,
    ) -> httpx.Response:
        """One request; `version` becomes If-Match, and every command gets a fresh Idempotency-Key unless one is
        given.
        """
        headers = {"Authorization": f"Bearer {self.probe.token(self)}"}
        if method != "GET":
            headers["Idempotency-Key"] = key or f"key-{next(_numbers)}"
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent = {} if body is None else {"json": body}
        return await self.probe.http.request(method, path, headers=headers, params=query, **sent)

    async def get(self, path: str, **query: Any) -> Any:
        """The reply's JSON; fails the test unless it is a 200."""
        reply = await self.ask("GET", path, **query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    async def do(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The reply's JSON; fails the test unless the command succeeded."""
        reply = await self.ask(method, path, body, **more)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """(status, code) of a refusal; fails the test when it was none."""
        reply = await self.ask(method, path, body, **more)
        assert reply.status_code >= 400, reply.text
        return reply.status_code, reply.json()["code"]


@dataclass
class Probe:
    """A service, its people, and the events it said."""

    name: str
    app: FastAPI
    settings: Settings
    clock: HandClock
    desk: Desk
    http: httpx.AsyncClient
    db: Database
    _tokens: dict[tuple[str, str, datetime], str] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)

    def person(self, *roles: str, programme: str, name: str | None = None, **claim: Any) -> Person:
        """Somebody who holds these roles in one programme; `languages` and `office` as in the token."""
        claims = Claim.model_validate({"roles": {programme: list(roles)}, **claim})
        return Person(self, name or f"person-{next(_numbers)}", claims)

    def token(self, person: Person) -> str:
        asked = (person.name, person.claim.model_dump_json(), self.clock.now())
        if asked not in self._tokens:
            self._tokens[asked] = self.desk.token(person.name, person.claim, self.clock.now())
        return self._tokens[asked]

    async def said(self, *, about: UUID | str | None = None, type: str | None = None) -> list[Envelope]:
        """The events in this service's event table, in order: all that concern a question or aggregate, or of a
        type.
        """
        pool = self.db._pool
        assert pool is not None
        rows = await pool.fetch("SELECT bytes FROM event ORDER BY position")
        events = [decode(row["bytes"]) for row in rows]
        return [
            event
            for event in events
            if (about is None or str(about) in (event.correlationid, event.subject.split("/")[1]))
            and (type is None or event.type.startswith(f"lotse.{self.name}.{type}"))
        ]

    async def hear(
        self,
        fact: Fact,
        *,
        id: UUID | str,
        version: int = 0,
        programme: str,
        concerns: UUID | str | None = None,
        text: Forgettable | None = None,
        staff: UUID | None = None,
        role: str = "counsellor",
        time: datetime | None = None,
    ) -> Envelope:
        """Let another service say a fact and this one hear it through its gate; `version` 0 takes the next."""
        subject = f"{fact.aggregate}/{id}"
        version = version or self._versions.get(subject, 0) + 1
        self._versions[subject] = version
        envelope = Envelope.model_validate(
            {
                "id": new_id(),
                "source": f"/services/{fact.owner}",
                "type": fact.type,
                "subject": subject,
                "time": time or self.clock.now(),
                "dataschema": f"urn:lotse:schema:{fact.type}",
                "programme": programme,
                "correlationid": str(concerns or id),
                "aggregateversion": version,
                "staff": staff,
                "role": role,
                "data": fact.model_dump(mode="json"),
            }
        )
        assert await self.deliver(envelope, text) is None, f"{fact.type} was not applied"
        return envelope

    async def deliver(self, envelope: Envelope, text: Forgettable | None = None) -> Later | None:
        """Bring one event to the gate, as the bus would."""

        async def texts(_: Envelope) -> Forgettable | None:
            return text

        running: Running = self.app.state.running
        consumer = Consumer(self.db, envelope.service, running.subscribers, texts)
        return await consumer.receive(encode(envelope), envelope.bus_subject, str(envelope.id))

    async def tick(self) -> int:
        """One round of this service's timers."""
        from libs.kit.timers import Timers

        return await Timers(self.db, self.app.state.running.timers).tick()


@asynccontextmanager
async def probed(name: str, settings: Callable[..., Settings], at: Desk) -> AsyncIterator[Probe]:
    """The service's application with its pool open, and neither relay nor subscribers running: a test feeds it
    itself.
    """
    chosen = settings(name, oidc_issuer=at.url)
    clock = HandClock(MONDAY)
    app = import_module(f"services.{name}.app").build(chosen, clock)
    running: Running = app.state.running
    await running.db.open()
    if running.seed is not None:
        await running.seed(running.db)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lotse.test") as http:
        yield Probe(name, app, chosen, clock, at, http, running.db)
    await running.db.close()
