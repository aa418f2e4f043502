"""Registration of plain functions by event class. `subscribers.py` of a capability holds nothing else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from libs.contracts.envelope import Envelope, Fact

F = TypeVar("F", bound=Fact)
Handler = Callable[..., Awaitable[None]]
Whole = Callable[[Any, Envelope, bytes], Awaitable[None]]


@dataclass(frozen=True)
class Event(Generic[F]):
    """A fact with what its envelope says."""

    fact: F
    envelope: Envelope

    @property
    def id(self) -> str:
        return self.envelope.subject.split("/", 1)[1]

    @property
    def version(self) -> int:
        return self.envelope.aggregateversion

    @property
    def programme(self) -> str:
        return self.envelope.programme

    @property
    def time(self) -> datetime:
        return self.envelope.time

    @property
    def correlation(self) -> str:
        return self.envelope.correlationid


@dataclass(frozen=True)
class Subscription:
    handler: Handler
    text: bool


class Retry(Exception):
    """Raised when something needed is not here yet; the event is tried again later and nothing is counted against
    it.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Subscribers:
    """The functions of one or more capabilities, by event type. All functions of one event run in one transaction."""

    by_type: dict[str, list[Subscription]] = field(default_factory=dict)
    every: list[Whole] = field(default_factory=list)

    def on(self, fact: type[Fact], *, text: bool = False) -> Callable[[Handler], Handler]:
        """Register `async def f(tx, event)`, or with `text=True` `async def f(tx, event, text_or_none)`."""
        assert not text or fact.forgettable is not None, f"{fact.type} has no text beside it"

        def register(handler: Handler) -> Handler:
            self.by_type.setdefault(fact.type, []).append(Subscription(handler, text))
            return handler

        return register

    def on_every(self, handler: Whole) -> Whole:
        """Register `async def f(tx, envelope, raw)` for every event, also of types this release does not know."""
        self.every.append(handler)
        return handler

    def include(self, other: "Subscribers") -> None:
        self.every.extend(other.every)
        for name, found in other.by_type.items():
            self.by_type.setdefault(name, []).extend(found)

    def wants_text(self, type: str) -> bool:
        return any(subscription.text for subscription in self.by_type.get(type, ()))

    async def apply(self, tx: Any, event: Event[Any], text: Any) -> None:
        """Run every function registered for this event."""
        for subscription in self.by_type.get(event.envelope.type, ()):
            arguments = (tx, event, text) if subscription.text else (tx, event)
            await subscription.handler(*arguments)
