"""The figures as the API gives them, held against a count made from the event tables."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cli.client import Caller
from cli.demo.counting import Cell
from cli.inside import owned, relayed
from cli.local.trouble import Trouble
from cli.screen import Screen
from cli.where import Installation
from libs.contracts.envelope import SERVICES

DIMENSIONS = ("week", "language", "topic", "platform")
SETTLED_SECONDS = 300.0
LOOK_SECONDS = 0.25
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Comparison:
    """`differing` holds the cells in which the API and our own count disagree; withheld cells agree when they are as
    small as they say."""

    cells: int
    withheld: int
    differing: tuple[Cell, ...]
    complete_through: str | None

    @property
    def match(self) -> bool:
        return not self.differing


async def settled(place: Installation, screen: Screen) -> int:
    """Wait until every event was published and reporting has counted it; returns how many there are.

    Raises `Trouble` when that takes too long.
    """
    deadline = time.monotonic() + SETTLED_SECONDS
    async with owned(place, "reporting") as connection:
        with screen.progress("Waiting until everybody has heard everything", None):
            while True:
                kept = int(await connection.fetchval("SELECT count(*) FROM history"))
                relays = [await relayed(place, service) for service in SERVICES]
                total = sum(events for _, events in relays)
                if kept == total and all(published == events for published, events in relays):
                    return total
                if time.monotonic() > deadline:
                    raise Trouble(f"Reporting has heard {kept} of {total} events. See `lotse status`.")
                await asyncio.sleep(LOOK_SECONDS)


async def compare(evaluator: Caller, programmes: Iterable[str], own: Mapping[Cell, int]) -> Comparison:
    """Ask for every cell of every measure, and hold each against our own count."""
    measures = [one["measure"] for one in (await evaluator.get("/reporting/v1/measures"))["items"]]
    by = ",".join(DIMENSIONS)
    rows: list[Row] = []
    through: list[str] = []
    for programme in programmes:
        for measure in measures:
            page = await evaluator.get(f"/reporting/v1/figures?programme={programme}&measures={measure}&by={by}")
            rows += page["rows"]
            through += [page["complete_through"]] if page["complete_through"] else []
    shown = {_cell(row): row for row in rows}
    differing = {cell for cell, row in shown.items() if not _agrees(row, own.get(cell, 0))}
    differing |= {cell for cell in own if cell not in shown and cell.programme in set(programmes)}
    withheld = sum(row["count"] is None for row in rows)
    return Comparison(len(shown), withheld, tuple(sorted(differing)), min(through, default=None))


def _cell(row: Row) -> Cell:
    return Cell(row["programme"], row["measure"], *(row["cell"][name] for name in DIMENSIONS))


def _agrees(row: Row, own: int) -> bool:
    if row["count"] is not None:
        return bool(row["count"] == own)
    # Withheld: below five, or because what is left of a whole would be.
    return 0 < own < 5 if row["reason"] == "few-cases" else own > 0


async def totals(evaluator: Caller, programmes: Iterable[str]) -> dict[str, Row]:
    """Programme/measure → its total over everything, as far as it is shown."""
    found: dict[str, Row] = {}
    for programme in programmes:
        page = await evaluator.get(f"/reporting/v1/figures?programme={programme}")
        found |= {f"{row['programme']}/{row['measure']}": row for row in page["rows"]}
    return found
