"""Every SQL statement on figures. A whole batch is added to what stands there in one statement for each table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import asyncpg
import sqlalchemy as sa

from libs.kit.transaction import Tx
from services.reporting.figures.domain import SLOTS, Deltas, Dimension, Key, Spread
from services.reporting.figures.tables import duration, figure, generation

# One transaction at a time applies events, in all processes: so positions follow the commits, and a rebuild can hold
# everything still for the moment in which it catches up and takes over. Gates are always locked before it.
APPLYING = 0x6C6F_7473_6510
REBUILDING = 0x6C6F_7473_6511
KEY = "generation, programme, measure, week, language, topic, platform"
# Sorted, so that two writers lock their rows in the same order.
ADD_COUNTS = f"""
INSERT INTO figure ({KEY}, count)
SELECT coalesce($1, (SELECT live FROM generation)), d.* FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[]
) AS d(programme, measure, week, language, topic, platform, count)
ORDER BY programme, measure, week, language, topic, platform
ON CONFLICT ({KEY}) DO UPDATE SET count = figure.count + EXCLUDED.count
"""
ADD_HOURS = f"""
INSERT INTO duration ({KEY}, bucket, count, slots)
SELECT coalesce($1, (SELECT live FROM generation)), d.* FROM unnest(
    $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bigint[], $10::bit({SLOTS})[]
) AS d(programme, measure, week, language, topic, platform, bucket, count, slots)
ORDER BY programme, measure, week, language, topic, platform, bucket
ON CONFLICT ({KEY}, bucket) DO UPDATE
SET count = duration.count + EXCLUDED.count, slots = duration.slots | EXCLUDED.slots
"""
SWEEP = "DELETE FROM {0} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {0} WHERE generation <> $1 LIMIT 20000))"
TAKE_OVER = "UPDATE generation SET live = $1, definitions = $2"
LIVE = sa.select(generation.c.live).scalar_subquery()
DEFINITIONS = sa.select(generation.c.definitions)


@dataclass(frozen=True)
class Asked:
    """Which cells are wanted, and by what they are told apart. `programmes` None means all the caller may see."""

    measures: tuple[str, ...]
    by: tuple[Dimension, ...]
    programme: str | None = None
    first: str | None = None
    last: str | None = None


async def hold_still(tx: Tx) -> None:
    """Wait until nobody else applies events, and keep everybody from it until this transaction ends."""
    await tx.connection.execute("SELECT pg_advisory_xact_lock($1)", APPLYING)


async def add(tx: Tx, deltas: Deltas, into: int | None = None) -> None:
    """Add what a run of events changes, to the live generation or to another."""
    counts = [(*cell, change) for cell, change in deltas.counts.items() if change]
    if counts:
        await tx.connection.execute(ADD_COUNTS, into, *_columns(counts))
    hours = [
        (*cell, lower, change, asyncpg.BitString.from_int(slots, SLOTS))
        for (cell, lower), (change, slots) in deltas.hours.items()
    ]
    if hours:
        await tx.connection.execute(ADD_HOURS, into, *_columns(hours))


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def live_generation(tx: Tx) -> int:
    """The generation that readers see."""
    row = await tx.fetch_one(sa.select(LIVE))
    assert row is not None
    return int(row[0])


async def definitions(tx: Tx) -> int:
    """The number of the definitions under which the live generation was counted."""
    row = await tx.fetch_one(DEFINITIONS)
    assert row is not None
    return int(row[0])


async def take_over(tx: Tx, number: int, definitions: int) -> None:
    """From the commit on readers and projector use this generation."""
    await tx.connection.execute(TAKE_OVER, number, definitions)


async def sweep(tx: Tx, keep: int) -> int:
    """Delete some rows of all other generations; returns how many, 0 when none are left."""
    gone = 0
    for table in ("figure", "duration"):
        status = await tx.connection.execute(SWEEP.format(table), keep)
        gone += int(status.rsplit(" ", 1)[1])
    return gone


async def one_moment(tx: Tx) -> None:
    """Let every read of this transaction see the same moment; to be called before the first."""
    await tx.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def counts(tx: Tx, asked: Asked, limit: int) -> dict[Key, int]:
    """Counts by key; cells that hold nothing are absent. At most `limit` cells."""
    keys = _keys(figure, asked)
    total = sa.func.sum(figure.c.count)
    wanted = sa.select(*keys, sa.cast(total, sa.BigInteger)).where(*_wanted(figure, asked)).group_by(*keys)
    rows = await tx.fetch(wanted.having(total > 0).order_by(*keys).limit(limit))
    return {_key(row): row[-1] for row in rows}


async def hours(tx: Tx, asked: Asked, limit: int) -> dict[Key, Spread]:
    """Distributions by key; at most `limit` buckets."""
    keys, columns = _keys(duration, asked), duration.c
    total = sa.func.sum(columns.count)
    slots = sa.func.bit_or(columns.slots)
    wanted = sa.select(*keys, columns.bucket, slots, sa.cast(total, sa.BigInteger))
    wanted = wanted.where(*_wanted(duration, asked), columns.count > 0).group_by(*keys, columns.bucket)
    spreads: dict[Key, Spread] = defaultdict(Spread)
    for row in await tx.fetch(wanted.order_by(*keys, columns.bucket).limit(limit)):
        spreads[_key(row[:-2])].add(row[-3], row[-1], row[-2].to_int())
    return spreads


def _keys(table: sa.Table, asked: Asked) -> list[sa.Column[Any]]:
    return [table.c.programme, table.c.measure, *(table.c[str(dimension)] for dimension in asked.by)]


def _key(row: Any) -> Key:
    programme, measure, *cell = row[:-1]
    return programme, measure, tuple(cell)


def _wanted(table: sa.Table, asked: Asked) -> list[sa.ColumnElement[bool]]:
    columns = table.c
    conditions = [columns.generation == LIVE, columns.measure == sa.any_(sa.literal(list(asked.measures), _TEXTS))]
    if asked.programme is not None:
        conditions.append(columns.programme == asked.programme)
    if asked.first is not None:
        conditions.append(columns.week >= asked.first)
    if asked.last is not None:
        conditions.append(columns.week <= asked.last)
    return conditions


_TEXTS = sa.ARRAY(sa.Text)
