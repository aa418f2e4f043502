"""The history over HTTP, for auditors and data protection officers: one question's trace, and all events in order."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from libs.contracts.codes import Role
from libs.contracts.types import Code
from libs.edge.bodies import Page, View
from libs.edge.cursors import Paged, Query
from libs.edge.http import Call, Router
from libs.kit.errors import Fault, Invalid
from libs.kit.transaction import Reply
from services.reporting.history import commands, queries
from services.reporting.history.domain import Arrived, reasons
from services.reporting.history.queries import Filter

PREFIX = "/reporting/v1"
router = Router("history", PREFIX)
READERS = (Role.AUDITOR, Role.DPO)
EventType = Annotated[str, StringConstraints(pattern=r"^lotse\.[a-z]+\.[a-z-]+\.[a-z-]+\.v[0-9]{1,3}$", max_length=120)]
EXAMPLE: JsonDict = {
    "id": "0199f2a4-7b1e-7c3d-8e5f-2a6b4c8d0e1f",
    "seq": 41,
    "programme": "fem-os",
    "correlation": "0199f2a4-0000-7000-8000-000000000001",
    "who": {"staff": "6f0d5a4e-5c3b-5a8e-9a51-0d6ce6d1f001", "role": "counsellor"},
    "when": "2026-11-23T09:30:00Z",
    "what": {
        "service": "intake",
        "aggregate": "question/0199f2a4-0000-7000-8000-000000000001",
        "version": 2,
        "type": "lotse.intake.question.given-back.v1",
        "data": {"reason": "by-hand"},
    },
    "why": {"causation": None, "reasons": ["by-hand"]},
    "bytes": None,
}


class Who(View):
    """The pseudonymous staff id and the role acted in; the system and the holder of a code have no id."""

    staff: UUID | None
    role: Role


class What(View):
    service: str
    aggregate: str
    version: int
    type: str
    data: dict[str, Any] = Field(description="Ids, codes, counts and weeks; never a text.")


class Why(View):
    """`causation` is the event that was being handled; None where a person acted of herself."""

    causation: UUID | None
    reasons: tuple[str, ...]


class EventView(View):
    """One event. `seq` is its number in the log of its service, `bytes` (base64) the event exactly as published."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    seq: int | None
    programme: str
    correlation: str
    who: Who
    when: datetime
    what: What
    why: Why
    bytes: str | None


class ErasedView(View):
    """`by` names the services that have forgotten all they held; `erased` means every one that held anything has."""

    state: Literal["no", "requested", "erased"]
    by: tuple[str, ...]
    at: datetime | None


class TraceView(View):
    """A question's events in causal order; `complete` is false when only the oldest 5,000 are shown."""

    question: UUID
    erased: ErasedView
    complete: bool
    events: list[EventView]


class TraceQuery(Query):
    with_bytes: bool = Field(False, alias="bytes", description="Add each event's bytes, to compare them with a log.")


class EventList(View):
    items: list[EventView]
    page: Page


class EventFilter(Paged):
    """`after` is the id of an event: only what was recorded after it, so that a reader can come back for more."""

    after: UUID | None = None
    type: EventType | None = None
    service: Literal["intake", "review", "referral", "reporting"] | None = None
    programme: Code | None = None
    with_bytes: bool = Field(False, alias="bytes")


@router.get(
    "/questions/{id}/trace",
    allow=READERS,
    query=TraceQuery,
    reply=TraceView,
    summary="One question's whole life across the services, in causal order",
    errors=("question_unknown",),
)
async def read_trace(call: Call[Any, TraceQuery]) -> Reply:
    """Reading a trace is recorded, and the next trace shows that it was read."""
    id = call.uuid("id")
    async with call.transaction() as tx:
        found = await commands.trace(tx, id)
        events = [view(event, call.query.with_bytes) for event in found.events]
        erased = ErasedView.model_validate(found.erased, from_attributes=True)
        return tx.reply(200, TraceView(question=id, erased=erased, complete=found.complete, events=events))


@router.get(
    "/events",
    allow=READERS,
    query=EventFilter,
    reply=EventList,
    summary="All events, in the order in which they were recorded here",
    errors=("cursor_mismatch",),
)
async def list_events(call: Call[Any, EventFilter]) -> Reply:
    query, paging = call.query, call.paging("position", tuple[int])
    async with call.transaction() as tx:
        after = await queries.position_of(tx, query.after) if query.after else 0
        if after is None:
            unknown = Fault("/query/after", "event_unknown", "There is no event with this id.")
            raise Invalid("invalid_parameter", "A query parameter cannot be accepted.", errors=(unknown,))
        wanted = Filter(query.type, query.service, query.programme, after)
        rows, total = await queries.events(tx, wanted, paging.after[0] if paging.after else 0, paging.limit)
        shown, page = paging.page(rows, lambda row: (row[0],), total)
        items = [view(event, query.with_bytes) for _, event in shown]
        return tx.reply(200, EventList(items=items, page=page))


def view(event: Arrived, with_bytes: bool) -> EventView:
    envelope = event.envelope
    return EventView(
        id=envelope.id,
        seq=event.seq,
        programme=envelope.programme,
        correlation=envelope.correlationid,
        who=Who(staff=envelope.staff, role=envelope.role),
        when=envelope.time,
        what=What(
            service=envelope.service,
            aggregate=envelope.subject,
            version=envelope.aggregateversion,
            type=envelope.type,
            data=envelope.data,
        ),
        why=Why(causation=envelope.causationid, reasons=reasons(envelope.data)),
        bytes=b64encode(event.raw).decode() if with_bytes else None,
    )
