"""Applying events to everything this service keeps, and answering what was asked of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from libs.kit.subscribers import Event
from libs.kit.transaction import Tx
from services.reporting.figures import queries
from services.reporting.figures.domain import BY_CODE, SOURCES, Row, fold, rows, totals
from services.reporting.figures.queries import Asked
from services.reporting.history import commands as history
from services.reporting.history.domain import Arrived
from services.reporting.history.queries import Progress, progress

MOST_CELLS = 10_000
MOST_BUCKETS = 50_000


async def project(tx: Tx, source: str, arrivals: Sequence[Arrived]) -> None:
    """Keep and count events of one source whose turn it is; the caller has locked their gates."""
    if arrivals:
        await queries.hold_still(tx)
        await history.keep(tx, source, arrivals)
        await count(tx, arrivals)


async def count(tx: Tx, arrivals: Iterable[Arrived], into: int | None = None) -> None:
    """Add what events change to the live figures, or to those of another generation."""
    await queries.add(tx, fold(_readable(arrivals)), into)


def _readable(arrivals: Iterable[Arrived]) -> Iterable[Event[Any]]:
    # A type of the next release is kept in the history, and counted by a rebuild once we know it.
    return (Event(arrival.fact, arrival.envelope) for arrival in arrivals if arrival.fact is not None)


@dataclass(frozen=True)
class Answer:
    """Rows and totals as they may be shown, and how far what they count is complete: all of one moment."""

    definitions: int
    progress: list[Progress]
    rows: list[Row]
    totals: list[Row]


async def answer(tx: Tx, asked: Asked) -> Answer | None:
    """The figures asked for, or None when they would be more than 10,000 cells."""
    await queries.one_moment(tx)
    wholes = {whole for code in asked.measures if (whole := BY_CODE[code].part_of)}
    wider = replace(asked, measures=(*asked.measures, *wholes))
    counts = await queries.counts(tx, wider, MOST_CELLS + 1)
    hours = await queries.hours(tx, wider, MOST_BUCKETS + 1)
    if len(counts) > MOST_CELLS or sum(len(spread.buckets) for spread in hours.values()) > MOST_BUCKETS:
        return None
    counts |= {key: spread.count for key, spread in hours.items()}
    return Answer(
        await queries.definitions(tx),
        [one for one in await progress(tx) if one.source in SOURCES],
        [row for row in rows(counts, hours) if row.key[1] in asked.measures],
        [row for row in totals(counts, hours) if row.key[1] in asked.measures],
    )
