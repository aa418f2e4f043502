"""Bringing in the spreadsheets that programmes kept before: each row through the same commands as by hand, so that the
same rules hold and the same facts are said.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from libs.edge.faults import faults
from libs.kit.clock import local_day
from libs.kit.errors import Fault, Invalid, invalid
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from libs.text.folding import fold
from services.intake.observations import commands as observations
from services.intake.observations import domain as weeks
from services.intake.observations import queries as observed
from services.intake.observations.domain import Observation
from services.intake.observations.shapes import Week
from services.intake.programmes.queries import policy_in_force
from services.intake.spaces import commands as spaces
from services.intake.spaces.domain import Space, check_languages
from services.intake.spaces.shapes import NewSpace
from services.intake.spreadsheets import domain, queries
from services.intake.spreadsheets.domain import RowFault

Done = Literal["made", "changed", "present"]
M = TypeVar("M", bound=BaseModel)
There = dict[tuple[str, str], UUID]


@dataclass
class Outcome:
    """What became of the rows that were looked at."""

    dry_run: bool
    rows: int
    looked_at: int = 0
    made: int = 0
    changed: int = 0
    present: int = 0
    refused: int = 0
    faults: list[RowFault] = field(default_factory=list)
    next_row: int | None = None


@dataclass(frozen=True)
class Sheet:
    """A table with its known columns; `first` is the row to begin with, `most` how many to look at."""

    table: list[list[str]]
    places: Mapping[str, int]
    first: int
    most: int

    def numbered(self) -> Iterable[tuple[int, dict[str, Any]]]:
        for number, row in enumerate(self.table[self.first - 1 : self.first - 1 + self.most], self.first):
            yield number, domain.values(row, self.places)

    def heading(self, name: str) -> str:
        return self.table[0][self.places[name]] if name in self.places else name


def sheet(kind: str, table: list[list[str]], first: int, most: int) -> Sheet:
    """Raises `Invalid` when a column is missing that no row can do without."""
    places = domain.columns(table[0] if table else [], domain.SPACES if kind == "spaces" else domain.WEEKS)
    missing = [name for name in domain.NEEDED[kind] if name not in places]
    if missing:
        raise invalid("/content", "column_missing", f"These columns are missing: {', '.join(missing)}.")
    return Sheet(table, places, first, most)


async def bring_spaces(tx: Tx, programme: str, on: Sheet, dry_run: bool) -> Outcome:
    """Register the spaces that are not there yet. Raises `Forbidden`, `Invalid`."""
    there = await _begin(tx, programme)
    dated = await policy_in_force(tx, programme, local_day(tx.now))
    if dated is None:
        raise invalid("/programme", "programme_not_running", "This programme has no policy in force today.")

    async def one(cells: dict[str, Any]) -> Done:
        told = {"kind": "group", "access": "closed", **cells, "programme": programme}
        body = _read(NewSpace, told)
        known = (body.platform.value, fold(body.name))
        if known in there:
            return "present"
        check_languages(body.languages, dated.policy)
        space = Space(id=new_id(), version=1, changed_at=tx.now, **body.model_dump())
        there[known] = space.id
        if not dry_run:
            await spaces.register(tx, space)
        return "made"

    return await _each(on, dry_run, one)


async def bring_weeks(tx: Tx, programme: str, on: Sheet, dry_run: bool) -> Outcome:
    """Write down the weeks of spaces that are there. Raises `Forbidden`, `Invalid`."""
    there = await _begin(tx, programme)

    async def one(cells: dict[str, Any]) -> Done:
        space = _space(there, cells.pop("platform", None), cells.pop("name", ""))
        body = _read(Week, {name: cell for name, cell in cells.items() if name != "week"})
        observation = Observation(space=space, week=_week(cells.get("week", "")), **body.model_dump())
        weeks.check(observation, tx.now)
        before = await observed.one(tx, space, observation.week)
        if before == observation:
            return "present"
        if not dry_run:
            await observations.observe(tx, observation)
        return "made" if before is None else "changed"

    return await _each(on, dry_run, one)


async def _begin(tx: Tx, programme: str) -> There:
    tx.must_act_in(programme)
    return await queries.spaces_there(tx, programme)


async def _each(on: Sheet, dry_run: bool, one: Callable[[dict[str, Any]], Awaitable[Done]]) -> Outcome:
    outcome = Outcome(dry_run, rows=max(0, len(on.table) - 1))
    for number, cells in on.numbered():
        outcome.looked_at += 1
        try:
            done = await one(cells) if cells else "present"
        except Invalid as refused:
            outcome.refused += 1
            outcome.faults += [_fault(number, on, fault) for fault in refused.errors]
        else:
            setattr(outcome, done, getattr(outcome, done) + 1)
    after = on.first + outcome.looked_at
    outcome.next_row = after if after <= len(on.table) else None
    return outcome


def _fault(number: int, on: Sheet, fault: Fault) -> RowFault:
    name = fault.pointer.split("/")[1] if "/" in fault.pointer else ""
    return RowFault(number, on.heading(name), fault.code, fault.message)


def _read(shape: type[M], told: dict[str, Any]) -> M:
    """The row as the API's own body. Raises `Invalid`."""
    try:
        return shape.model_validate_json(json.dumps(told))
    except ValidationError as wrong:
        found = faults(wrong, told, frozenset(shape.model_fields))
        raise Invalid("invalid_input", "Some of what was sent cannot be accepted.", errors=found) from None


def _space(there: There, platform: str | None, name: str) -> UUID:
    found = [id for (on, known), id in there.items() if known == fold(name) and platform in (None, on)]
    if not found:
        raise invalid("/name", "space_unknown", "There is no space of this name in the programme.")
    if len(found) > 1:
        raise invalid("/name", "space_not_clear", "Several spaces have this name; say the platform.")
    return found[0]


def _week(cell: str) -> str:
    week = cell if cell[4:6] == "-W" else f"{cell[:4]}-W{cell[5:]:0>2}"
    if len(week) != len("2026-W47") or not (week[:4] + week[6:]).isdecimal():
        raise invalid("/week", "malformed", "Weeks are written 2026-W47, or as any of their days.")
    return week
