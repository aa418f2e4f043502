"""The four services behind real sockets: each in this process with a loop of its own, on real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from libs.edge.main import SERVING
from tests.rights.world import World, world
from tests.services.probe import Desk
from tests.stack.stack import Stack
from tests.stack.waiting import eventually

T = TypeVar("T")


@dataclass(frozen=True)
class Host:
    """A service with two programmes in it. `url` is where it listens; `portal` runs what belongs to its loop."""

    portal: BlockingPortal
    world: World
    url: str

    def run(self, work: Callable[..., Awaitable[T]], *with_these: object) -> T:
        """Do it in the service's loop, where its connections are at home."""
        return self.portal.call(work, *with_these)


@contextmanager
def hosted(service: str, stack: Stack, desk: Desk) -> Iterator[Host]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(world(service, stack, desk)) as made,
        portal.wrap_async_context_manager(listening(made.probe.app)) as port,
    ):
        yield Host(portal, made, f"http://127.0.0.1:{port}")


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[int]:
    """Serve as a service does it, but for the lifespan: what is needed of it is opened by the world."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", **SERVING))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving
