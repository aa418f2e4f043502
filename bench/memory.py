"""Resident memory of each process, idle and under a steady load, and whether it grows: `--minutes 60` is the long form.

One sample a minute; the slope is fitted to the second half, when caches are full.
"""

import asyncio
import statistics
import time
from pathlib import Path
from uuid import uuid4

from bench.figures import Figure
from bench.parts import fleet, headers_of
from tests.faults.fleet import Fleet

SERVICES = {name: name for name in ("intake", "review", "referral", "reporting")}
MINUTES, EVERY, PAUSE = 2.0, 10.0, 0.05
PAGES = Path("/proc")
Samples = dict[str, list[tuple[float, float]]]


async def measure(folder: Path, scale: float, minutes: float = MINUTES) -> list[Figure]:
    """MiB idle and at the end, and MiB an hour for each process."""
    async with fleet(folder, **SERVICES) as made:
        await headers_of(made, made.processes["intake"])
        idle = {name: _mebibytes(made, name) for name in SERVICES}
        samples = await _under_load(made, minutes * 60 * min(1, scale))
    figures = []
    for name, found in samples.items():
        figures.append(Figure(f"memory: {name}, idle", idle[name], "MiB"))
        figures.append(Figure(f"memory: {name}, under load", found[-1][1], "MiB"))
        figures.append(Figure(f"memory: {name}, growth", 3_600 * _slope(found[len(found) // 2 :]), "MiB/h"))
    return figures


async def _under_load(made: Fleet, seconds: float) -> Samples:
    """Questions at a steady pace; the samples are (second, MiB)."""
    space = (await made.rows("intake", "SELECT id FROM space"))[0]["id"]
    began = time.monotonic()
    samples: Samples = {name: [] for name in SERVICES}
    last = began - EVERY
    while time.monotonic() - began < seconds or len(samples["intake"]) < 4:
        body = {"space": str(space), "text": f"Was kostet das {uuid4().hex}?", "channel": "public", "language": "de"}
        await made.ask(made.processes["intake"], "POST", "/intake/v1/questions", body)
        if time.monotonic() - last >= min(EVERY, seconds / 4):
            last = time.monotonic()
            for name, found in samples.items():
                found.append((last - began, _mebibytes(made, name)))
        await asyncio.sleep(PAUSE)
    return samples


def _mebibytes(made: Fleet, name: str) -> float:
    child = made.processes[name].child
    assert child is not None
    status = (PAGES / str(child.process.pid) / "status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1_024


def _slope(points: list[tuple[float, float]]) -> float:
    """MiB a second, by least squares."""
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression([at for at, _ in points], [size for _, size in points]).slope
