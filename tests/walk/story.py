"""Tells a story over the HTTP APIs and writes down what was asked, what was answered, and which events it led to."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

import asyncpg

from cli.client import Answer, Client, Problem
from cli.demo.cast import Cast
from cli.inside import database
from cli.where import Installation
from libs.contracts.envelope import FACTS, SERVICES
from tests.stack.waiting import eventually

OF_THESE = "SELECT bytes FROM event WHERE concerns = ANY($1) ORDER BY position"
GATES = "SELECT source, aggregate, version FROM gate WHERE aggregate = ANY($1)"
HEARD_SECONDS = 30.0
WIDTH = 110
Event = dict[str, Any]


@dataclass
class Story:
    """`names` gives ids the words that stand for them in the page; what concerns a named thing is followed."""

    place: Installation
    cast: Cast
    patient: Client
    stores: dict[str, asyncpg.Connection]
    names: dict[str, str] = field(default_factory=dict)
    steps: dict[str, list[str]] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _now: list[str] = field(default_factory=list)

    def name(self, id: str, word: str) -> str:
        """From here on this id is written `<word>`; returns the id."""
        self.names[id] = word
        return id

    def id(self, word: str) -> str:
        """The id behind a word."""
        return next(id for id, known in self.names.items() if known == word)

    def person(self, key: str | None) -> "Person":
        """A sample person at the API, or with None somebody who does not sign in."""
        return Person(self, key)

    def tell(self, line: str, indent: str = "") -> None:
        """Write a line of the step, ids replaced by their words and unseen marks by their names."""
        for id, word in self.names.items():
            line = line.replace(id, f"<{word}>")
        line = line.replace("\u200f", "\\u200f")
        self._now += wrap(
            line,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )

    async def hush(self) -> None:
        """What was said up to here is no part of the page."""
        self._told |= {event["id"] for said in (await self.heard()).values() for event in said}

    @asynccontextmanager
    async def step(self, title: str) -> AsyncIterator[None]:
        """A chapter; at its end everybody has heard everything, and the new events are written below it."""
        self._now = []
        yield
        for service, said in (await self.heard()).items():
            fresh = [event for event in said if event["id"] not in self._told]
            self._told |= {event["id"] for event in fresh}
            if fresh:
                words = ", ".join(f"{_what(event)} ({event['role']})" for event in fresh)
                self.tell(f"{service} says: {words}")
        self.steps[title] = self._now

    async def heard(self) -> dict[str, list[Event]]:
        """All events about what is named, by service, once every service that reads them has applied them."""
        before: set[str] = {"unknown"}

        async def settled() -> dict[str, list[Event]] | None:
            nonlocal before
            said = await self.events()
            ids = {event["id"] for events in said.values() for event in events}
            done, before = ids == before and await self._applied(said), ids
            return said if done else None

        found = await eventually(settled, HEARD_SECONDS)
        assert found is not None
        return found

    async def events(self) -> dict[str, list[Event]]:
        """What each service has said about what is named, in its order."""
        said: dict[str, list[Event]] = {}
        for service, store in self.stores.items():
            rows = await store.fetch(OF_THESE, list(self.names))
            said[service] = [json.loads(row["bytes"]) for row in rows]
        return said

    async def _applied(self, said: dict[str, list[Event]]) -> bool:
        last: dict[tuple[str, str], int] = defaultdict(int)
        for service, events in said.items():
            for event in events:
                place = service, event["subject"]
                last[place] = max(last[place], event["aggregateversion"])
        readers = {
            (service, e["subject"]): FACTS[e["type"]].readers for service, events in said.items() for e in events
        }
        for reader, store in self.stores.items():
            rows = await store.fetch(GATES, [aggregate for _, aggregate in last])
            gates = {(row["source"], row["aggregate"]): row["version"] for row in rows}
            if any(reader in readers[place] and gates.get(place, 0) < version for place, version in last.items()):
                return False
        return True


@dataclass(frozen=True)
class Person:
    """Somebody in the story. Every method writes down what she asked and what came back.

    `told` is written in place of a body that was shown before, `shows` names the members of the reply that matter here.
    """

    story: Story
    key: str | None

    async def get(self, path: str, *, shows: Collection[str] = ()) -> Answer:
        return await self._ask("GET", path, None, None, shows)

    async def post(
        self, path: str, body: Any = None, *, version: int | None = None, shows: Collection[str] = (), told: Any = None
    ) -> Answer:
        return await self._ask("POST", path, body, version, shows, told)

    async def delete(self, path: str, *, version: int, shows: Collection[str] = ()) -> Answer:
        return await self._ask("DELETE", path, None, version, shows)

    async def refused(
        self, path: str, body: Any = None, *, version: int | None = None, method: str = "POST", told: Any = None
    ) -> Problem:
        """Ask for what must be refused; returns the refusal."""
        try:
            await self._send(Client(self.story.patient.urls, patience=0.0), method, path, body, version)
        except Problem as problem:
            places = ", ".join(place.code for place in problem.places)
            self._told(method, path, version, f"{problem.status} {problem.code}{': ' if places else ''}{places}")
            self._body(body, told)
            return problem
        raise AssertionError(f"{self.key} {method} {path} was not refused")

    async def _ask(
        self, method: str, path: str, body: Any, version: int | None, shows: Collection[str], told: Any = None
    ) -> Answer:
        answer = await self._send(self.story.patient, method, path, body, version)
        self._told(method, path, version, str(answer.status))
        self._body(body, told)
        if shows:
            shown = json.dumps({name: answer[name] for name in shows}, ensure_ascii=False)
            self.story.tell(f"← {shown}", "    ")
        return answer

    async def _send(self, client: Client, method: str, path: str, body: Any, version: int | None) -> Answer:
        caller = client.acting(self.story.cast.tokens.of(self.key) if self.key else None)
        if method == "GET":
            return await caller.get(path)
        if method == "DELETE":
            return await caller.delete(path, version=version)
        return await caller.post(path, body, version=version)

    def _told(self, method: str, path: str, version: int | None, outcome: str) -> None:
        match = f" (If-Match: {version})" if version is not None else ""
        self.story.tell(f"{self.key or 'nobody'} {method} {path.partition('?')[0]}{match} → {outcome}")

    def _body(self, body: Any, told: Any) -> None:
        shown = body if told is None else told
        if shown:
            self.story.tell(shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False), "    ")


def _what(event: Event) -> str:
    _, _, aggregate, said, _ = event["type"].split(".")
    return f"{aggregate}.{said}"


@asynccontextmanager
async def telling(place: Installation) -> AsyncIterator[Story]:
    """A story on a running platform."""
    assert place.issuer is not None
    stores = {service: await asyncpg.connect(database(place, service).owner) for service in SERVICES}
    try:
        async with place.client() as client:
            yield Story(place, Cast.of(client, place.issuer), client, stores)
    finally:
        await asyncio.gather(*(store.close() for store in stores.values()))
