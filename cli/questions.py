"""`lotse import questions`: a file of questions into a space, line by line, through the API."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DATA, As, Data, Exit, Json, Urls
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from cli.importing import Summary

SHOWN = 20
app = typer.Typer(no_args_is_help=True, help="Bring what was collected elsewhere into a programme.")
File = Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="JSON Lines in UTF-8, at most 20 MiB.")]
Space = Annotated[str | None, typer.Option(help="Into this space, by its id.")]
Programme = Annotated[str | None, typer.Option(help="Into this programme's first space in each line's language.")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Read and check every line, and capture none.")]


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
    """Capture the questions of a file, one a line, as if each had been typed in.

    You need it when questions were written down elsewhere: a spreadsheet of a campaign, another programme's notes. Each
    line is an object with `text`, and may have `language`, `gist` (German), `link`, `relation`, `asked_at`, `place`,
    `deadline`, `channel` and `space`; anything else in it is left alone. Personal data is redacted on arrival, as with
    every question.

    A line that is refused is named with its reason and does not stop the others (exit code 4). Running the same command
    again within 24 hours captures nothing twice, so an interrupted import is simply started again.

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
    for number, refusal in enumerate(summary.refused):
        if screen.json_lines:
            screen.result("", **vars(refusal))
        elif number < SHOWN:
            screen.say(f"  line {refusal.line}: {refusal.message} ({refusal.code})")
    if len(summary.refused) > SHOWN:
        screen.say(f"  … and {len(summary.refused) - SHOWN} more; --json shows them all.")
    done = "would be captured" if summary.dry_run else "captured"
    sentence = f"{summary.captured} {done}, {summary.repeated} were there already, {len(summary.refused)} refused."
    screen.result(
        sentence,
        lines=summary.lines,
        captured=summary.captured,
        repeated=summary.repeated,
        refused=len(summary.refused),
        dry_run=summary.dry_run,
    )
