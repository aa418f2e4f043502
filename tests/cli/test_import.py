"""`lotse import questions`: every row through the API, each refusal with its row and field, and nothing twice."""

import json
from pathlib import Path

import pytest

from cli import importing
from cli.demo.cast import Cast
from cli.importing import Rows, Summary, Target, together
from tests.cli.conftest import Lotse

Here = tuple[str, str]
GOOD = [
    {"id": "1", "text": "Was kostet die Anerkennung?", "language": "de"},
    {"id": "2", "text": "كم تكلفة معادلة الشهادة؟", "gist": "Kosten der Anerkennung", "place": "Musterstadt"},
    {"id": "3", "text": "Ruft mich an: 030 23125 123", "language": "de", "page": "is left alone"},
]


def written(folder: Path, *lines: object) -> str:
    file = folder / "questions.jsonl"
    file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return str(file)


async def test_each_row_is_captured_and_the_same_file_again_captures_nothing(
    lotse: Lotse, here: Here, cast: Cast, space: str, tmp_path: Path
) -> None:
    file = written(tmp_path, *GOOD)
    before = await _captured(cast, space)
    ran = await lotse("import", "questions", file, "--space", space, "--json", *here)
    assert (ran.code, ran.lines[-1]) == (
        0,
        {"rows": 3, "captured": 3, "repeated": 0, "refused": 0, "dry_run": False},
    )
    again = await lotse("import", "questions", file, "--space", space, "--json", *here)
    assert (again.lines[-1]["captured"], again.lines[-1]["repeated"]) == (0, 3)
    assert await _captured(cast, space) == before + 3


async def _captured(cast: Cast, space: str) -> int:
    page = await cast.caller("coordinator").get("/intake/v1/questions?programme=fem-os&limit=1")
    return int(page["page"]["total"])


async def test_a_bad_row_is_named_with_its_reason_and_does_not_stop_the_others(
    lotse: Lotse, here: Here, space: str, tmp_path: Path
) -> None:
    link = "https://www.facebook.com/groups/9/posts/91"
    lines = (
        "{not json",
        {"id": "no text"},
        {"text": "Xin chào", "language": "zu"},
        {"text": "x", "language": "de", "asked_at": "yesterday"},
        "",
        {"text": "Mit Link", "language": "de", "link": link},
        {"text": "Nochmal mit Link", "language": "de", "link": f"{link}?fbclid=1"},
    )
    ran = await lotse("import", "questions", written(tmp_path, *lines), "--space", space, "--json", *here)
    *refused, summary = ran.lines
    assert ran.code == 4
    assert (summary["captured"], summary["refused"]) == (1, 5)
    assert [(one["row"], one["field"], one["code"]) for one in refused] == [
        (1, None, "not_json"),
        (2, "text", "required"),
        (3, "language", "language_not_offered"),
        (4, "asked_at", "malformed"),
        (7, None, "known_link"),
    ]
    assert "yesterday" not in ran.out, "a refusal never repeats what was typed"
    people = await lotse("import", "questions", written(tmp_path, *lines), "--space", space, *here)
    assert "row 4, asked_at: A moment" in people.out


async def test_a_dry_run_checks_every_row_and_captures_none(
    lotse: Lotse, here: Here, cast: Cast, space: str, tmp_path: Path
) -> None:
    before = await _captured(cast, space)
    ran = await lotse("import", "questions", written(tmp_path, *GOOD, "{"), "--space", space, "--dry-run", *here)
    assert ran.code == 4
    assert "3 would be captured" in ran.out
    assert await _captured(cast, space) == before


async def test_rows_find_a_space_of_the_programme_in_their_language(
    lotse: Lotse, here: Here, space: str, tmp_path: Path
) -> None:
    ran = await lotse(
        "import",
        "questions",
        written(tmp_path, {**GOOD[0], "text": "Und wie lange dauert sie?"}),
        "--programme",
        "fem-os",
        "--json",
        *here,
    )
    assert (ran.code, ran.lines[-1]["captured"]) == (0, 1)
    nowhere = await lotse("import", "questions", written(tmp_path, GOOD[0]), *here)
    assert nowhere.code == 1 and "--space ID or --programme CODE" in nowhere.err


async def test_what_stops_every_row_stops_the_import(lotse: Lotse, here: Here, space: str, tmp_path: Path) -> None:
    file = written(tmp_path, *GOOD)
    foreign = await lotse("import", "questions", file, "--space", space, "--as", "scout", "--json", *here)
    assert foreign.code == 1 and "role_missing" in foreign.err
    missing = await lotse("import", "questions", str(tmp_path / "gone.jsonl"), "--space", space, *here)
    assert missing.code == 1 and "cannot be read" in missing.err


def test_a_file_that_is_too_large_is_refused_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.local.trouble import Trouble

    file = Path(written(tmp_path, *GOOD))
    monkeypatch.setattr(importing, "LARGEST_FILE", 10)
    with pytest.raises(Trouble, match="larger"):
        importing.read(file)
    monkeypatch.setattr(importing, "LARGEST_FILE", 1_000)
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    with pytest.raises(Trouble, match="more than 2 lines"):
        importing.read(file)


def test_a_row_says_where_to_or_its_language_does() -> None:
    target = Target("first", {"ar": "arabic"})
    lines = '{"text": "x"}\n\n{"text": "x", "language": "ar"}\n{"text": "x", "space": "own"}\n{broken\n'
    (rows,) = together(lines, "jsonl", target, Summary(dry_run=False))
    assert [json.loads(row)["space"] for row in rows.written[:3]] == ["first", "arabic", "own"]
    assert (rows.numbers, rows.number(2)) == ([1, 3, 4, 5], 3)
    (table,) = together("text;language\nx;ar\ny\n", "csv", target, Summary(dry_run=False))
    assert (table.head, table.written) == ("text,language,space\r\n", ["x,ar,arabic\r\n", "y,,first\r\n"])
    assert table.number(2) == 2


def test_many_rows_go_in_several_bundles_and_one_too_long_in_none() -> None:
    summary = Summary(dry_run=False)
    long = json.dumps({"text": "x" * importing.LONGEST_ROW})
    content = "\n".join(['{"text": "x"}'] * importing.ROWS_AT_ONCE + [long] + ['{"text": "y"}'] * 3)
    bundles: list[Rows] = list(together(content, "jsonl", Target("s"), summary))
    assert [len(rows.numbers) for rows in bundles] == [importing.ROWS_AT_ONCE, 3]
    assert [(one.row, one.code) for one in summary.faults] == [(importing.ROWS_AT_ONCE + 1, "row_too_long")]


async def test_a_table_is_imported_as_well(lotse: Lotse, here: Here, space: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_bytes('\ufefftext;language;anonymous\r\n"Zwei\nZeilen";de;ja\r\nHallo;de;vielleicht\r\n'.encode())
    ran = await lotse("import", "questions", str(file), "--space", space, "--json", *here)
    refused, summary = ran.lines
    assert (ran.code, summary["captured"], summary["refused"]) == (4, 1, 1)
    assert (refused["row"], refused["field"]) == (3, "anonymous")
