"""From the 201 of a captured question until it stands in the figures: through the event table, the relay, the bus with
fsync and the projector. Asked at a steady pace, one question at a time, of the table that figures are read from.
"""

import asyncio
import statistics
import time
from pathlib import Path
from uuid import uuid4

import asyncpg

from bench.figures import Figure
from bench.parts import fleet, headers_of
from tests.faults.fleet import Fleet

QUESTIONS, PAUSE, LOOK = 300, 0.05, 0.002
COUNTED = "SELECT coalesce(sum(count), 0) FROM figure WHERE programme = $1 AND measure = 'captured'"


async def measure(folder: Path, scale: float) -> list[Figure]:
    """Median and p99 in milliseconds."""
    async with fleet(folder, intake="intake", reporting="reporting") as made:
        await headers_of(made, made.processes["intake"])
        settings = await made.stack.settings("reporting")
        connection = await asyncpg.connect(settings.database_url.get_secret_value())
        try:
            await connection.execute("SET lotse.programmes = '*'")
            took = await _all(made, connection, max(5, int(QUESTIONS * scale)))
        finally:
            await connection.close()
    took.sort()
    return [
        Figure("201 until in the figures: median", statistics.median(took), "ms"),
        Figure("201 until in the figures: p99", took[min(len(took) - 1, int(len(took) * 0.99))], "ms"),
    ]


async def _all(made: Fleet, connection: "asyncpg.Connection[asyncpg.Record]", count: int) -> list[float]:
    space = (await made.rows("intake", "SELECT id FROM space"))[0]["id"]
    took: list[float] = []
    for number in range(1, count + 1):
        body = {"space": str(space), "text": f"Was kostet das {uuid4().hex}?", "channel": "public", "language": "de"}
        reply = await made.ask(made.processes["intake"], "POST", "/intake/v1/questions", body)
        began = time.perf_counter()
        assert reply.status_code == 201
        while await connection.fetchval(COUNTED, made.programme) < number:
            await asyncio.sleep(LOOK)
        took.append(1e3 * (time.perf_counter() - began))
        await asyncio.sleep(PAUSE)
    return took
