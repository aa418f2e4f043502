"""Figures over HTTP: counts and hours by week, language, topic and platform, and what each measure means."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict

from libs.contracts.codes import Role
from libs.contracts.types import Code, IsoWeek
from libs.edge.bodies import View
from libs.edge.cursors import Query
from libs.edge.faults import Refused
from libs.edge.http import Call, Router
from libs.kit.errors import Fault, Invalid
from libs.kit.transaction import Reply
from services.reporting.figures import commands, domain
from services.reporting.figures.commands import Answer
from services.reporting.figures.domain import BY_CODE, MEASURES, Dimension, Row, Withheld
from services.reporting.figures.queries import Asked
from services.reporting.history.queries import Progress

PREFIX = "/reporting/v1"
router = Router("figures", PREFIX)
# Everyone who counsels, reviews, coordinates, funds, evaluates or oversees; partners outside see no figures of others.
READERS = (
    Role.COORDINATOR,
    Role.EVALUATOR,
    Role.FUNDER,
    Role.BOARD,
    Role.AUDITOR,
    Role.DPO,
    Role.ADMIN,
    Role.COUNSELLOR,
    Role.SECOND_READER,
    Role.LEGAL_REVIEWER,
    Role.REFERRAL_COORDINATOR,
    Role.EDITOR,
    Role.SPACE_SCOUT,
)
WORDS: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parents[1] / "measures.toml").read_text())
ROW: JsonDict = {
    "programme": "fem-os",
    "measure": "answered",
    "unit": "question",
    "cell": {"week": "2026-W47", "language": "ar"},
    "count": 12,
    "median": None,
    "p90": None,
    "withheld": False,
    "reason": None,
}


def _known(code: str) -> str:
    if code not in BY_CODE:
        raise Refused("unknown_code", "One of the accepted codes is expected here.")
    return code


MeasureCode = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": sorted(BY_CODE)})]


class FiguresQuery(Query):
    """`from` and `to` are ISO weeks, both included. `by` names what cells are told apart by; without it there is one
    cell for each measure and programme. `measures` left out means all."""

    programme: Code | None = None
    measures: Annotated[tuple[MeasureCode, ...], Field(max_length=len(MEASURES))] = ()
    first: IsoWeek | None = Field(None, alias="from")
    last: IsoWeek | None = Field(None, alias="to")
    by: Annotated[tuple[Dimension, ...], Field(max_length=len(Dimension))] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> "FiguresQuery":
        if len(set(self.by)) < len(self.by):
            raise Refused("repeated", "A dimension is named twice.")
        if self.first and self.last and self.last < self.first:
            raise Refused("reversed", "The last week is before the first.")
        return self


class RowView(View):
    """`count` is the number of cases. A measure in hours has the median and the 90th percentile of their durations too.

    What is withheld is null and says so: that is not zero, and not a gap. Cells that hold nothing are absent.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [ROW]})

    programme: str
    measure: str
    unit: str
    cell: dict[Dimension, str]
    count: int | None
    median: float | None
    p90: float | None
    withheld: bool
    reason: Withheld | None


class SourceView(View):
    """How far a service's events are counted: all up to `through`. `waiting` events came and could not be applied;
    at `caught_up_at` the bus held nothing more."""

    source: str
    through: datetime | None
    waiting: int
    caught_up_at: datetime | None


class FiguresView(View):
    """`complete_through` is the least moment of all sources; every row holds all that happened up to it."""

    definition_version: int
    complete_through: datetime | None
    sources: list[SourceView]
    withheld_below: int
    rows: list[RowView]
    totals: list[RowView] = Field(description="Over all cells of this answer, withheld where they would reveal one.")


class MeasureView(View):
    """What a measure counts, in German and English."""

    measure: str
    unit: str
    counted_from: str = Field(description="The type of event that adds to it.")
    part_of: str | None
    de: str
    en: str


class MeasureList(View):
    definition_version: int
    items: list[MeasureView]


@router.get(
    "/figures",
    allow=READERS,
    query=FiguresQuery,
    reply=FiguresView,
    summary="Counts and hours; cells below five are withheld from every role",
)
async def read_figures(call: Call[Any, FiguresQuery]) -> Reply:
    """Within one answer no withheld cell can be found by subtraction. Differences between separate answers are a matter
    of disclosure control, which is not built yet."""
    query = call.query
    if query.programme is not None and query.programme not in (call.programmes or ()):
        raise _refused("programme", "programme_unknown", "You have no role in a programme with this code.")
    codes = query.measures or tuple(BY_CODE)
    async with call.transaction() as tx:
        asked = Asked(codes, query.by, query.programme, query.first, query.last)
        found = await commands.answer(tx, asked)
        if found is None:
            raise _refused("by", "too_many_cells", "This makes too many cells; ask for fewer weeks or dimensions.")
        return tx.reply(200, _view(found, asked))


@router.get("/measures", allow=READERS, reply=MeasureList, summary="What each measure counts, in words")
async def list_measures(call: Call) -> Reply:
    items = [
        MeasureView(
            measure=measure.code,
            unit=measure.unit,
            counted_from=measure.fact.type,
            part_of=measure.part_of,
            **WORDS[measure.code],
        )
        for measure in MEASURES
    ]
    async with call.transaction() as tx:
        return tx.reply(200, MeasureList(definition_version=domain.DEFINITIONS, items=items))


def _refused(parameter: str, code: str, message: str) -> Invalid:
    fault = Fault(f"/query/{parameter}", code, message)
    return Invalid("invalid_parameter", "A query parameter cannot be accepted.", errors=(fault,))


def _view(found: Answer, asked: Asked) -> FiguresView:
    return FiguresView(
        definition_version=found.definitions,
        complete_through=complete_through(found.progress),
        sources=[SourceView.model_validate(one, from_attributes=True) for one in found.progress],
        withheld_below=domain.FEWEST_CASES,
        rows=[_row(row, asked) for row in found.rows],
        totals=[_row(row, asked) for row in found.totals],
    )


def complete_through(progress: list[Progress]) -> datetime | None:
    """The least moment of the sources that have said anything; None while one is stuck before its first event."""
    if any(one.through is None and one.waiting for one in progress):
        return None
    return min((one.through for one in progress if one.through is not None), default=None)


def _row(row: Row, asked: Asked) -> RowView:
    programme, measure, cell = row.key
    return RowView(
        programme=programme,
        measure=measure,
        unit=BY_CODE[measure].unit,
        cell=dict(zip(asked.by, cell, strict=False)),
        count=row.count,
        median=row.median,
        p90=row.p90,
        withheld=row.withheld is not None,
        reason=row.withheld,
    )
