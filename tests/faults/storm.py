"""Parts killed with SIGKILL at random, one at a time, and started again at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

from cli.local.child import Child
from tests.faults.fleet import Fleet
from tests.stack.waiting import eventually

Part = tuple[Callable[[], Awaitable[Any]], Callable[[], Awaitable[Any]]]


def parts(fleet: Fleet, *, database: bool = False) -> list[Part]:
    """How to kill and how to start each: every service process, the bus, and the database if wanted."""
    found: list[Part] = [(process.kill, process.start) for process in fleet.processes.values()]
    found.append((lambda: kill_nats(fleet), fleet.stack.nats.start))
    if database:
        found.append((lambda: kill_postgres(fleet), fleet.stack.postgres.start))
    return found


async def kill_nats(fleet: Fleet) -> None:
    await _killed(fleet.stack.nats.child)


async def kill_postgres(fleet: Fleet) -> None:
    await _killed(fleet.stack.postgres.child)


async def _killed(child: Child | None) -> None:
    assert child is not None
    child.kill()
    await child.finished(5)


async def strike(part: Part, chance: random.Random) -> None:
    kill, start = part
    await kill()
    await asyncio.sleep(chance.uniform(0, 0.5))
    await start()


async def all_stand(fleet: Fleet) -> None:
    for process in fleet.processes.values():
        await eventually(process.ready, 90)
