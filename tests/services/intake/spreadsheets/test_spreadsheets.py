"""Spreadsheets brought in: dry run, a report by row and column, and nothing twice."""

import base64
from typing import Any

import pytest

from services.intake.spreadsheets.sheets import MOST_ROWS
from tests.services.intake.situation import Situation, situation
from tests.services.intake.spreadsheets.workbook import cell, sheet, workbook
from tests.services.probe import Probe

SPACES = """Plattform;Gruppenname;Sprache;Mitglieder;Zugang;Bemerkung
Facebook;Pflegekräfte aus Syrien;ar, de;5.600;geschlossen;bleibt liegen
Telegram;Wohnung Berlin;ar;viele;offen;
Myspace;Alte Freunde;de;10;offen;
Facebook;Nur Vietnamesisch;vi;10;offen;
"""
WEEKS: list[list[Any]] = [
    ["Name", "Woche", "Mitglieder", "Beiträge", "Fragen", "Eigene Beiträge"],
    ["frauen in MUSTERSTADT", "2026-W46", 310, 40, 5, 2],
    ["Frauen in Musterstadt", "16.11.2026", 320, 30, 4, 40],
    ["Gibt es nicht", "2026-W46", 1, 1, 1, 1],
]
# The reader would make room for seventeen thousand million cells.
FAR = sheet([]).replace("<sheetData>", f"<sheetData><row>{cell('XFD1048576', 1)}</row>")


async def bring(here: Situation, kind: str, content: bytes | str, format: str = "csv", **more: Any) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    body = {"programme": here.programme, "format": format, "content": base64.b64encode(raw).decode()}
    reply = await here.counsellor.ask("POST", f"/intake/v1/imports/{kind}", {**body, "dry_run": False, **more})
    return reply.json()


def told(report: Any) -> list[tuple[int, str, str]]:
    return [(fault["row"], fault["column"], fault["code"]) for fault in report["faults"]]


async def test_a_dry_run_names_each_wrong_cell_and_writes_nothing(intake: Probe) -> None:
    here = await situation(intake)
    report = await bring(here, "spaces", SPACES, dry_run=True)
    assert (report["rows"], report["made"], report["refused"]) == (4, 1, 3)
    assert [(row, column) for row, column, _ in told(report)] == [(3, "Mitglieder"), (4, "Plattform"), (5, "Sprache")]
    assert "Myspace" not in str(report) and "viele" not in str(report)
    assert len((await here.counsellor.get("/intake/v1/spaces", programme=here.programme))["items"]) == 1


async def test_the_same_spreadsheet_again_makes_nothing_twice(intake: Probe) -> None:
    here = await situation(intake)
    assert (await bring(here, "spaces", SPACES))["made"] == 1
    again = await bring(here, "spaces", SPACES.replace("Pflegekräfte aus", "PFLEGEKRÄFTE aus"))
    assert (again["made"], again["present"], again["refused"]) == (0, 1, 3)
    page = await here.counsellor.get("/intake/v1/spaces", programme=here.programme)
    kept = {one["name"]: (one["members"], one["access"], one["languages"]) for one in page["items"]}
    assert kept["Pflegekräfte aus Syrien"] == (5600, "closed", ["ar", "de"])


async def test_weeks_come_from_a_workbook_and_are_corrected_by_the_next(intake: Probe) -> None:
    here = await situation(intake)
    report = await bring(here, "observations", workbook(sheet(WEEKS)), "xlsx")
    assert (report["made"], told(report)) == (
        1,
        [(3, "Eigene Beiträge", "more_than_posts"), (4, "Name", "space_unknown")],
    )
    again = await bring(here, "observations", workbook(sheet(WEEKS)), "xlsx")
    assert (again["made"], again["present"]) == (0, 1)
    more = [*WEEKS[:1], [*WEEKS[1][:3], 41, *WEEKS[1][4:]]]
    assert (await bring(here, "observations", workbook(sheet(more)), "xlsx"))["changed"] == 1
    assert len(await intake.said(about=here.space, type="space.observed")) == 2


async def test_a_long_spreadsheet_goes_on_where_the_last_request_ended(intake: Probe) -> None:
    here = await situation(intake)
    table = "platform,name,languages,members\n" + "".join(f"vk,Gruppe {n},de,{n}\n" for n in range(1, 251))
    first = await bring(here, "spaces", table)
    assert (first["made"], first["next_row"]) == (200, 202)
    second = await bring(here, "spaces", table, from_row=202)
    assert (second["made"], second["next_row"]) == (50, None)


@pytest.mark.parametrize(
    ("content", "format", "code"),
    [
        (b"Name\nA\n", "csv", "column_missing"),
        ("Plattform;Gruppenname;Sprache;Mitglieder\nFacebook;Ä;de;1\n".encode("cp1252"), "csv", "not_utf8"),
        (b'platform,"name\n', "csv", "not_a_table"),
        (b"no zip", "xlsx", "not_a_table"),
        (workbook("<!DOCTYPE a><worksheet/>"), "xlsx", "not_a_table"),
        (workbook(FAR), "xlsx", "too_many_rows"),
        (workbook(FAR.replace("XFD", "&#88;FD")), "xlsx", "not_a_table"),
        (workbook("<worksheet>" + " " * (33 * 2**20) + "</worksheet>"), "xlsx", "file_too_large"),
        (b"platform,name,languages,members\n" + b"vk,A,de,1\n" * (MOST_ROWS + 1), "csv", "too_many_rows"),
        (b"platform,name,languages,members\nvk," + b"A" * 2_001 + b",de,1\n", "csv", "cell_too_long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_no_table_or_too_much_of_one_is_refused(
    intake: Probe, content: bytes, format: str, code: str
) -> None:
    here = await situation(intake)
    problem = await bring(here, "spaces", content, format)
    assert [fault["code"] for fault in problem["errors"]] == [code]
