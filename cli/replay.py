"""`lotse replay`: bring everything back onto a bus that has lost it."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DATA, Data, Exit, Json
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from nats.aio.client import Client as Bus

    from cli.client import Client
    from cli.where import Installation

LOOK_SECONDS = 0.5
READY_SECONDS = 120.0
WARNING = """\
This deletes every stream of ours on the bus, with its consumers, and publishes the whole history again from the event
tables, which are the truth. Nothing is lost, nothing happens twice, and erased texts stay erased. While it runs, the
services go on taking requests; what they hear of each other comes later."""
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")]


def replay(yes: Yes = False, data: Data = DATA, json_lines: Json = False) -> None:
    """Rebuild the bus from the event tables, after its data was lost or damaged.

    You need it when a readiness page says that a stream is *not what was published*: somebody deleted the bus's
    directory, a disk died, an old backup came back. Streams and consumers are made anew, each service's relay starts
    at its first event, and the command waits until all is published and every service is ready again. Interrupted, it
    can simply be run again.

    Example: `lotse replay --yes`
    """
    finish(_replay(yes, data, Screen(json_lines)), json_lines)


async def _replay(yes: bool, data: Path, screen: Screen) -> int:
    from cli.inside import bus, command
    from cli.where import find
    from libs.contracts.envelope import SERVICES
    from libs.kit.provision import provision, remove

    place = find(data)
    place.here()
    if not yes and not _agreed(screen):
        screen.result("Nothing was changed.", replayed=False)
        return Exit.REFUSED
    async with bus(None, place) as client:
        await _tables_know_all(place, client)
        removed = await remove(client)
        try:
            # Before the streams are back, so that nothing new comes to stand before the history.
            told = await asyncio.gather(*(command(place, name, "rewind") for name in SERVICES))
        finally:
            await provision(client)
    events = sum(answer["events"] for answer in told)
    screen.say(f"Made {len(removed)} streams anew; {events} events are published again.")
    await _published(place, screen)
    await _ready(place, screen)
    screen.result(
        f"Done: {events} events are back on the bus, and every service is ready.", replayed=True, events=events
    )
    return Exit.DONE


async def _tables_know_all(place: "Installation", client: "Bus") -> None:
    """What only the bus knows would be lost. Raises `Trouble` where a database came back from a backup and has not
    learned it again."""
    from cli.inside import store
    from cli.local.trouble import Trouble
    from libs.contracts.envelope import SERVICES
    from libs.kit.errors import Unavailable
    from libs.restoring.agreement import compare

    for name in SERVICES:
        async with store(place, name) as db:
            # A bus that does not tell has nothing to lose.
            with suppress(Unavailable):
                if (found := await compare(db, client)).older or found.forgot:
                    raise Trouble(f"The database of {name} knows less than the bus. Let it start and learn first.")


def _agreed(screen: Screen) -> bool:
    from cli.local.trouble import Trouble

    if screen.json_lines:
        raise Trouble("Add --yes: with --json nobody can be asked.")
    screen.say(WARNING)
    return typer.confirm("Go on?")


async def _published(place: "Installation", screen: Screen) -> None:
    """Wait until every relay has published through its last event."""
    from cli.inside import relayed
    from libs.contracts.envelope import SERVICES

    before, total = 0, sum([(await relayed(place, name))[1] for name in SERVICES])
    with screen.progress("Publishing", total) as advance:
        while True:
            found = [await relayed(place, name) for name in SERVICES]
            done = sum(published for published, _ in found)
            advance(done - before)
            before = done
            if all(published >= all_of_them for published, all_of_them in found):
                return
            await asyncio.sleep(LOOK_SECONDS)


async def _ready(place: "Installation", screen: Screen) -> None:
    """Wait until each readiness page says so; a service reads its own history again meanwhile, which changes nothing.

    Raises `Trouble` with the reasons when it takes too long.
    """
    from cli.local.trouble import Trouble

    deadline = time.monotonic() + READY_SECONDS
    async with place.client() as client:
        with screen.progress("Waiting until every service is ready", None):
            while wrong := await _wrong(client):
                if time.monotonic() > deadline:
                    raise Trouble(f"Everything is published, but not all is ready: {wrong}. See `lotse status`.")
                await asyncio.sleep(LOOK_SECONDS)


async def _wrong(client: "Client") -> str:
    pages = await asyncio.gather(*(client.page(name, "/readyz") for name in client.urls))
    found = [f"{name} {reasons}" for name, page in zip(client.urls, pages, strict=True) if (reasons := page["reasons"])]
    return "; ".join(found)
