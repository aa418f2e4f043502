"""Questions accepted per second at 8 and 16 connections, beside a bare handler (see `bare_capture.py`).

Both are one uvicorn process on the same PostgreSQL with fsync, get the same request with the same headers from the same
load process, and are asked in turn. Ours also checks the token, redacts, looks for the earlier reply to the key, keeps
text, event and reply, and publishes what it says to NATS with fsync meanwhile.
"""

import asyncio
import json
import statistics
import sys
from pathlib import Path
from typing import Any

import asyncpg

from bench.figures import Figure, compared
from bench.parts import ROOT, bench_database, fleet, headers_of, started
from cli.local.ports import any_free

CONNECTIONS = (8, 16)
ROUNDS, SECONDS, MOST, WARM = 5, 4.0, 1_000_000, 200
TARGET = 0.5


async def load(task: dict[str, str], port: int, connections: int, seconds: float, most: int) -> dict[str, Any]:
    """What the load process saw."""
    asked = {"task": task, "port": port, "connections": connections, "seconds": seconds, "most": most}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load"), cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(json.dumps(asked).encode())
    if process.returncode:
        raise RuntimeError("the load process failed")
    found: dict[str, Any] = json.loads(out)
    return found


async def measure(folder: Path, scale: float) -> list[Figure]:
    """Figures for 8 and 16 connections; `scale` below 1 shortens everything, for a first look."""
    async with fleet(folder, intake="intake") as made:
        process = made.processes["intake"]
        task = await headers_of(made, process)
        (port,) = any_free(1)
        dsn = await bench_database(made.stack)
        async with started("bare", ("-m", "bench.bare_capture", str(port), dsn), port):
            bare_task = {**task, "path": "/questions"}
            for one, at in ((bare_task, port), (task, process.port)):
                await load(one, at, 8, 30, max(8, int(WARM * scale)))
            figures = [
                figure
                for connections in CONNECTIONS
                for figure in await _compare((bare_task, port), (task, process.port), connections, scale)
            ]
    return figures


async def _compare(
    bare: tuple[dict[str, str], int], ours: tuple[dict[str, str], int], connections: int, scale: float
) -> list[Figure]:
    rounds, slowest = [], []
    for _ in range(max(1, round(ROUNDS * min(1, scale * 5)))):
        first = await load(*bare, connections, SECONDS * scale, MOST)
        second = await load(*ours, connections, SECONDS * scale, MOST)
        rounds.append((_rate(first), _rate(second)))
        slowest.append(_p99(second))
    name = f"capture, {connections} connections"
    return [
        compared(name, "accepted/s", rounds, TARGET),
        Figure(f"{name}: p99", statistics.median(slowest), "ms"),
    ]


def _rate(found: dict[str, Any]) -> float:
    return float(found["accepted"]) / float(found["seconds"])


def _p99(found: dict[str, Any]) -> float:
    took = sorted(found["milliseconds"])
    return float(took[int(len(took) * 0.99)])


async def stored(dsn: str) -> int:
    """How many rows the bare handler wrote: a check that it did its work."""
    connection = await asyncpg.connect(dsn)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM event"))
    finally:
        await connection.close()
