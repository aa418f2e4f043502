"""Lists of spaces and of their weeks with ten years in the store: 5,000 spaces × 520 weeks, made by SQL.

Asked one after another over HTTP, with the token, the rights, the count and the page that a person gets; beside them
the bare statement of the page alone.
"""

import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from bench.figures import Figure
from bench.parts import fleet, headers_of
from libs.kit.statements import compiled
from services.intake.observations import queries
from tests.faults.fleet import Fleet
from tests.services.intake.observations.many import fill

SPACES, WEEKS, ROUNDS = 5_000, 520, 200


async def measure(folder: Path, scale: float) -> list[Figure]:
    """Median of each list in milliseconds beside the bare statement's, and the 99th percentile."""
    async with fleet(folder, intake="intake") as made:
        await headers_of(made, made.processes["intake"])
        settings = await made.stack.settings("intake")
        assert settings.migration_database_url is not None
        owner = settings.migration_database_url.get_secret_value()
        await fill(owner, made.programme, max(10, int(SPACES * scale)), WEEKS)
        connection = await asyncpg.connect(owner)
        try:
            return await _lists(made, connection)
        finally:
            await connection.close()


async def _lists(made: Fleet, connection: "asyncpg.Connection[asyncpg.Record]") -> list[Figure]:
    space: UUID = await connection.fetchval("SELECT id FROM space WHERE name <> 'Eine Gruppe' LIMIT 1")
    code = made.programme
    of_space, of_programme = queries.of_space(space, None, None), queries.of_programme(code, None, None)
    old = queries.of_programme(code, "2019-W01", "2019-W20")
    lists = {
        "a space's weeks": (f"/spaces/{space}/observations", of_space),
        "a programme's weeks": (f"/observations?programme={code}", of_programme),
        "twenty old weeks": (f"/observations?programme={code}&since=2019-W01&until=2019-W20", old),
    }
    figures = []
    headers = {"Authorization": f"Bearer {made.token('counsellor')}"}
    async with httpx.AsyncClient(base_url=made.processes["intake"].url, headers=headers) as http:
        for name, (path, wanted) in lists.items():
            sql, values = compiled(queries.page(wanted, None, 50), {})
            bare = await _timed(partial(connection.fetch, sql, *values))
            took = await _timed(partial(_asked, http, f"/intake/v1{path}"))
            figures.append(Figure(f"{name}: median", statistics.median(took), "ms", statistics.median(bare)))
            figures.append(Figure(f"{name}: p99", took[int(len(took) * 0.99)], "ms"))
    return figures


async def _asked(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 200


async def _timed(ask: Callable[[], Awaitable[Any]]) -> list[float]:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await ask()
        took.append(1e3 * (time.perf_counter() - began))
    return sorted(took)
