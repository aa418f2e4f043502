"""The four services, each opened when first asked for; one loop for all tests of a module, because opening costs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.rights.world import World, world
from tests.services.probe import Desk, desk
from tests.stack.stack import Stack

Worlds = Callable[[str], Awaitable[World]]


@pytest.fixture(scope="session")
def at_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("issuer")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worlds(stack: Stack, at_desk: Desk) -> AsyncIterator[Worlds]:
    """`await worlds("intake")`"""
    made: dict[str, World] = {}
    async with AsyncExitStack() as opened:

        async def of(service: str) -> World:
            if service not in made:
                made[service] = await opened.enter_async_context(world(service, stack, at_desk))
            return made[service]

        yield of
