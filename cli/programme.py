"""`lotse programme`: a programme's policy, and adding a language to it while it runs."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DATA, As, Data, Json, Urls
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from cli.client import Caller

TRIES = 5
app = typer.Typer(no_args_is_help=True, help="A programme's policy: look at it, and add a language to it.")
Code = Annotated[str, typer.Argument(metavar="CODE", help="The programme, for example fem-os.")]
Tag = Annotated[str, typer.Argument(metavar="TAG", help="The language as a BCP-47 tag, for example uk.")]
From = Annotated[str, typer.Option("--from", metavar="DATE", help="The first day it holds: 2026-12-01, or today.")]


@app.command()
def show(code: Code, person: As = "admin", data: Data = DATA, urls: Urls = None, json_lines: Json = False) -> None:
    """Show a programme's policy: the one in force today, and those to come.

    You need it before you change one: languages, levels and legal classes, the review rule, what is kept of a
    question's text and for how long.

    Example: `lotse programme show fem-os`
    """
    finish(_show(code, person, data, urls, Screen(json_lines)), json_lines)


@app.command("add-language")
def add(
    code: Code,
    tag: Tag,
    since: From,
    person: As = "admin",
    data: Data = DATA,
    urls: Urls = None,
    json_lines: Json = False,
) -> None:
    """Let a running programme counsel in one more language, from a day on.

    You need it when people start to ask in a language that the programme does not offer yet. Nothing stops meanwhile,
    and no release is needed: questions in that language are taken from that day on, 00:00 in Berlin. Policies that are
    to come later get the language as well, so that it does not end with them. Who counsels, reviews and reads in the
    language is a matter of people, not of this command.

    Example: `lotse programme add-language fem-os uk --from 2026-12-01`
    """
    finish(_add(code, tag, since, person, data, urls, Screen(json_lines)), json_lines)


async def _show(code: str, person: str, data: Path, urls: list[str] | None, screen: Screen) -> int:
    from cli.where import find

    place = find(data, urls)
    async with place.client() as client:
        found = await place.caller(client, person).get(f"/intake/v1/programmes/{code}")
    screen.result(_page(found.body), **found.body)
    return 0


def _page(programme: dict[str, Any]) -> str:
    lines = [f"{programme['code']}, version {programme['version']}"]
    dated = [("in force", programme["policy"])] if programme["policy"] else []
    dated += [(f"from {later['effective_from']}", later["policy"]) for later in programme["upcoming"]]
    for when, policy in dated:
        lines.append(f"\n{when}:")
        lines += [f"  {name:<28} {_words(value)}" for name, value in policy.items()]
    return "\n".join(lines)


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


async def _add(code: str, tag: str, since: str, person: str, data: Path, urls: list[str] | None, screen: Screen) -> int:
    from cli.local.trouble import Trouble
    from cli.where import find
    from libs.kit.clock import SystemClock, local_day

    today = local_day(SystemClock().now())
    try:
        first_day = today if since == "today" else date.fromisoformat(since)
    except ValueError:
        raise Trouble("--from takes a day such as 2026-12-01, or today.") from None
    if first_day < today:
        raise Trouble("--from takes today or a later day: what was decided under a policy stays decided under it.")
    place = find(data, urls)
    async with place.client() as client:
        version, changed = await add_language(place.caller(client, person), code, tag, first_day)
    what = f"{code} counsels in {tag} from {first_day} on (version {version})."
    said = what if changed else f"{code} counsels in {tag} on {first_day} already; nothing was changed."
    screen.result(said, programme=code, language=tag, effective_from=first_day, version=version, changed=changed)
    return 0


async def add_language(admin: "Caller", code: str, tag: str, first_day: date) -> tuple[int, bool]:
    """Add the language to the policy of that day and to all later ones; (the programme's version, whether that changed
    anything). Somebody else's change in between is read again. Raises `Problem`."""
    from cli.client import Problem

    changed, path = False, f"/intake/v1/programmes/{code}"
    for attempt in range(1, TRIES + 1):
        found = await admin.get(path)
        version = int(found["version"])
        try:
            for configuration in without_language(found.body, tag, first_day):
                version = int((await admin.put(path, configuration, version=version))["version"])
                changed = True
            return version, changed
        except Problem as problem:
            if problem.code != "stale" or attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def without_language(programme: Mapping[str, Any], tag: str, first_day: date) -> list[dict[str, Any]]:
    """What must be set, in order: the policy of that day with the language, then each later one that lacks it."""
    later = {one["effective_from"]: one["policy"] for one in programme["upcoming"]}
    begun = [day for day in sorted(later) if date.fromisoformat(day) <= first_day]
    of_that_day = later[begun[-1]] if begun else programme["policy"]
    wanted = {str(first_day): of_that_day} if of_that_day else {}
    wanted |= {day: policy for day, policy in sorted(later.items()) if date.fromisoformat(day) > first_day}
    return [
        {"effective_from": day, "policy": {**policy, "languages": [*policy["languages"], tag]}}
        for day, policy in wanted.items()
        if tag not in policy["languages"]
    ]
