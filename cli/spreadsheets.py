"""`lotse import spaces` and `lotse import observations`: a spreadsheet into a programme, through the API."""

import base64
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cli.options import DATA, As, Data, Exit, Json, Urls
from cli.screen import Screen, finish

SHOWN = 20
LARGEST = 2 * 2**20
Sheet = Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8, or XLSX (its first sheet); at most 2 MiB.")]
Programme = Annotated[str, typer.Option(help="Into this programme.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Read and check every row, and write none.")]


def spaces(
    file: Sheet,
    programme: Programme,
    dry_run: Dry = False,
    person: As = "scout",
    data: Data = DATA,
    urls: Urls = None,
    json_lines: Json = False,
) -> None:
    """Register the spaces of a spreadsheet that the programme does not have yet.

    You need it when the inventory was kept in a spreadsheet before. The first row names the columns, in English or
    German: platform, name, languages and members are needed; kind, access, region, place, professions, communities and
    state may be there; any other is left alone. A space is the same when platform and name are.

    A row with a wrong cell is named and does not stop the others (exit code 4). The same file again makes nothing
    twice, so an interrupted import is simply started again.

    Example: `lotse import spaces groups.xlsx --programme fem-os --dry-run`
    """
    screen = Screen(json_lines)
    finish(_bring("spaces", file, programme, dry_run, person, data, urls, screen), json_lines)


def observations(
    file: Sheet,
    programme: Programme,
    dry_run: Dry = False,
    person: As = "scout",
    data: Data = DATA,
    urls: Urls = None,
    json_lines: Json = False,
) -> None:
    """Write down the weeks of a spreadsheet, one row for a space and a week.

    You need it when a scout kept her monitoring in a spreadsheet. The columns name, week, members, posts, questions and
    own_posts are needed (or Gruppenname, Woche, Mitglieder, Beiträge, Fragen, Eigene Beiträge); platform and tone may
    be there. A week is written 2026-W47, or as any of its days.

    A row with a wrong cell is named and does not stop the others (exit code 4). The same file again changes nothing; a
    week that differs from what is there is corrected.

    Example: `lotse import observations monitoring.csv --programme fem-os`
    """
    screen = Screen(json_lines)
    finish(_bring("observations", file, programme, dry_run, person, data, urls, screen), json_lines)


async def _bring(
    kind: Literal["spaces", "observations"],
    file: Path,
    programme: str,
    dry_run: bool,
    person: str,
    data: Path,
    urls: list[str] | None,
    screen: Screen,
) -> int:
    from cli.where import find

    body = {"programme": programme, **_content(file), "dry_run": dry_run}
    summary: dict[str, Any] = dict.fromkeys(("made", "changed", "present", "refused"), 0)
    place = find(data, urls)
    async with place.client() as client:
        scout, row = place.caller(client, person), 2
        # How many rows there are is said by the first reply.
        report = await scout.post(f"/intake/v1/imports/{kind}", {**body, "from_row": row})
        with screen.progress("Checking" if dry_run else "Importing", report["rows"]) as advance:
            while True:
                _add(summary, report.body, screen)
                advance(report["looked_at"])
                if report["next_row"] is None:
                    break
                report = await scout.post(f"/intake/v1/imports/{kind}", {**body, "from_row": report["next_row"]})
    return _tell(summary, report["rows"], dry_run, screen)


def _content(file: Path) -> dict[str, str]:
    from cli.local.trouble import Trouble

    kind = file.suffix.lower().lstrip(".")
    if kind not in ("csv", "xlsx"):
        raise Trouble(f"{file} is neither .csv nor .xlsx.")
    try:
        content = file.read_bytes() if file.stat().st_size <= LARGEST else None
    except OSError as failure:
        raise Trouble(f"{file} cannot be read: {failure.strerror}.") from None
    if not content:
        raise Trouble(f"{file} is empty, or larger than {LARGEST // 2**20} MiB; split it.")
    return {"format": kind, "content": base64.b64encode(content).decode()}


def _add(summary: dict[str, Any], report: dict[str, Any], screen: Screen) -> None:
    shown = summary["refused"]
    for name in summary:
        summary[name] += report[name]
    for number, fault in enumerate(report["faults"], shown):
        if screen.json_lines:
            screen.result("", **fault)
        elif number < SHOWN:
            screen.say(f"  row {fault['row']}, {fault['column']}: {fault['message']} ({fault['code']})")


def _tell(summary: dict[str, Any], rows: int, dry_run: bool, screen: Screen) -> int:
    would = "would be " if dry_run else ""
    sentence = (
        f"{summary['made']} {would}made, {summary['changed']} {would}changed, {summary['present']} were there already, "
        f"{summary['refused']} refused."
    )
    screen.result(sentence, rows=rows, dry_run=dry_run, **summary)
    return Exit.PARTLY if summary["refused"] else Exit.DONE
