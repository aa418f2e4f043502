"""Rows written down elsewhere: each captured once, redacted, or told with its row, its field and why."""

import asyncio
import csv
import io
import json
from typing import Any

import pytest

from libs.kit.actor import SYSTEM
from libs.kit.transaction import Cause
from services.intake.imports.rows import MOST_ROWS
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

PATH = "/intake/v1/imports"
LINK = "https://www.facebook.com/groups/3/posts/"
GOOD = [
    {"text": "Was kostet die Anerkennung?", "language": "de", "captured_as": "summary", "anonymous": True},
    {"text": "Ruft mich an: 030 23125 123", "language": "de", "page": "is left alone"},
    {"text": "كم تكلفة معادلة الشهادة؟", "gist": "Kosten der Anerkennung", "link": f"{LINK}1"},
]


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


def jsonl(*rows: Any) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


def table(*rows: list[str], delimiter: str = ";") -> str:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows(rows)
    return made.getvalue()


async def bring(here: Situation, content: str, form: str = "jsonl", **more: Any) -> dict[str, Any]:
    body = {"space": here.space, "format": form, "content": content, **more}
    made: dict[str, Any] = await here.counsellor.do("POST", PATH, body)
    assert made["captured"] + made["repeated"] + made["refused"] == made["rows"]
    return made


def counts(report: dict[str, Any]) -> tuple[int, int, int]:
    return report["captured"], report["repeated"], report["refused"]


def told(report: dict[str, Any]) -> list[tuple[int, str | None, str]]:
    return [(fault["row"], fault["field"], fault["code"]) for fault in report["faults"]]


async def stored(here: Situation) -> int:
    page = await here.counsellor.get("/intake/v1/questions", programme=here.programme)
    return int(page["page"]["total"])


async def test_each_row_is_a_question_with_its_facts_and_without_what_identifies(here: Situation) -> None:
    assert counts(await bring(here, jsonl(*GOOD))) == (3, 0, 0)
    page = await here.counsellor.get("/intake/v1/questions", programme=here.programme)
    texts = [(await here.counsellor.get(f"/intake/v1/questions/{one['id']}"))["text"] for one in page["items"]]
    assert "Ruft mich an: [Telefon]" in texts and not any("23125" in text for text in texts)
    for one in page["items"]:
        assert len(await here.intake.said(about=one["id"], type="question.captured")) == 1


async def test_the_same_rows_again_bring_nothing(here: Situation) -> None:
    await bring(here, jsonl(*GOOD[:2]))
    assert counts(await bring(here, jsonl(*GOOD))) == (1, 2, 0)
    assert counts(await bring(here, jsonl(*reversed(GOOD)))) == (0, 3, 0)
    assert await stored(here) == 3


async def test_two_imports_of_the_same_rows_at_once_bring_them_once(here: Situation) -> None:
    reports = await asyncio.gather(*(bring(here, jsonl(*GOOD)) for _ in range(3)))
    assert sum(report["captured"] for report in reports) == 3
    assert await stored(here) == 3


async def test_rows_that_say_the_same_are_told_apart_by_a_column_of_their_own(here: Situation) -> None:
    row = {"text": "Was kostet es?", "language": "de"}
    assert counts(await bring(here, jsonl(row, row))) == (1, 1, 0)
    assert counts(await bring(here, jsonl({**row, "nr": 1}, {**row, "nr": 2}))) == (2, 0, 0)


BAD = (
    "{not json",
    {"language": "de"},
    {"text": "x", "language": "zu"},
    {"text": "x", "asked_at": "yesterday", "contact": "tenth"},
    "",
    {"text": "Mit Link", "language": "de", "link": f"{LINK}9"},
    {"text": "Nochmal", "language": "de", "link": f"{LINK}9?fbclid=1"},
    {"text": "x", "space": "0198c0de-0000-7000-8000-000000000009"},
    {"text": "a\u202eb"},
    '{"text": "x", "form_minutes": 1e999}',
    '{"text": "\\ud800"}',
    "[" * 2_000,
)
TOLD = [
    (1, None, "not_json"),
    (2, "text", "required"),
    (3, "language", "language_not_offered"),
    (4, "contact", "unknown_code"),
    (4, "asked_at", "malformed"),
    (7, None, "known_link"),
    (8, None, "space_unknown"),
    (9, "text", "bidi_override"),
    (10, "form_minutes", "wrong_type"),
    (11, None, "malformed_json"),
    (12, None, "not_json"),
]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_bad_row_is_told_with_its_place_and_does_not_stop_the_others(here: Situation, dry_run: bool) -> None:
    report = await bring(here, jsonl(*BAD), dry_run=dry_run)
    assert sorted(told(report), key=str) == sorted(TOLD, key=str)
    assert counts(report) == (1, 0, 10)
    assert "yesterday" not in json.dumps(report), "a report never repeats what was typed"
    assert await stored(here) == (0 if dry_run else 1)


