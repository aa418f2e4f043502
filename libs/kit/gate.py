"""The gate: one row per aggregate and source, so that every event is applied once and in order.

Broker order, the dedup window and acknowledgements are hints; this is the guarantee. `judge` is pure; the statements
below read and move the row inside the transaction that applies the event.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

import asyncpg

from libs.contracts.envelope import Envelope


class Verdict(Enum):
    APPLY = "apply"
    DUPLICATE = "duplicate"
    CONFLICT = "version_conflict"
    GAP = "gap"
    PARK = "park"


@dataclass(frozen=True)
class Gate:
    """How far an aggregate has come: the last version applied, its event, and why later events are put aside, if they
    are.
    """

    version: int = 0
    event_id: UUID | None = None
    parked: str | None = None


@dataclass(frozen=True)
class Parked:
    """An event that was put aside."""

    version: int
    raw: bytes


def judge(gate: Gate, version: int, event_id: UUID) -> Verdict:
    """What to do with an event that arrives at this gate."""
    if version < gate.version:
        return Verdict.DUPLICATE
    if version == gate.version:
        return Verdict.DUPLICATE if event_id == gate.event_id else Verdict.CONFLICT
    if gate.parked == "dead-letter":
        return Verdict.PARK
    if version == gate.version + 1:
        return Verdict.APPLY
    return Verdict.PARK if gate.parked == "gap" else Verdict.GAP


# Locked in the order of the names, so that two readers of one batch cannot lock each other out.
ENTER_MANY = """
INSERT INTO gate (source, aggregate, version) SELECT $1, a, 0 FROM unnest($2::text[]) AS a ORDER BY a
ON CONFLICT (source, aggregate) DO UPDATE SET version = gate.version
RETURNING aggregate, version, event_id, parked
"""
MOVE_MANY = """
UPDATE gate SET version = m.version, event_id = m.event_id, parked = m.parked
FROM unnest($2::text[], $3::int[], $4::uuid[], $5::text[]) AS m(aggregate, version, event_id, parked)
WHERE gate.source = $1 AND gate.aggregate = m.aggregate
"""
PARK = """
WITH put AS (
    INSERT INTO parked (source, aggregate, version, bytes) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING true
)
SELECT EXISTS (SELECT FROM put) OR EXISTS (
    SELECT FROM parked WHERE source = $1 AND aggregate = $2 AND version = $3 AND bytes = $4
)
"""
WAITING = """
SELECT version, bytes FROM parked WHERE source = $1 AND aggregate = $2 AND version > $3 ORDER BY version LIMIT 1
"""
DROP_PARKED = "DELETE FROM parked WHERE source = $1 AND aggregate = $2 AND version <= $3 RETURNING bytes"
DRAINABLE = """
SELECT g.source, g.aggregate FROM gate g LEFT JOIN LATERAL (
    SELECT min(version) AS next FROM parked p
    WHERE p.source = g.source AND p.aggregate = g.aggregate AND p.version > g.version
) p ON true
WHERE g.parked = 'gap' AND (p.next IS NULL OR p.next = g.version + 1) LIMIT 100
"""
Connection = Any


async def enter(connection: Connection, source: str, aggregate: str) -> Gate:
    """Lock the gate of one aggregate; made at version 0 when new."""
    return (await enter_many(connection, source, [aggregate]))[aggregate]


async def enter_many(connection: Connection, source: str, aggregates: list[str]) -> dict[str, Gate]:
    """Lock the gates of a batch."""
    return {row["aggregate"]: _gate(row) for row in await connection.fetch(ENTER_MANY, source, sorted(set(aggregates)))}


async def move(connection: Connection, source: str, gates: dict[str, Gate]) -> None:
    """Write back gates that moved."""
    if gates:
        names, values = list(gates), list(gates.values())
        await connection.execute(
            MOVE_MANY,
            source,
            names,
            [gate.version for gate in values],
            [gate.event_id for gate in values],
            [gate.parked for gate in values],
        )


async def park(connection: Connection, source: str, envelope: Envelope, raw: bytes) -> bool:
    """Put an event aside until what is missing or mended before it has been applied; False when another event lies
    there under the same version."""
    values = (source, envelope.subject, envelope.aggregateversion, raw)
    return bool(await connection.fetchval(PARK, *values))


async def waiting(connection: Connection, source: str, aggregate: str, after: int) -> Parked | None:
    """The first parked event of this aggregate beyond version `after`."""
    row = await connection.fetchrow(WAITING, source, aggregate, after)
    return None if row is None else Parked(row["version"], row["bytes"])


async def drop_parked(connection: Connection, source: str, aggregate: str, through: int) -> list[bytes]:
    """Take away what was parked up to a version that has been passed; returns it."""
    return [row["bytes"] for row in await connection.fetch(DROP_PARKED, source, aggregate, through)]


async def drainable(connection: Connection) -> list[tuple[str, str]]:
    """(source, aggregate) of gates with nothing in the way any more: their next event lies parked, or none does."""
    return [(row["source"], row["aggregate"]) for row in await connection.fetch(DRAINABLE)]


def _gate(row: asyncpg.Record) -> Gate:
    return Gate(row["version"], row["event_id"], row["parked"])
