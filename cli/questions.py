"""`lotse import questions`: a file of questions into a space, row by row, through the API."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DATA, As, Data, Exit, Json, Urls
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from cli.importing import Summary

SHOWN = 20
app = typer.Typer(no_args_is_help=True, help="Bring what was collected elsewhere into a programme.")
FORMS = "JSON Lines, or a table when it ends in .csv; UTF-8, at most 20 MiB."
File = Annotated[Path, typer.Argument(metavar="FILE", help=FORMS)]
Space = Annotated[str | None, typer.Option(help="Into this space, by its id.")]
Programme = Annotated[str | None, typer.Option(help="Into this programme's first space in each row's language.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Check every row, and capture none.")]


@app.command()
def questions(
    file: File,
    space: Space = None,
    programme: Programme = None,
    dry_run: Dry = False,
    person: As = "counsellor-ar",
    data: Data = DATA,
    urls: Urls = None,
    json_lines: Json = False,
) -> None:
    """Capture the questions of a file, one a row, as if each had been typed in.

    You need it when questions were written down elsewhere: a spreadsheet of a campaign, another programme's notes. Each
    row has `text`, and may have `language`, `gist` (German), `link`, `relation`, `asked_at`, `place`, `deadline`,
    `channel`, `space` and how it was written down (`captured_as`, `contact`, `anonymous`, `third_person`,
    `machine_help`, `counselling_minutes`, `form_minutes`); anything else in it is left alone. A table has a head, and
    commas, semicolons or tabs. Personal data is redacted on arrival, as with every question.

    A row that is refused is named with its field and its reason and does not stop the others (exit code 4). Running the
    same command again captures nothing twice, so an interrupted import is simply started again. Equal rows are one,
    unless a column of their own tells them apart.

    Example: `lotse import questions notes.jsonl --programme fem-os --dry-run`
    """
    screen = Screen(json_lines)
    finish(_import(file, space, programme, dry_run, person, data, urls, screen), json_lines)


async def _import(
    file: Path,
    space: str | None,
    programme: str | None,
    dry_run: bool,
    person: str,
    data: Path,
    urls: list[str] | None,
    screen: Screen,
) -> int:
    from cli.importing import Target, run
    from cli.local.trouble import Trouble
    from cli.where import find

    if (space is None) == (programme is None):
        raise Trouble("Say where to: either --space ID or --programme CODE.")
    place = find(data, urls)
    async with place.client() as client:
        counsellor = place.caller(client, person)
        target = await Target.of(counsellor, space, programme)
        summary = await run(counsellor, file, target, screen, dry_run=dry_run)
    _tell(summary, screen)
    return Exit.PARTLY if summary.refused else Exit.DONE


def _tell(summary: "Summary", screen: Screen) -> None:
    for number, refusal in enumerate(summary.faults):
        if screen.json_lines:
            screen.result("", **vars(refusal))
        elif number < SHOWN:
            place = f"row {refusal.row}, {refusal.field}" if refusal.field else f"row {refusal.row}"
            screen.say(f"  {place}: {refusal.message} ({refusal.code})")
    if len(summary.faults) > SHOWN:
        screen.say(f"  … and {len(summary.faults) - SHOWN} more; --json shows them all.")
    done = "would be captured" if summary.dry_run else "captured"
    sentence = f"{summary.captured} {done}, {summary.repeated} were there already, {summary.refused} refused."
    screen.result(
        sentence,
        rows=summary.rows,
        captured=summary.captured,
        repeated=summary.repeated,
        refused=summary.refused,
        dry_run=summary.dry_run,
    )