async def test_a_dry_run_says_what_would_be_and_stores_nothing(here: Situation) -> None:
    before = len(await here.intake.said())
    assert counts(await bring(here, jsonl(*GOOD, GOOD[0]), dry_run=True)) == (3, 1, 0)
    assert (await stored(here), len(await here.intake.said())) == (0, before)
    await bring(here, jsonl(*GOOD[:1]))
    assert counts(await bring(here, jsonl(*GOOD), dry_run=True)) == (2, 1, 0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_a_spreadsheet_is_read_as_people_export_it(here: Situation, delimiter: str) -> None:
    head = ["\ufeffText", "Language", "anonymous", "machine_help", "form_minutes", "Nr"]
    rows = [["Zeile eins\nZeile zwei, mit; Zeichen", "de", "ja", "translation|sources", "3", "1"], ["", "", ""]]
    report = await bring(here, table(head, *rows, delimiter=delimiter), "csv")
    assert counts(report) == (1, 0, 0)
    (one,) = (await here.counsellor.get("/intake/v1/questions", programme=here.programme))["items"]
    shown = await here.counsellor.get(f"/intake/v1/questions/{one['id']}")
    assert shown["text"] == "Zeile eins\nZeile zwei, mit; Zeichen"
    documented = shown["documented"]
    assert (documented["anonymous"], documented["machine_help"], documented["form_minutes"]) == (
        True,
        ["translation", "sources"],
        3,
    )


async def test_rows_of_a_spreadsheet_are_counted_as_it_counts_them(here: Situation) -> None:
    head = ["text", "anonymous", "form_minutes"]
    content = table(head, ["x", "perhaps", "many"], ["gut", "", ""], ["a", "", "", "b"])
    assert told(await bring(here, content, "csv")) == [
        (2, "anonymous", "wrong_type"),
        (2, "form_minutes", "wrong_type"),
        (4, None, "too_many_cells"),
    ]


@pytest.mark.parametrize(
    ("content", "form", "code"),
    [
        (jsonl(*[{"text": f"Frage {n}"} for n in range(MOST_ROWS + 1)]), "jsonl", "too_many_rows"),
        ("frage;sprache\nx;de\n", "csv", "head_unreadable"),
        ("text;text\nx;y\n", "csv", "head_unreadable"),
        ('text\n"offen\n', "csv", "csv_unreadable"),
        (f'text\n"{"x" * 140_000}"\n', "csv", "csv_unreadable"),
        ("x", "xlsx", "invalid_input"),
        ("", "csv", "invalid_input"),
        ("x" * 1_048_577, "jsonl", "body_too_large"),
    ],
)
async def test_what_is_no_table_is_refused_whole(here: Situation, content: str, form: str, code: str) -> None:
    body = {"space": here.space, "format": form, "content": content}
    status, said = await here.counsellor.refused("POST", PATH, body)
    assert (400 <= status < 500, said) == (True, code)
    assert await stored(here) == 0


async def test_the_row_of_an_erased_question_is_forgotten_with_it(here: Situation) -> None:
    await bring(here, jsonl(GOOD[0]))
    (one,) = (await here.counsellor.get("/intake/v1/questions", programme=here.programme))["items"]
    assert await _kept(here) == 1
    await here.dpo.do("POST", f"/intake/v1/questions/{one['id']}/erasure", version=1)
    assert await _kept(here) == 0


async def _kept(here: Situation) -> int:
    # As the system: row level security shows nothing to whoever names no programme.
    async with here.intake.db.transaction(Cause(SYSTEM)) as tx:
        sql = "SELECT count(*) FROM imported_row WHERE programme = $1"
        return int(await tx.connection.fetchval(sql, here.programme))
