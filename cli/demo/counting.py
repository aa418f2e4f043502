"""A count of our own, made from the event tables alone: it shares no code with the projector whose figures it is held
against, and reads the events as plain JSON."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from cli.inside import owned
from cli.where import Installation
from libs.contracts.envelope import SERVICES

Data = dict[str, Any]


class Cell(NamedTuple):
    """Where a count stands."""

    programme: str
    measure: str
    week: str
    language: str
    topic: str
    platform: str


STEPS = (
    *("address-given", "offered", "redeemed", "accepted"),
    *("declined", "outcome-reported", "withdrawn", "expired"),
)
# What an event of a type adds one to, unless more is said below.
COUNTED: dict[str, tuple[str, ...]] = {
    "intake.question.captured": ("captured",),
    "intake.question.answered": ("answered", "hours-to-answer"),
    "intake.posting.superseded": ("superseded-afterwards",),
    "intake.posting.repair-opened": ("repair-opened",),
    "intake.posting.repaired": ("repaired",),
    "review.submission.submitted": ("submitted",),
    "review.submission.returned": ("returned",),
    "review.submission.blocked": ("blocked",),
    "review.submission.approved": ("approved", "hours-to-approval"),
    "review.submission.variant-released": ("released",),
    "review.incident.opened": ("incident-opened",),
    "review.incident.decided": ("incident-decided",),
    **{f"referral.referral.{step}": (f"referral-{step}",) for step in STEPS},
}
# And what depends on a field.
NAMED: dict[str, Callable[[Data], tuple[str, ...]]] = {
    "intake.posting.recorded": lambda data: (f"posted-{data['standing']}",),
    "review.submission.approved": lambda data: ("approved-with-changes",) if data["changed"] else (),
}


async def events(place: Installation) -> list[Data]:
    """Every event of every service, as it was published."""
    found: list[Data] = []
    for service in SERVICES:
        async with owned(place, service) as connection:
            rows = await connection.fetch("SELECT bytes FROM event ORDER BY position")
        found += [json.loads(row["bytes"]) for row in rows]
    return found


def count(said: Iterable[Data]) -> dict[Cell, int]:
    """How many cases stand in each cell; cells that hold none are left out."""
    cells: Counter[Cell] = Counter()
    for event in said:
        for cell, change in _changes(event):
            cells[cell] += change
    return {cell: cases for cell, cases in cells.items() if cases}


def _changes(event: Data) -> Iterator[tuple[Cell, int]]:
    kind, data = event["type"].removeprefix("lotse.").rpartition(".")[0], event["data"]
    named = NAMED[kind](data) if kind in NAMED else ()
    for measure in (*COUNTED.get(kind, ()), *named):
        yield _cell(event, measure), 1
    if kind == "intake.question.triaged":
        # The question moves from where its codes had it to where they have it now, within its week of capture.
        now = _cell(event, "captured")._replace(week=data["captured_week"])
        yield now._replace(language=data["language_before"], topic=data["topic_before"]), -1
        yield now, 1
    if kind == "intake.question.answer-retracted":
        for measure in COUNTED["intake.question.answered"]:
            yield _cell(event, measure)._replace(week=data["answered_week"]), -1


def _cell(event: Data, measure: str) -> Cell:
    codes = (event["data"][name] for name in ("week", "language", "topic", "platform"))
    return Cell(event["programme"], measure, *codes)
