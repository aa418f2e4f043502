"""Every SQL statement on the history. Those of the projector are written for whole batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.envelope import decode
from libs.edge.cursors import CAP
from libs.kit.transaction import Tx
from services.reporting.history.domain import Arrived
from services.reporting.history.tables import history

KEEP = """
INSERT INTO history (source, seq, event_id, aggregate, version, type, correlation, programme, time, bytes)
SELECT $1, seq, id, aggregate, version, type, correlation, programme, time, bytes
FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::timestamptz[],
    $10::bytea[]) WITH ORDINALITY AS e(seq, id, aggregate, version, type, correlation, programme, time, bytes, n)
ORDER BY n
"""
PUT_ASIDE = """
INSERT INTO aside (source, seq, event_id, aggregate, version)
SELECT $1, seq, id, aggregate, version
FROM unnest($2::bigint[], $3::uuid[], $4::text[], $5::int[]) AS e(seq, id, aggregate, version)
ON CONFLICT DO NOTHING
"""
TAKE_UP = "DELETE FROM aside WHERE source = $1 AND event_id = ANY($2) RETURNING event_id, seq"
# Put aside and still waiting: its gate has not passed it, neither by applying it nor by skipping it.
WAITING = """
NOT EXISTS (SELECT FROM gate g WHERE g.source = a.source AND g.aggregate = a.aggregate AND g.version >= a.version)
OR EXISTS (SELECT FROM dead_letter d WHERE d.event_id = a.event_id AND d.state = 'open')
"""
# The unbroken run of numbers from where the source stood; what comes after a number that is missing has to wait.
ADVANCE = f"""
WITH before AS (SELECT seq FROM progress WHERE source = $1),
passed AS (
    SELECT h.seq, h.time FROM history h, before
    WHERE h.source = $1 AND h.seq > before.seq AND h.seq <= before.seq + 5000
    UNION ALL
    SELECT a.seq, NULL FROM aside a, before WHERE a.source = $1 AND a.seq > before.seq AND NOT ({WAITING})
),
once AS (SELECT seq, max(time) AS time FROM passed GROUP BY seq),
run AS (
    SELECT once.seq, once.time, once.seq - row_number() OVER (ORDER BY once.seq) = before.seq AS unbroken
    FROM once, before
),
reached AS (SELECT max(seq) AS seq, max(time) AS time FROM run WHERE unbroken),
tidied AS (DELETE FROM aside USING reached WHERE aside.source = $1 AND aside.seq <= reached.seq)
UPDATE progress SET seq = reached.seq, through = greatest(progress.through, reached.time)
FROM reached WHERE progress.source = $1 AND reached.seq IS NOT NULL
"""
PROGRESS = f"""
SELECT p.source, p.seq, p.through, p.caught_up_at,
    (SELECT count(*) FROM aside a WHERE a.source = p.source AND ({WAITING})) AS waiting
