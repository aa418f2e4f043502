"""`lotse import questions`: every line through the API, each refusal with its line, and nothing twice."""

import json
from pathlib import Path

import pytest

from cli import importing
from cli.demo.cast import Cast
from cli.importing import Refused, Target, body_of, key_of
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


async def test_each_line_is_captured_and_the_same_file_again_captures_nothing(
    lotse: Lotse, here: Here, cast: Cast, space: str, tmp_path: Path
) -> None:
    file = written(tmp_path, *GOOD)
    before = await _captured(cast, space)
    ran = await lotse("import", "questions", file, "--space", space, "--json", *here)
    assert (ran.code, ran.lines[-1]) == (
        0,
        {"lines": 3, "captured": 3, "repeated": 0, "refused": 0, "dry_run": False},
    )
    again = await lotse("import", "questions", file, "--space", space, "--json", *here)
    assert (again.lines[-1]["captured"], again.lines[-1]["repeated"]) == (0, 3)
    assert await _captured(cast, space) == before + 3


async def _captured(cast: Cast, space: str) -> int:
    page = await cast.caller("coordinator").get("/intake/v1/questions?programme=fem-os&limit=1")
    return int(page["page"]["total"])


async def test_a_bad_line_is_named_with_its_reason_and_does_not_stop_the_others(
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
    assert [(one["line"], one["code"]) for one in refused] == [
        (1, "not_json"),
        (2, "text_missing"),
        (3, "language_not_offered"),
        (4, "invalid_input"),
        (7, "known_link"),
    ]
    assert "yesterday" not in ran.out, "a refusal never repeats what was typed"
    people = await lotse("import", "questions", written(tmp_path, *lines), "--space", space, *here)
    assert "line 4: Some of what was sent cannot be accepted. /asked_at" in people.out


async def test_a_dry_run_checks_every_line_and_captures_none(
    lotse: Lotse, here: Here, cast: Cast, space: str, tmp_path: Path
) -> None:
    before = await _captured(cast, space)
    ran = await lotse("import", "questions", written(tmp_path, *GOOD, "{"), "--space", space, "--dry-run", *here)
    assert ran.code == 4
    assert "3 would be captured" in ran.out
    assert await _captured(cast, space) == before


async def test_lines_find_a_space_of_the_programme_in_their_language(
    lotse: Lotse, here: Here, space: str, tmp_path: Path
) -> None:
    ran = await lotse("import", "questions", written(tmp_path, GOOD[0]), "--programme", "fem-os", "--json", *here)
    assert (ran.code, ran.lines[-1]["captured"]) == (0, 1)
    nowhere = await lotse("import", "questions", written(tmp_path, GOOD[0]), *here)
    assert nowhere.code == 1 and "--space ID or --programme CODE" in nowhere.err


async def test_what_stops_every_line_stops_the_import(lotse: Lotse, here: Here, space: str, tmp_path: Path) -> None:
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
        importing.measured(file)
    monkeypatch.setattr(importing, "LARGEST_FILE", 1_000)
    monkeypatch.setattr(importing, "MOST_LINES", 2)
    with pytest.raises(Trouble, match="more than 2 lines"):
        importing.measured(file)


def test_a_key_follows_from_file_line_and_space() -> None:
    keys = {key_of(digest, line, space) for digest in (b"a", b"b") for line in (1, 2) for space in ("x", "y")}
    assert len(keys) == 8
    assert key_of(b"a", 1, "x") == key_of(b"a", 1, "x")


def test_a_line_says_where_to_or_its_language_does() -> None:
    target = Target("first", {"ar": "arabic"}, frozenset({"de", "ar"}))
    assert body_of(b'{"text": "x"}', target)["space"] == "first"
    assert body_of(b'{"text": "x", "language": "ar"}', target)["space"] == "arabic"
    assert body_of(b'{"text": "x", "space": "own"}', target)["space"] == "own"
    with pytest.raises(Refused, match="line_too_long"):
        body_of(b'{"text": "' + b"x" * importing.LONGEST_LINE + b'"}', target)
