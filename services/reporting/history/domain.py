"""One question's life in causal order, and what has become of its texts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Any, Literal
from uuid import UUID

from libs.contracts.envelope import FACTS, Envelope, Fact, reading
from libs.contracts.referral import ReferralAddressGiven

OWNER = "intake"
# Fields in which a fact says why.
REASONS = ("reason", "reasons", "cause")


@dataclass(frozen=True)
class Arrived:
    """An event as it came. `seq` is its dense number in the log of its source, None where it is not known."""

    envelope: Envelope
    raw: bytes
    seq: int | None = None

    @cached_property
    def fact(self) -> Fact | None:
        """The fact inside, None when this release does not know its type. Raises `ValueError`."""
        return reading(self.envelope)


def reasons(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes with which a fact says why."""
    given = [data.get(name) for name in REASONS]
    return tuple(str(code) for value in given if value for code in (value if isinstance(value, list) else [value]))


def causal(events: Iterable[Arrived]) -> list[Arrived]:
    """Causes before their effects and each aggregate by its versions; what neither orders, by time and then id.

    Whatever order the events come in, the result is the same. Were there ever a circle, its earliest event goes first:
    a trace shows what is there.
    """
    waiting = {event.envelope.id: event for event in sorted(events, key=_moment)}
    blockers = {id: set(before) for id, before in _before(waiting).items()}
    followers: dict[UUID, list[UUID]] = defaultdict(list)
    for id, before in blockers.items():
        for earlier in before:
            followers[earlier].append(id)
    ready = [_moment(waiting[id]) for id, before in blockers.items() if not before]
    heapify(ready)
    ordered = []
    while waiting:
        id = heappop(ready)[1] if ready else next(iter(waiting))
        event = waiting.pop(id, None)
        if event is None:
            continue
        ordered.append(event)
        for follower in followers[id]:
            blockers[follower].discard(id)
            if not blockers[follower] and follower in waiting:
                heappush(ready, _moment(waiting[follower]))
    return ordered


def _moment(event: Arrived) -> tuple[datetime, UUID]:
    return event.envelope.time, event.envelope.id


def _before(events: Mapping[UUID, Arrived]) -> dict[UUID, list[UUID]]:
    """For each event those that must come before it: its cause, and the next earlier version of its aggregate."""
    found: dict[UUID, list[UUID]] = {id: [] for id in events}
    lives: dict[tuple[str, str], list[tuple[int, UUID]]] = defaultdict(list)
    for id, event in events.items():
        envelope = event.envelope
        lives[envelope.source, envelope.subject].append((envelope.aggregateversion, id))
        cause = envelope.causationid
        if cause is not None and cause in events and cause != id:
            found[id].append(cause)
    for life in lives.values():
        life.sort()
        for (_, earlier), (_, later) in pairwise(life):
            found[later].append(earlier)
    return found


def is_question(id: UUID, events: Iterable[Arrived]) -> bool:
    """Whether these events, all correlated with `id`, are a question's: every other aggregate correlates only with
    itself."""
    return any(event.envelope.subject == f"question/{id}" or not _own(id, event) for event in events)


def _own(id: UUID, event: Arrived) -> bool:
    return event.envelope.subject.endswith(f"/{id}")


@dataclass(frozen=True)
class Erasure:
    """`by` names the services that have forgotten everything of theirs; `at` is the moment of the last forgetting."""

    state: Literal["no", "requested", "erased"]
    by: tuple[str, ...] = ()
    at: datetime | None = None


FORGETS = frozenset(name for name, cls in FACTS.items() if cls.forgets)
# Aggregates whose kind can be forgotten: all others hold nothing that would have to be.
FORGETTABLE = frozenset((cls.owner, cls.aggregate) for cls in FACTS.values() if cls.forgets)
# An address that was told leaves no record about a person.
RECORDLESS = frozenset({ReferralAddressGiven.type})


def erasure(events: Sequence[Arrived]) -> Erasure:
    """What has been forgotten of a question: erased once intake has forgotten it, and with it every service that had an
    own aggregate for it."""
    envelopes = [event.envelope for event in events]
    forgotten = {(one.service, one.subject): one.time for one in envelopes if one.type in FORGETS}
    owed = {(one.service, one.subject) for one in envelopes if _leaves_a_record(one)} | set(forgotten)
    open_in = {service for service, _ in owed - set(forgotten)}
    by = tuple(sorted({service for service, _ in forgotten} - open_in))
    if OWNER in by and not open_in:
        return Erasure("erased", by, max(forgotten.values()))
    if forgotten or any(one.type == "lotse.intake.question.erasure-requested.v1" for one in envelopes):
        return Erasure("requested", by)
    return Erasure("no")


def _leaves_a_record(envelope: Envelope) -> bool:
    kind = envelope.subject.split("/", 1)[0]
    return (envelope.service, kind) in FORGETTABLE and envelope.type not in RECORDLESS
