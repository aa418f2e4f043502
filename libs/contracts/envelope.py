"""The envelope every fact travels in: CloudEvents 1.0, JSON, structured mode.

The bytes are made once, in the transaction that emits the fact, and are identical in the event table, on the bus, in
the ledger and in the API. Source: CloudEvents 1.0.2 and its NATS binding, which allows structured mode only.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from libs.contracts.codes import Role
from libs.contracts.types import Code, Coded

SERVICES: tuple[str, ...] = ("intake", "review", "referral", "reporting")


class Forgettable(BaseModel):
    """Text that another service needs: it travels beside the fact and can be taken back."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fact(BaseModel):
    """Something that happened, in the past tense. Producers are strict; readers use `reading` and skip the unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: ClassVar[str]
    readers: ClassVar[frozenset[str]]
    forgettable: ClassVar[type[Forgettable] | None]
    text_readers: ClassVar[frozenset[str]]
    forgets: ClassVar[bool]
    type: ClassVar[str]
    owner: ClassVar[str]
    aggregate: ClassVar[str]
    names: ClassVar[frozenset[str]]


FACTS: dict[str, type[Fact]] = {}
F = TypeVar("F", bound=Fact)


def fact(
    subject: str,
    readers: tuple[str, ...] = ("reporting",),
    forgettable: type[Forgettable] | None = None,
    text_readers: tuple[str, ...] = (),
    forgets: bool = False,
) -> Callable[[type[F]], type[F]]:
    """Register a fact under its literal NATS subject `ev.<service>.<aggregate>.{id}.<event>.v<major>`.

    `readers` are the services that may receive it, `forgettable` is the text beside it for `text_readers` alone, and
    `forgets` says that with this fact everything that concerns the correlated question is forgotten.
    """

    def register(cls: type[F]) -> type[F]:
        ev, owner, aggregate, placeholder, event, major = subject.split(".")
        assert (ev, placeholder) == ("ev", "{id}") and owner in SERVICES, subject
        cls.subject, cls.owner, cls.aggregate = subject, owner, aggregate
        cls.type = f"lotse.{owner}.{aggregate}.{event}.{major}"
        assert bool(forgettable) == bool(text_readers) and set(text_readers) <= set(readers), subject
        cls.readers, cls.forgettable, cls.forgets = frozenset(readers), forgettable, forgets
        cls.text_readers = frozenset(text_readers)
        # Asking pydantic takes as long as reading the whole envelope.
        cls.names = frozenset(cls.model_fields)
        assert cls.type not in FACTS, cls.type
        FACTS[cls.type] = cls
        return cls

    return register


TraceParent = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
AggregateId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}$"), Coded("id")]


class Envelope(BaseModel):
    """CloudEvents attributes plus our extensions. `data` is checked by the fact's own class."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, StringConstraints(pattern=r"^/services/(intake|review|referral|reporting)$")]
    type: Annotated[str, StringConstraints(pattern=r"^lotse\.[a-z]+\.[a-z-]+\.[a-z-]+\.v[0-9]{1,3}$", max_length=120)]
    subject: Annotated[str, StringConstraints(pattern=r"^[a-z-]{2,40}/[a-z0-9-]{2,40}$")]
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Annotated[str, StringConstraints(pattern=r"^urn:lotse:schema:[a-z0-9.-]+$", max_length=150)]
    programme: Code
    correlationid: AggregateId
    causationid: UUID | None = None
    aggregateversion: Annotated[int, Field(ge=1, le=2_147_483_647)]  # a CloudEvents Integer has 32 bits
    traceparent: TraceParent | None = None
    staff: UUID | None = None
    role: Role
    data: dict[str, Any]

    @property
    def service(self) -> str:
        return self.source.removeprefix("/services/")

    @property
    def bus_subject(self) -> str:
        """The NATS subject these bytes belong under; the gate compares it with the one they came by."""
        _, service, aggregate, event, major = self.type.split(".")
        return f"ev.{service}.{aggregate}.{self.subject.split('/', 1)[1]}.{event}.{major}"

    @property
    def consistent(self) -> bool:
        """Whether type, source, subject and dataschema tell of the same service, aggregate and type."""
        _, service, aggregate, _, _ = self.type.split(".")
        return (
            service == self.service
            and aggregate == self.subject.split("/", 1)[0]
            and self.dataschema == f"urn:lotse:schema:{self.type}"
        )


def encode(envelope: Envelope) -> bytes:
    """The one serialisation. Absent extensions are left out, as CloudEvents asks; `data` keeps its nulls."""
    absent = {name for name in ("causationid", "traceparent", "staff") if getattr(envelope, name) is None}
    return envelope.model_dump_json(exclude=absent or None).encode()


def decode(raw: bytes) -> Envelope:
    """Parse bytes into an envelope. Raises `pydantic.ValidationError`."""
    return Envelope.model_validate_json(raw)


def reading(envelope: Envelope) -> Fact | None:
    """The fact inside, or None when this release does not know its type.

    Unknown fields are ignored, so newer minors are readable. Raises `pydantic.ValidationError`.
    """
    cls = FACTS.get(envelope.type)
    if cls is None:
        return None
    data = envelope.data
    return cls.model_validate({name: data[name] for name in data.keys() & cls.names})
