"""`lotse import spaces` and `lotse import observations`: rows with their faults, and nothing twice."""

from pathlib import Path
from uuid import uuid4

from tests.cli.conftest import Lotse
from tests.services.intake.spreadsheets.workbook import sheet, workbook

Here = tuple[str, str]


async def test_a_spreadsheet_is_brought_in_once_and_its_wrong_rows_are_named(
    lotse: Lotse, here: Here, tmp_path: Path
) -> None:
    group, file = f"Gruppe {uuid4().hex[:8]}", tmp_path / "groups.csv"
    rows = [f"Facebook;{group} {n};ar;{n}" for n in range(1, 231)]
    file.write_text("\n".join(["Plattform;Gruppenname;Sprache;Mitglieder", *rows, f"Myspace;{group};ar;1"]))
    asked = ("import", "spaces", str(file), "--programme", "fem-os", *here)
    dry = await lotse(*asked, "--dry-run")
    assert dry.code == 4 and "230 would be made" in dry.out and "row 232, Plattform" in dry.out
    ran = await lotse(*asked, "--json")
    counted = {"rows": 231, "dry_run": False, "changed": 0, "refused": 1}
    assert ran.lines[-1] == {**counted, "made": 230, "present": 0}
    again = await lotse(*asked, "--json")
    assert again.lines[-1] == {**counted, "made": 0, "present": 230}

    weeks = tmp_path / "weeks.xlsx"
    heading = ["name", "week", "members", "posts", "questions", "own_posts"]
    weeks.write_bytes(workbook(sheet([heading, [f"{group} 1", "2026-W01", 12, 9, 3, 1]])))
    ran = await lotse("import", "observations", str(weeks), "--programme", "fem-os", "--json", *here)
    assert (ran.code, ran.lines[-1]["made"]) == (0, 1)


async def test_what_is_no_spreadsheet_is_refused_in_words(lotse: Lotse, here: Here, tmp_path: Path) -> None:
    file = tmp_path / "groups.ods"
    file.write_text("x")
    ran = await lotse("import", "spaces", str(file), "--programme", "fem-os", *here)
    assert ran.code != 0 and "neither .csv nor .xlsx" in ran.err
