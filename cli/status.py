"""`lotse status`: is everything well, and if not, what is wrong and what to do."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.options import DATA, Data, Exit, Json, Urls
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from cli.client import Client
    from cli.where import Installation


def status(data: Data = DATA, urls: Urls = None, json_lines: Json = False) -> None:
    """Show whether every part is ready, and the reason where one is not.

    You need it when something does not answer, before a replay and after it, and in a script that waits. A service that
    is *not ready* still says why: a migration that is missing, a bus that is away, a stream that has lost what was
    published. The reason names the command that mends it.

    Example: `lotse status && echo all is well`
    """
    finish(_status(data, urls, Screen(json_lines)), json_lines)


async def _status(data: Path, urls: list[str] | None, screen: Screen) -> int:
    from cli.where import find

    place = find(data, urls)
    async with place.client() as client:
        parts = await asyncio.gather(*(_part(client, name) for name in place.urls))
    for part in parts:
        screen.result(_sentence(part, place), **part)
    return Exit.DONE if all(part["status"] == "ready" for part in parts) else Exit.REFUSED


async def _part(client: "Client", name: str) -> dict[str, Any]:
    from cli.client import Problem

    try:
        return {"part": name, **await client.page(name, "/readyz")}
    except Problem as problem:
        return {"part": name, "status": "away", "reasons": {"http": problem.sentence}}


def _sentence(part: dict[str, Any], place: "Installation") -> str:
    reasons = "".join(f"\n             {name}: {reason}" for name, reason in part["reasons"].items())
    return f"{part['part']:<12} {part['status']:<10} {place.urls[part['part']]}{reasons}"
