"""The real service with two programmes in it, and people who sign in with anything the table speaks of."""

import itertools
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from libs.edge.auth import Claim
from libs.kit.actor import SYSTEM
from libs.kit.ids import new_id
from libs.kit.transaction import Cause
from tests.rights.asking import Ask, Case
from tests.rights.cases import intake, referral, reporting, review
from tests.services.intake import situation as intake_situation
from tests.services.probe import Desk, Person, Probe, probed
from tests.services.review import situation as review_situation
from tests.stack.stack import Stack

SITUATIONS: Mapping[str, Any] = {
    "intake": intake_situation.situation,
    "review": review_situation.situation,
    "referral": referral.situation,
    "reporting": reporting.situation,
}
CASES: Mapping[str, Mapping[str, Case[Any]]] = {
    "intake": intake.CASES,
    "review": review.CASES,
    "referral": referral.CASES,
    "reporting": reporting.CASES,
}
WORDS: Mapping[str, Mapping[str, set[str]]] = {
    "intake": intake.WORDS,
    "review": review.WORDS,
    "referral": referral.WORDS,
    "reporting": reporting.WORDS,
}
LANGUAGES = ["de", "ar"]
_names = itertools.count(1)


@dataclass(frozen=True)
class SignIn:
    """What somebody's token says: roles in the one programme, roles in the other, and an office."""

    here: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    office: str | None = None


@dataclass
class World:
    """`here` is what belongs to the one programme; `elsewhere` is a programme as real, with things of its own."""

    probe: Probe
    here: Any
    elsewhere: str

    @property
    def programme(self) -> str:
        return str(self.here.programme)

    @property
    def office(self) -> str | None:
        return getattr(self.here, "office", None)

    @property
    def offices(self) -> tuple[str | None, ...]:
        """What a sign-in may name: no office, the one it is about, another one. Only referral asks for it."""
        return (None, self.here.office, self.here.other_office) if self.probe.name == "referral" else (None,)

    def somebody(self, by: SignIn) -> Person:
        """A person who has not been here before."""
        held = {self.programme: by.here, self.elsewhere: by.elsewhere}
        roles = {programme: list(found) for programme, found in held.items() if found}
        claim = Claim.model_validate({"roles": roles, "languages": LANGUAGES, "office": by.office})
        return Person(self.probe, f"somebody-{next(_names)}", claim)

    async def who_may(self, role: str) -> Person:
        """Somebody with a role in the one programme and all that her work asks of her."""
        person = self.somebody(SignIn((role,), (), self.office if role == "partner-office" else None))
        if self.probe.name == "review" and role == "legal-reviewer":
            await self.here.qualify(person)
        return person

    async def case(self, operation: str, by: Person) -> Ask:
        """Something to ask of an operation, which `by` may and can do."""
        found = CASES[self.probe.name].get(operation)
        return await found(self.here, by) if found else Ask()

    def shows(self, said: str, touches: Iterable[str]) -> list[str]:
        """What a reply says of the working records that operations of these kinds have no business to show."""
        return [words for words, kinds in WORDS[self.probe.name].items() if words in said and not kinds & set(touches)]

    async def ask(self, operation: str, ask: Ask, who: Person | str | None) -> httpx.Response:
        """One request by a person, with an Authorization of any kind, or without one."""
        method, path = operation.split(" ")
        where = path.format_map(ask.path)
        if isinstance(who, Person):
            return await who.ask(method, where, ask.body, version=ask.version, **ask.query)
        headers = {"Idempotency-Key": str(new_id())} | ({"Authorization": who} if who else {})
        if ask.version is not None:
            headers["If-Match"] = f'"{ask.version}"'
        sent = {} if ask.body is None else {"json": ask.body}
        return await self.probe.http.request(method, where, headers=headers, params=ask.query, **sent)

    async def everything(self) -> dict[str, str]:
        """A fingerprint of each table of the service, seen like the system."""
        async with self.probe.db.transaction(Cause(SYSTEM)) as tx:
            tables = await tx.connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            one = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
            return {row[0]: await tx.connection.fetchval(one.format(row[0])) for row in tables}


@asynccontextmanager
async def world(service: str, stack: Stack, desk: Desk) -> AsyncIterator[World]:
    """A service on a database that nobody else uses."""
    async with probed(service, stack.fresh, desk) as probe:
        make = SITUATIONS[service]
        other, here = await make(probe), await make(probe)
        yield World(probe, here, str(other.programme))
