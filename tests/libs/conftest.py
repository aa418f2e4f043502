"""The sample service, fresh for each test; and a database and a bus that nobody has used."""

from collections.abc import AsyncIterator

import pytest
from nats.aio.client import Client

from libs.kit.database import Database
from libs.kit.streams import PROVISIONER
from tests.libs.edge.sample_app import Sample, running
from tests.libs.kit.parts import NOON, empty_bus, opened, user
from tests.stack.clock import HandClock
from tests.stack.stack import Stack


@pytest.fixture
async def sample() -> AsyncIterator[Sample]:
    """The sample service over a database that is away."""
    async with running() as made:
        yield made


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOON)


@pytest.fixture
async def db(stack: Stack, clock: HandClock) -> AsyncIterator[Database]:
    """Intake's database, empty, at noon."""
    async with opened(stack.fresh("intake"), clock) as made:
        yield made


@pytest.fixture
async def bus(stack: Stack) -> AsyncIterator[Client]:
    """The provisioner's connection to a bus with nothing on it."""
    async with user(stack, PROVISIONER) as client:
        await empty_bus(client)
        yield client
