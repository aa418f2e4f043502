"""One request or event is one transaction: the inbox row, the new state and the new events in one commit.

Nobody else commits and nobody publishes. A command loads, decides, saves and emits; what it emitted, the text beside
it and the reply to the request go out as one prepared statement just before the commit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.sql import Executable

from libs.contracts.envelope import Envelope, Fact, Forgettable, encode
from libs.kit import telemetry
from libs.kit.actor import Actor
from libs.kit.errors import Forbidden, Gone, Stale
from libs.kit.ids import new_id
from libs.kit.statements import compiled

type_json = TypeAdapter(Any)


@dataclass(frozen=True)
class Key:
    """An Idempotency-Key, scoped to who sent it where (`scope`, 32 bytes) and bound to what was sent (`body`, an
    HMAC).
    """

    scope: bytes
    body: bytes

    @property
    def lock(self) -> int:
        return int.from_bytes(self.scope[:8], "big", signed=True)


@dataclass(frozen=True)
class Cause:
    """Why a transaction happens: who acts, in which programmes, and the event or request behind it.

    `programmes` is what row level security shows; None means all and is for the system alone.
    """

    actor: Actor
    allowed: tuple[str, ...] = ()
    programmes: frozenset[str] | None = None
    event: Envelope | None = None
    key: Key | None = None
    if_match: int | None = None


@dataclass(frozen=True)
class Reply:
    """An HTTP reply, encoded. Replies to commands hold ids, codes, versions and links, never text."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Replay(Exception):
    """The key was answered before: this is the answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("replayed")
        self.reply = reply


@dataclass
class Outgoing:
    """What the last statement of the transaction writes."""

    events: list[tuple[UUID, str, int, str, bytes]] = field(default_factory=list)
    texts: list[tuple[UUID, str, bytes]] = field(default_factory=list)
    forgets: list[tuple[str, UUID]] = field(default_factory=list)
    reply: Reply | None = None
    added: list[tuple[str, list[Any]]] = field(default_factory=list)


class Tx:
    """An open transaction. Made by `Database.transaction`, handed to commands, queries and subscribers."""

    def __init__(self, connection: asyncpg.Connection, service: str, now: datetime, cause: Cause) -> None:
        self.connection, self.service, self.now, self.cause = connection, service, now, cause
        self.outgoing = Outgoing()

    @property
    def actor(self) -> Actor:
        return self.cause.actor

    @property
    def programmes(self) -> frozenset[str] | None:
        """The programmes the caller may act in here; None means all."""
        return self.cause.programmes

    async def fetch(self, statement: Executable, **params: Any) -> list[asyncpg.Record]:
        """All rows of a Core statement."""
        await self._written()
        sql, values = compiled(statement, params)
        rows: list[asyncpg.Record] = await self.connection.fetch(sql, *values)
        return rows

    async def fetch_one(self, statement: Executable, **params: Any) -> asyncpg.Record | None:
        """The first row of a Core statement, or None."""
        await self._written()
        sql, values = compiled(statement, params)
        return await self.connection.fetchrow(sql, *values)

    async def execute(self, statement: Executable, **params: Any) -> int:
        """Run a Core statement; the number of rows it touched."""
        await self._written()
        sql, values = compiled(statement, params)
        status = await self.connection.execute(sql, *values)
        return int(status.rsplit(" ", 1)[1])

    def add(self, statement: Executable, **params: Any) -> None:
        """Run a Core INSERT as a part of the last statement, which saves a round trip, or before the next one of this
        transaction."""
        self.outgoing.added.append(compiled(statement, params))

    async def _written(self) -> None:
        """What was added is there for whatever comes after it."""
        if self.outgoing.added:
            for sql, values in self.outgoing.added:
                await self.connection.execute(sql, *values)
            self.outgoing.added.clear()

    def expect(self, version: int) -> None:
        """Hold the loaded version against If-Match. Raises `Stale` with the current version."""
        if self.cause.if_match is not None and self.cause.if_match != version:
            raise Stale("stale", "Someone changed this meanwhile; load it again.", current_version=version)

    def must_act_in(self, programme: str) -> None:
        """Raises `Forbidden` unless the caller holds an allowed role in this programme."""
        if self.programmes is not None and programme not in self.programmes:
            raise Forbidden("role_missing", "You have no role in this programme that allows this.")

    def emit(
        self,
        fact: Fact,
        *,
        id: UUID | str,
        version: int,
        programme: str,
        concerns: UUID | str | None = None,
        after: datetime | None = None,
        forgettable: Forgettable | None = None,
    ) -> UUID:
        """Say a fact about aggregate `id`, now at `version`; returns the event's id.

        `concerns` is the question it belongs to, `after` the moment of the previous version (time never runs
        backwards), `forgettable` the text that travels beside it.
        """
        assert fact.owner == self.service, f"{fact.type} belongs to {fact.owner}"
        # Always or never: a reader takes a text that is absent without a tombstone for lost, and waits.
        assert (type(forgettable) if forgettable is not None else None) is fact.forgettable, fact.type
        envelope = self._envelope(fact, str(id), version, programme, str(concerns or id), after)
        out = self.outgoing
        out.events.append((envelope.id, envelope.subject, version, envelope.correlationid, encode(envelope)))
        if forgettable is not None:
            out.texts.append((envelope.id, envelope.correlationid, forgettable.model_dump_json().encode()))
        if fact.forgets:
            out.forgets.append((envelope.correlationid, envelope.id))
        return envelope.id

    def _envelope(
        self, fact: Fact, id: str, version: int, programme: str, concerns: str, after: datetime | None
    ) -> Envelope:
        cause = self.cause.event
        role = self.actor.role_in(programme, self.cause.allowed)
        if role is None:
            raise Forbidden("role_missing", "You have no role in this programme that allows this.")
        return Envelope.model_validate(
            {
                "id": new_id(),
                "source": f"/services/{self.service}",
                "type": fact.type,
                "subject": f"{fact.aggregate}/{id}",
                "time": max(self.now, after or self.now),
                "dataschema": f"urn:lotse:schema:{fact.type}",
                "programme": programme,
                "correlationid": concerns,
                "causationid": cause and cause.id,
                "aggregateversion": version,
                "traceparent": telemetry.traceparent(),
                "staff": self.actor.staff,
                "role": role,
                "data": fact.model_dump(mode="json"),
            }
        )

    def reply(
        self,
        status: int,
        body: BaseModel | Mapping[str, Any],
        *,
        version: int | None = None,
        location: str | None = None,
    ) -> Reply:
        """Shape the reply and remember it for the Idempotency-Key in the same commit. `version` becomes the ETag."""
        raw = body.model_dump_json().encode() if isinstance(body, BaseModel) else type_json.dump_json(dict(body))
        headers = {"ETag": f'"{version}"'} if version is not None else {}
        if location is not None:
            headers["Location"] = location
        made = Reply(status, raw, headers)
        if 200 <= status < 300:
            self.outgoing.reply = made
        return made

    async def keep_from_forgetting(self, concerns: UUID | str) -> None:
        """Call before storing what concerns a question: raises `Gone` when it is forgotten, and makes a forgetting
        that is under way wait until this transaction has ended, so that it finds what was stored here."""
        if not await self.is_kept(concerns):
            raise gone()

    async def is_kept(self, concerns: UUID | str) -> bool:
        """The same, asked: whether it is not forgotten, and will not be before this transaction has ended."""
        return bool(await self.connection.fetchval("SELECT lotse_keep($1)", str(concerns)))


def gone() -> Gone:
    return Gone("forgotten", "This was erased; nothing more can be stored for it.")
