"""How a file of questions is captured: a few rows at a time, in their order. The service tells rows apart by what they
say, so that the same file imported again finds what is there, also after an interruption."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from cli.client import Answer, Caller
from cli.local.trouble import Trouble
from cli.screen import Screen

LARGEST_FILE = 20 * 2**20
MOST_ROWS = 100_000
LONGEST_ROW = 128 * 1024
# Well below what one import may hold, so that the bar moves and an interruption costs little.
ROWS_AT_ONCE, LETTERS_AT_ONCE = 50, 256 * 1024
Form = Literal["jsonl", "csv"]


@dataclass(frozen=True)
class Refusal:
    """Why a row was not captured, and in which field; never what it holds."""

    row: int
    field: str | None
    code: str
    message: str


@dataclass
class Summary:
    """`repeated` rows had been captured before, by an earlier run or in an earlier row."""

    dry_run: bool
    rows: int = 0
    captured: int = 0
    repeated: int = 0
    refused: int = 0
    faults: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """Where rows go: one space, or the programme's first space in the row's language."""

    space: str
    by_language: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    async def of(cls, counsellor: Caller, space: str | None, programme: str | None) -> Self:
        """Raises `Problem` for a space or programme that is not there, `Trouble` for a programme without spaces."""
        if space is not None:
            return cls(space)
        page = await counsellor.get(f"/intake/v1/spaces?programme={programme}&limit=200")
        if not page["items"]:
            raise Trouble(f"{programme} has no space yet. Register one, or name one with --space.")
        firsts: dict[str, str] = {}
        for one in page["items"]:
            for language in one["languages"]:
                firsts.setdefault(language, one["id"])
        return cls(page["items"][0]["id"], firsts)

    def of_row(self, row: Mapping[str, Any]) -> str:
        said = row.get("space")
        return said if isinstance(said, str) and said else self.by_language.get(str(row.get("language")), self.space)


@dataclass
class Rows:
    """What is sent at once: `head` of a table, then each row's own number in the file, and what stands in it."""

    head: str = ""
    numbers: list[int] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.numbers) >= ROWS_AT_ONCE or sum(map(len, self.written)) >= LETTERS_AT_ONCE

    def number(self, told: int) -> int:
        """The number in the file of a row that the service counts as `told`, the head being its first."""
        return self.numbers[told - (2 if self.head else 1)]


async def run(counsellor: Caller, file: Path, target: Target, screen: Screen, *, dry_run: bool) -> Summary:
    """Capture every row. Raises `Trouble` for a file that cannot be read, `Problem` when no row can be captured."""
    form: Form = "csv" if file.suffix.lower() == ".csv" else "jsonl"
    content, summary = read(file), Summary(dry_run)
    waiting = list(together(content, form, target, summary))
    with screen.progress("Checking" if dry_run else "Capturing", sum(len(rows.numbers) for rows in waiting)) as advance:
        for rows in waiting:
            body = {"space": target.space, "format": form, "content": rows.head + "".join(rows.written)}
            _add(summary, rows, await counsellor.post("/intake/v1/imports", {**body, "dry_run": dry_run}))
            advance(len(rows.numbers))
    return summary


def _add(summary: Summary, rows: Rows, answer: Answer) -> None:
    for name in ("rows", "captured", "repeated", "refused"):
        setattr(summary, name, getattr(summary, name) + answer[name])
    summary.faults += [Refusal(**{**fault, "row": rows.number(fault["row"])}) for fault in answer["faults"]]


def read(file: Path) -> str:
    """The file's text. Raises `Trouble`."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Trouble(f"{file} is larger than {LARGEST_FILE // 2**20} MiB; split it.")
        content = file.read_bytes().decode("utf-8-sig")
    except OSError as failure:
        raise Trouble(f"{file} cannot be read: {failure.strerror}.") from None
    except UnicodeDecodeError:
        raise Trouble(f"{file} is not UTF-8; save it as UTF-8 text.") from None
    if content.count("\n") > MOST_ROWS:
        raise Trouble(f"{file} has more than {MOST_ROWS:,} lines; split it.")
    return content


def together(content: str, form: Form, target: Target, summary: Summary) -> Iterator[Rows]:
    """The rows in bundles that can be sent at once; what is too long for any is told in the summary."""
    head, numbered = _table(content, target) if form == "csv" else ("", _lines(content, target))
    rows = Rows(head)
    for number, written in numbered:
        if len(written.encode("utf-8", "replace")) > LONGEST_ROW:
            summary.rows, summary.refused = summary.rows + 1, summary.refused + 1
            words = f"A row has at most {LONGEST_ROW // 1024} KiB."
            summary.faults.append(Refusal(number, None, "row_too_long", words))
            continue
        rows.numbers.append(number)
        rows.written.append(written)
        if rows.full:
            yield rows
            rows = Rows(head)
    if rows.numbers:
        yield rows


def _lines(content: str, target: Target) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield number, f"{_placed(line.strip(), target)}\n"


def _placed(line: str, target: Target) -> str:
    try:
        row = json.loads(line) if target.by_language else None
    except (ValueError, RecursionError):
        return line
    return json.dumps({**row, "space": target.of_row(row)}, ensure_ascii=False) if isinstance(row, dict) else line


def _table(content: str, target: Target) -> tuple[str, Iterator[tuple[int, str]]]:
    """The head as it is sent, and the rows. Raises `Trouble` when they cannot be told apart."""
    first = content.split("\n", 1)[0]
    table = csv.reader(io.StringIO(content, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        head, *rows = list(table) or [[]]
    except csv.Error:
        raise Trouble("The rows cannot be told apart: a quote is open, or a cell too long.") from None
    names = [name.strip().lower() for name in head]
    if not target.by_language or "space" in names:
        return _written(head), ((number, _written(row)) for number, row in enumerate(rows, 2) if any(row))
    placed = (
        (number, _written([*row, *[""] * (len(head) - len(row)), target.of_row(dict(zip(names, row, strict=False)))]))
        for number, row in enumerate(rows, 2)
        if any(row)
    )
    return _written([*head, "space"]), placed


def _written(cells: list[str]) -> str:
    made = io.StringIO()
    csv.writer(made).writerow(cells)
    return made.getvalue()
