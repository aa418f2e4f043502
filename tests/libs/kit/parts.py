"""Facts of intake and review, events around them, and databases and buses to try kit's core on. All of it is real."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from nats.aio.client import Client

from libs.contracts.codes import (
    Channel,
    CommentCheck,
    ForgettingCause,
    GiveBackReason,
    LanguageSource,
    Platform,
    Relation,
    SizeClass,
)
from libs.contracts.envelope import Envelope, Fact, encode
from libs.contracts.intake import (
    QuestionCaptured,
    QuestionForgotten,
    QuestionGivenBack,
    QuestionTaken,
    QuestionText,
)
from libs.kit.actor import SYSTEM, Actor
from libs.kit.connection import api, close, connect
from libs.kit.database import Database
from libs.kit.ids import new_id
from libs.kit.provision import provision, remove
from libs.kit.settings import Settings
from libs.kit.transaction import Cause, Tx
from tests.stack.clock import HandClock
from tests.stack.stack import Stack

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AMAL = Actor(new_id(), {"fem-os": frozenset({"counsellor"})})


def captured() -> QuestionCaptured:
    """A question was captured; it must be said with a text."""
    return QuestionCaptured(
        week="2026-W48",
        platform=Platform.FACEBOOK,
        language="ar",
        topic="unassigned",
        size_class=next(iter(SizeClass)),
        channel=Channel.PUBLIC,
        relation=next(iter(Relation)),
        language_source=LanguageSource.GIVEN,
    )


def taken() -> QuestionTaken:
    """A fact with nothing in it."""
    return QuestionTaken()


def given_back() -> QuestionGivenBack:
    return QuestionGivenBack(reason=next(iter(GiveBackReason)))


def forgotten() -> QuestionForgotten:
    """Everything that concerns the question is to be forgotten."""
    return QuestionForgotten(cause=next(iter(ForgettingCause)), comment=next(iter(CommentCheck)))


def words(text: str = "Was kostet die Anerkennung?") -> QuestionText:
    return QuestionText(text=text, gist=None)


def event(fact: Fact, id: UUID | str, version: int, **changes: Any) -> Envelope:
    """The event another service would have said."""
    return Envelope.model_validate(
        {
            "id": new_id(),
            "source": f"/services/{fact.owner}",
            "type": fact.type,
            "subject": f"{fact.aggregate}/{id}",
            "time": NOON,
            "dataschema": f"urn:lotse:schema:{fact.type}",
            "programme": "fem-os",
            "correlationid": str(id),
            "aggregateversion": version,
            "role": "system",
            "data": fact.model_dump(mode="json"),
            **changes,
        }
    )


def message(envelope: Envelope) -> tuple[bytes, str, str]:
    """What the bus hands over: body, subject and message id."""
    return encode(envelope), envelope.bus_subject, str(envelope.id)


async def say(db: Database, *facts: Fact, id: UUID | None = None, first: int = 1, text: str | None = None) -> UUID:
    """Say facts about one aggregate in one transaction, as versions `first` and following; returns its id."""
    about = id or new_id()
    async with db.transaction(Cause(SYSTEM)) as tx:
        for version, fact in enumerate(facts, first):
            emit(tx, fact, about, version, text)
    return about


def emit(tx: Tx, fact: Fact, id: UUID, version: int, text: str | None = None) -> UUID:
    """Emit with the text its class asks for."""
    beside = words(text or f"text of {id}") if fact.forgettable else None
    return tx.emit(fact, id=id, version=version, programme="fem-os", forgettable=beside)


@asynccontextmanager
async def opened(settings: Settings, clock: HandClock | None = None) -> AsyncIterator[Database]:
    db = Database(settings, clock or HandClock(NOON))
    await db.open()
    try:
        yield db
    finally:
        await db.close()


async def rows(db: Database, sql: str, *values: Any) -> list[Any]:
    """What a query of the test's own finds, seen like the system."""
    async with db.transaction(Cause(SYSTEM)) as tx:
        return list(await tx.connection.fetch(sql, *values))


async def one(db: Database, sql: str, *values: Any) -> Any:
    """The first value a query of the test's own finds."""
    async with db.transaction(Cause(SYSTEM)) as tx:
        return await tx.connection.fetchval(sql, *values)


@asynccontextmanager
async def user(stack: Stack, name: str) -> AsyncIterator[Client]:
    """A connection with the rights of one service, or of the provisioner."""
    client = await connect(*stack.nats_login(name), "test")
    try:
        yield client
    finally:
        await close(client)


async def empty_bus(provisioner: Client) -> None:
    """Every stream and consumer new, without a message."""
    await remove(provisioner)
    await provision(provisioner)


async def messages(client: Client, stream: str = "EV_INTAKE") -> list[dict[str, str]]:
    """The headers of every message in a stream, in its order, with the subject as `subject`; asked as provisioner."""
    state = (await api(client, f"STREAM.INFO.{stream}"))["state"]
    found = []
    for seq in range(state["first_seq"], state["last_seq"] + 1):
        reply = await client.request(f"$JS.API.DIRECT.GET.{stream}", f'{{"seq": {seq}}}'.encode(), timeout=2)
        headers = dict(reply.headers or {})
        if "Nats-Subject" in headers:
            found.append({**headers, "subject": headers["Nats-Subject"]})
    return found
