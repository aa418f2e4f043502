"""Reading the rows of an import, before a transaction is open: each is redacted as every question, or says why not.

Rows are numbered as people see them: lines of a JSON Lines file from 1, rows of a spreadsheet with its head as row 1.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from libs.edge.requests import BodyReader
from libs.kit.errors import Fault, Invalid, LotseError
from services.intake.questions.arrival import arrived
from services.intake.questions.domain import Found
from services.intake.questions.shapes import NewQuestion

MOST_ROWS = 200
FIELDS = frozenset(NewQuestion.model_fields)
READER = BodyReader(NewQuestion)
NOT_JSON = Fault("", "not_json", "This line is no JSON object.")
CELLS = Fault("", "too_many_cells", "This row has more cells than the head has names.")
YES_NO = {"true": True, "yes": True, "ja": True, "1": True, "false": False, "no": False, "nein": False, "0": False}
Raw = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One row: what was found, with the bytes its identity is made of, or what is wrong with it."""

    number: int
    found: Found | None = None
    identity: bytes = b""
    faults: tuple[Fault, ...] = ()


def read(content: str, form: str, space: UUID) -> list[Row]:
    """All rows; `space` is that of rows which name none. Raises `Invalid` when it is no table at all, or too long."""
    rows: list[Row] = []
    for number, raw in (_records if form == "csv" else _lines)(content.removeprefix("\ufeff")):
        if len(rows) == MOST_ROWS:
            raise Invalid("too_many_rows", f"An import has at most {MOST_ROWS} rows; send the rest in another.")
        rows.append(Row(number, faults=(raw,)) if isinstance(raw, Fault) else _row(number, raw, space))
    return rows


def faults_of(error: LotseError) -> tuple[Fault, ...]:
    """What a refusal says of a row."""
    return error.errors or (Fault("", error.code, error.message),)


def _row(number: int, raw: Raw, space: UUID) -> Row:
    defaults = {"channel": "public", "space": str(space)}
    said = {name: value for name, value in raw.items() if name in FIELDS and value is not None}
    try:
        found, _ = arrived(READER.parse(json.dumps(defaults | said).encode()))
    except LotseError as error:
        return Row(number, faults=faults_of(error))
    # Columns that are not ours tell rows apart too, such as a number in the file they come from.
    told = {name: value for name, value in raw.items() if name != "space"}
    return Row(number, found, json.dumps(told, sort_keys=True).encode())


def _lines(content: str) -> Iterator[tuple[int, Raw | Fault]]:
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> Raw | Fault:
    try:
        made = json.loads(line)
    except (ValueError, RecursionError):
        return NOT_JSON
    return made if isinstance(made, dict) else NOT_JSON


def _records(content: str) -> Iterator[tuple[int, Raw | Fault]]:
    line = content.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=max(",;\t", key=line.count), strict=True)
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        if "text" not in head or len(set(head)) != len(head):
            raise Invalid("head_unreadable", "The first row names each column once, and one of them is text.")
        for number, cells in enumerate(reader, 2):
            if any(cell.strip() for cell in cells):
                yield number, CELLS if len(cells) > len(head) else _typed(dict(zip(head, cells, strict=False)))
    except csv.Error:
        raise Invalid("csv_unreadable", "The rows cannot be told apart: a quote is open, or a cell too long.") from None


def _typed(cells: dict[str, str]) -> Raw:
    """A spreadsheet knows texts alone; what cannot be meant stays a text, and is refused with its place."""
    made: Raw = {name: cell.strip() for name, cell in cells.items() if cell.strip()}
    for name in ("anonymous", "third_person"):
        if name in made:
            made[name] = YES_NO.get(made[name].lower(), made[name])
    for name in ("counselling_minutes", "form_minutes"):
        if made.get(name, "").isascii() and made.get(name, "").isdigit() and len(made[name]) < 10:
            made[name] = int(made[name])
    if "machine_help" in made:
        made["machine_help"] = [] if made["machine_help"] == "none" else made["machine_help"].split("|")
    return made