FROM progress p ORDER BY p.source
"""
CAUGHT_UP = "UPDATE progress SET caught_up_at = $2 WHERE source = $1"
AFTER = "SELECT position, source, seq, bytes FROM history WHERE position > $1 ORDER BY position LIMIT $2"
OF_QUESTION = (
    sa.select(history.c.seq, history.c.bytes)
    .where(history.c.correlation == bindparam("correlation"))
    .order_by(history.c.position)
    .limit(bindparam("limit"))
)
POSITION_OF = sa.select(history.c.position).where(history.c.event_id == bindparam("id"))


@dataclass(frozen=True)
class Progress:
    """How far one source has been applied; `waiting` counts events that came and could not be."""

    source: str
    seq: int
    through: datetime | None
    caught_up_at: datetime | None
    waiting: int


@dataclass(frozen=True)
class Filter:
    """What to show of all events; None means any. `after` is a position."""

    type: str | None = None
    service: str | None = None
    programme: str | None = None
    after: int = 0


async def keep(tx: Tx, source: str, arrivals: Sequence[Arrived]) -> None:
    """Keep the events of a batch, in its order."""
    envelopes = [arrival.envelope for arrival in arrivals]
    await tx.connection.execute(
        KEEP,
        source,
        [arrival.seq for arrival in arrivals],
        [envelope.id for envelope in envelopes],
        [envelope.subject for envelope in envelopes],
        [envelope.aggregateversion for envelope in envelopes],
        [envelope.type for envelope in envelopes],
        [envelope.correlationid for envelope in envelopes],
        [envelope.programme for envelope in envelopes],
        [envelope.time for envelope in envelopes],
        [arrival.raw for arrival in arrivals],
    )


async def put_aside(tx: Tx, source: str, arrivals: Iterable[Arrived]) -> None:
    """Remember the numbers of events that are not applied with their batch."""
    numbered = [(arrival.seq, arrival.envelope) for arrival in arrivals if arrival.seq is not None]
    if numbered:
        await tx.connection.execute(
            PUT_ASIDE,
            source,
            [seq for seq, _ in numbered],
            [envelope.id for _, envelope in numbered],
            [envelope.subject for _, envelope in numbered],
            [envelope.aggregateversion for _, envelope in numbered],
        )


async def take_up(tx: Tx, source: str, events: list[UUID]) -> dict[UUID, int]:
    """The numbers of those that had been put aside, and are so no longer."""
    return {row["event_id"]: row["seq"] for row in await tx.connection.fetch(TAKE_UP, source, events)}


async def advance(tx: Tx, source: str) -> None:
    """Move the source's mark as far as its numbers run without a hole. The caller holds the lock under which events are
    applied."""
    await tx.connection.execute(ADVANCE, source)


async def caught_up(tx: Tx, source: str) -> None:
    """The bus has nothing more of this source for us."""
    await tx.connection.execute(CAUGHT_UP, source, tx.now)


async def progress(tx: Tx) -> list[Progress]:
    """How far each source has been applied, by name."""
    return [Progress(**row) for row in await tx.connection.fetch(PROGRESS)]


async def page(tx: Tx, after: int, limit: int) -> tuple[list[Arrived], int]:
    """Events after a position, in the order they were applied, and the last position."""
    rows = await tx.connection.fetch(AFTER, after, limit)
    return [_arrived(row) for row in rows], rows[-1]["position"] if rows else after


async def of_question(tx: Tx, id: UUID, limit: int) -> list[Arrived]:
    """What concerns a question, as far as the caller may see it, oldest first."""
    return [_arrived(row) for row in await tx.fetch(OF_QUESTION, correlation=str(id), limit=limit)]


async def position_of(tx: Tx, id: UUID) -> int | None:
    """Where an event lies in the history, or None when it is not there or not the caller's to see."""
    row = await tx.fetch_one(POSITION_OF, id=id)
    return row["position"] if row else None


async def events(tx: Tx, wanted: Filter, after: int, limit: int) -> tuple[list[tuple[int, Arrived]], int]:
    """One page of (position, event) in the order they were applied, one row more than asked for, and how many there
    are, up to the cap."""
    conditions = [history.c.position > wanted.after]
    for column, value in (
        (history.c.type, wanted.type),
        (history.c.source, wanted.service),
        (history.c.programme, wanted.programme),
    ):
        if value is not None:
            conditions.append(column == value)
    counted = sa.select(sa.literal(1)).select_from(history).where(*conditions).limit(CAP + 1).subquery()
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(counted))
    rows = await tx.fetch(
        sa.select(history.c.position, history.c.seq, history.c.bytes)
        .where(*conditions, history.c.position > after)
        .order_by(history.c.position)
        .limit(limit + 1)
    )
    assert total is not None
    return [(row["position"], _arrived(row)) for row in rows], total[0]


def _arrived(row: asyncpg.Record) -> Arrived:
    return Arrived(decode(row["bytes"]), row["bytes"], row["seq"])
