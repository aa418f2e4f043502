"""`lotse scrub`: take the bytes of what was erased off the disk."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cli.options import DATA, Data, Exit, Json
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from cli.where import Installation

FILL_SECONDS, LOOK_SECONDS = 600.0, 0.5


def scrub(data: Data = DATA, json_lines: Json = False) -> None:
    """Take the bytes of what was erased off the disks of this machine's PostgreSQL and NATS.

    An erased text is gone from every answer at once and from the bus a moment later; its bytes stay in the database's
    files until its tables are written anew, in the database's log until the next file of it begins, and on the bus
    where a hard kill cut its erasure short. All three are done here: tables are written anew, and so are the streams of
    texts, which each service's relay fills again. Each table is locked while it is written; requests that need it
    wait, so choose a quiet hour.

    Example: `lotse scrub`
    """
    finish(_scrub(data, Screen(json_lines)), json_lines)


async def _scrub(data: Path, screen: Screen) -> int:
    from cli.inside import admin_url, bus, command
    from cli.where import find
    from libs.contracts.envelope import SERVICES
    from libs.kit.provision import renew_texts

    place = find(data)
    count = 0
    for service in SERVICES:
        told = await command(place, service, "scrub", owner=True)
        count += len(told["tables"])
    await turn_log(admin_url(place))
    async with bus(None, place) as client:
        made = await renew_texts(client)
    await _filled(place, made, screen)
    screen.result(
        f"{count} tables and {len(made)} streams were written anew; no file holds an erased text any more.",
        tables=count,
        streams=len(made),
    )
    return Exit.DONE


async def _filled(place: "Installation", made: Mapping[str, str], screen: Screen) -> None:
    """Wait until each relay has filled its stream again. Raises `Trouble` when one does not."""
    from cli.inside import owned
    from cli.local.trouble import Trouble

    deadline = time.monotonic() + FILL_SECONDS
    with screen.progress("Filling the streams of texts", None):
        for service, stream in made.items():
            async with owned(place, service) as connection:
                while await connection.fetchval("SELECT texts_of FROM relay") != stream:
                    if time.monotonic() > deadline:
                        raise Trouble(f"The relay of {service} has not filled its stream again: see `lotse status`.")
                    await asyncio.sleep(LOOK_SECONDS)


async def turn_log(admin_url: str) -> None:
    """Begin the next file of PostgreSQL's log and let go of those before it, as an administrator."""
    import asyncpg

    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await connection.execute("SELECT pg_switch_wal()")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
