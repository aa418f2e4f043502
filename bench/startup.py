"""Seconds from `lotse up` until all four services are ready: on an empty data folder, and on one that is filled."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from bench.figures import Figure
from bench.parts import ROOT
from cli.local.ports import HIGHEST_BASE, free

LATER = 3


async def measure(folder: Path, scale: float) -> list[Figure]:
    """First and later start; the later one is the slowest of three."""
    base = next(base for base in range(21_081, HIGHEST_BASE, 100) if all(free(base + n) for n in range(-1, 12)))
    data = folder / "data"
    first = await _once(data, base)
    later = [await _once(data, base) for _ in range(LATER if scale >= 1 else 1)]
    return [Figure("start: first", first, "s"), Figure("start: later, slowest", max(later), "s")]


async def _once(data: Path, base: int) -> float:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "up", "--json", "--port-base", str(base), "--data", str(data)),
        cwd=ROOT,
        env=os.environ,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        while line := await process.stdout.readline():
            if json.loads(line)["said"] == "ready":
                return time.perf_counter() - began
        raise RuntimeError("it did not become ready; see the logs in its data folder")
    finally:
        process.send_signal(signal.SIGINT)
        await process.communicate()
