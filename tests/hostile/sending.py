"""One request over a real socket, right in everything but what a test changes, and what a refusal must look like."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from libs.edge.http import Operation
from libs.kit.ids import new_id
from tests.hostile.host import Host
from tests.rights.asking import Ask
from tests.rights.matrix import GUESSING
from tests.rights.table import Row
from tests.rights.test_plants import served
from tests.services.probe import Person

CANARY = "Qx7kanarienvogel"
# A sentence somebody can read: it begins like one and ends like one, and is made of words.
SENTENCE = re.compile(r"[A-Z][^\n]+ [^\n]+[.!]")
CODE = re.compile(r"[a-z][a-z0-9_]{2,60}")


@cache
def _client() -> httpx.Client:
    # Making one costs more than twenty requests.
    return httpx.Client(timeout=20, trust_env=False)


@dataclass
class Good:
    """A request that will be done: whoever may do it, on an object made for it."""

    host: Host
    row: Row
    by: Person
    ask: Ask

    @property
    def operation(self) -> Operation:
        return served(self.host.world, self.row.operation).operation

    def headers(self) -> dict[str, str]:
        made = {"Idempotency-Key": str(new_id()), "Content-Type": "application/json"}
        if self.row.may is not None:
            made["Authorization"] = f"Bearer {self.host.world.probe.token(self.by)}"
        if self.ask.version is not None:
            made["If-Match"] = f'"{self.ask.version}"'
        return made

    def send(
        self,
        *,
        raw: Any = None,
        path: str | None = None,
        query: str | None = None,
        **headers: str | bytes | None,
    ) -> httpx.Response:
        """Send it with something else in one place; a header that is None stays out. Names are given with `_`."""
        if GUESSING in self.row.path:
            self.host.world.probe.clock.advance(seconds=7)
        changed = {name.replace("_", "-").title(): value for name, value in headers.items()}
        said = [(k.encode(), _raw(v)) for k, v in {**self.headers(), **changed}.items() if v is not None]
        where = path if path is not None else self.row.path.format_map(self.ask.path)
        asked = query if query is not None else str(httpx.QueryParams(self.ask.query))
        content = raw if raw is not None else self.body()
        address = f"{self.host.url}{where}?{asked}" if asked else f"{self.host.url}{where}"
        return _client().request(self.row.method, address, content=content, headers=said)

    def body(self) -> bytes:
        return b"" if self.ask.body is None else json.dumps(self.ask.body).encode()

    def everything(self) -> dict[str, str]:
        return self.host.run(self.host.world.everything)

    def works(self) -> None:
        """The same without anything wrong is done."""
        reply = self.send()
        assert reply.status_code < 300, reply.text


def _raw(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def good(host: Host, row: Row) -> Good:
    """A fresh one."""

    async def made() -> tuple[Person, Ask]:
        by = await host.world.who_may(min(row.may or {"counsellor"}))
        return by, await host.world.case(row.operation, by)

    return Good(host, row, *host.run(made))


def said(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, after it was looked at whole: clear to a person, and nothing of the input in it."""
    assert 400 <= reply.status_code < 500, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == reply.status_code
    assert re.fullmatch(r"[0-9a-f]{32}", problem["trace_id"])
    for one in (problem, *problem["errors"]):
        assert CODE.fullmatch(one["code"]), one
        words = one["detail"] if one is problem else one["message"]
        assert SENTENCE.fullmatch(words), words
    assert all(re.fullmatch(r"(/[A-Za-z0-9_]+)*", fault["pointer"]) for fault in problem["errors"]), problem
    assert CANARY.lower() not in f"{reply.text} {reply.headers}".lower()
    return reply.status_code, str(problem["code"])


def faults(reply: httpx.Response) -> list[tuple[str, str]]:
    """(pointer, code) of what is wrong."""
    said(reply)
    return [(fault["pointer"], fault["code"]) for fault in reply.json()["errors"]]
