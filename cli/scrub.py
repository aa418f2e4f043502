"""`lotse scrub`: take the bytes of what was erased off the disk."""

from pathlib import Path

from cli.options import DATA, Data, Exit, Json
from cli.screen import Screen, finish


def scrub(data: Data = DATA, json_lines: Json = False) -> None:
    """Take the bytes of what was erased off the disk of this machine's PostgreSQL.

    An erased text is gone from every answer at once and from the bus a moment later; its bytes stay in the database's
    files until its tables are written anew and in the database's log until the next file of it begins. Both are done
    here. Each table is locked while it is written; requests that need it wait, so choose a quiet hour.

    Example: `lotse scrub`
    """
    finish(_scrub(data, Screen(json_lines)), json_lines)


async def _scrub(data: Path, screen: Screen) -> int:
    from cli.inside import admin_url, command
    from cli.where import find
    from libs.contracts.envelope import SERVICES

    place = find(data)
    count = 0
    for service in SERVICES:
        told = await command(place, service, "scrub", owner=True)
        count += len(told["tables"])
    await turn_log(admin_url(place))
    screen.result(f"{count} tables were written anew; no file holds an erased text any more.", tables=count)
    return Exit.DONE


async def turn_log(admin_url: str) -> None:
    """Begin the next file of PostgreSQL's log and let go of those before it, as an administrator."""
    import asyncpg

    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await connection.execute("SELECT pg_switch_wal()")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
