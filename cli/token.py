"""`lotse token`: become a sample person at the command line."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import DATA, Data, Json, Urls
from cli.screen import Screen, finish

Key = Annotated[str | None, typer.Option("--as", metavar="KEY", help="Whose token; `--list` shows the keys.")]
Listed = Annotated[bool, typer.Option("--list", help="Show the sample people and what each may do.")]


def token(
    person: Key = None, listed: Listed = False, data: Data = DATA, urls: Urls = None, json_lines: Json = False
) -> None:
    """Print a bearer token of a sample person, to try the API by hand.

    You need it whenever you call a service yourself: with curl, in a notebook, or in the API's own page. It comes from
    the development issuer of a running `lotse up`, holds for one hour, and is printed alone, so that a shell can take
    it. The people are invented; what each may do in which programme is what her token says (`--list`). With `--json`
    comes `staff`, her pseudonymous id in every service: an admin records a jurist's qualification under it.

    Example: `curl -H "Authorization: Bearer $(lotse token --as counsellor-ar)" localhost:8081/intake/v1/programmes`
    """
    finish(_token(person, listed, data, urls, Screen(json_lines)), json_lines)


async def _token(person: str | None, listed: bool, data: Path, urls: list[str] | None, screen: Screen) -> int:
    from cli.local.trouble import Trouble
    from cli.where import DevTokens, find
    from libs.kit.ids import staff_id

    if listed:
        return _list(screen)
    if person is None:
        raise Trouble("Whose token? For example `lotse token --as jurist`; `lotse token --list` shows everybody.")
    issuer = find(data, urls).issuer
    if issuer is None:
        raise Trouble("There is no development issuer there. Sign in at your own issuer instead.")
    kept = await DevTokens(issuer).of(person)()
    screen.result(kept, person=person, staff=str(staff_id(issuer, person)), access_token=kept)
    return 0


def _list(screen: Screen) -> int:
    from rich.table import Table

    from cli.local.devissuer import read_people
    from cli.local.migrations import ROOT

    table = Table("key", "who", "languages", "may", box=None, header_style="bold")
    for key, one in read_people(ROOT / "cli" / "people.json").items():
        may = "; ".join(f"{programme}: {', '.join(roles)}" for programme, roles in one.roles.items())
        table.add_row(key, one.name, " ".join(one.languages), may)
        if screen.json_lines:
            screen.result("", person=key, name=one.name, languages=one.languages, roles=one.roles)
    screen.show(table)
    return 0
