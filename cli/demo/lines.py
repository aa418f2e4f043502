"""The questions a demo walks through: those that come with it, or a file of somebody's own."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cli.demo.topics import legal_class_of, topic_of
from cli.local.trouble import Trouble
from libs.text.redaction import contains_personal_data, redact

SAMPLE = Path(__file__).parents[1] / "sample"
LARGEST_FILE = 64 * 2**20
LONGEST_TEXT = 20_000
GERMAN = "de"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A question with all that people would think of on the way: German gist, German core, the text for the thread.

    `language` None: nobody said. `answer` is written in `language`; None where nobody has translated the core.
    """

    id: str
    text: str
    language: str | None
    place: str | None
    programme: str | None
    gist: str | None
    core: str
    answer: str | None
    answered: bool
    topic: str
    legal_class: str
    urgency: str
    land: str

    def variant(self, language: str) -> str | None:
        """The text for a thread in this language; None for a German one, where the core itself is posted."""
        if language == GERMAN:
            return None
        if self.answer is not None and language == self.language:
            return self.answer
        said = sentences().get(language, {})
        if not self.answered:
            return said.get("office", self.core)
        return f"{said['german']}\n{self.core}" if said else self.core


def read(file: Path | None, language: str | None, limit: int | None) -> list[Line]:
    """The lines asked for. Raises `Trouble` for a file that cannot be read, naming the line."""
    rows = list(_rows(file or SAMPLE / "questions.jsonl"))
    groups = _germans(rows)
    lines = (_line(row, groups.get(row.get("group"))) for row in rows)
    wanted = [line for line in lines if language is None or line.language == language]
    if not wanted:
        raise Trouble("There is no such question in the file; nothing to walk through.")
    return wanted[:limit]


def _rows(file: Path) -> Iterator[Row]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Trouble(f"{file} is larger than {LARGEST_FILE // 2**20} MiB; use a part of it.")
        with file.open(encoding="utf-8") as content:
            for number, raw in enumerate(content, 1):
                if raw.strip():
                    yield _row(raw, file, number)
    except (OSError, UnicodeDecodeError) as failure:
        raise Trouble(f"{file} cannot be read as UTF-8 text: {type(failure).__name__}.") from None


def _row(raw: str, file: Path, number: int) -> Row:
    try:
        row = json.loads(raw)
    except ValueError:
        row = None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise Trouble(f"{file}, line {number}: each line is a JSON object with at least `id` and `text`.")
    return row


def _germans(rows: Iterable[Row]) -> dict[Any, Row]:
    """The German line of each group of translations: it has the answer, and its text says in German what is asked."""
    return {row["group"]: row for row in rows if row.get("group") is not None and row.get("language") == GERMAN}


def _line(row: Row, german: Row | None) -> Line:
    answer = row.get("answer_de") or (german or {}).get("answer_de")
    # A German question needs no gist; for the others of its group it is one.
    gist = row.get("gist") or (german["text"] if german and row.get("language") != GERMAN else None)
    told = " ".join(
        filter(None, (gist, row.get("page_title_de"), row["text"] if row.get("language") == GERMAN else ""))
    )
    return Line(
        id=str(row.get("id", "")),
        text=row["text"][:LONGEST_TEXT],
        language=row.get("language"),
        place=row.get("place"),
        programme=row.get("programme"),
        gist=gist,
        core=without_personal_data(answer) if answer else sentences()[GERMAN]["office"],
        answer=row.get("answer"),
        answered=bool(answer),
        topic=row.get("topic") or topic_of(told),
        legal_class=row.get("legal_class") or legal_class_of(told),
        urgency=row.get("urgency", "normal"),
        land=row.get("land", "unknown"),
    )


def without_personal_data(answer: str) -> str:
    """What a counsellor does before she submits: an answer names no person's address or number; review refuses it."""
    answer = answer[:LONGEST_TEXT]
    return redact(answer).text if contains_personal_data(answer, in_answer=True) else answer


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Language → what to say where a file brings no text in it."""
    return tomllib.loads((SAMPLE / "sentences.toml").read_text(encoding="utf-8"))
