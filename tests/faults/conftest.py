"""A desk that mints tokens, and a fleet of service processes on the test's own servers."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.fleet import Fleet
from tests.services.probe import Desk, desk
from tests.stack.durable import DurableStack


@pytest.fixture(scope="session")
def long() -> bool:
    """`LOTSE_FAULTS=long` runs the long forms."""
    return os.environ.get("LOTSE_FAULTS") == "long"


@pytest.fixture(scope="session")
def at_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("issuer")) as made:
        yield made


@pytest.fixture
async def fleet(durable: DurableStack, at_desk: Desk, tmp_path: Path) -> AsyncIterator[Fleet]:
    made = Fleet(durable, at_desk, tmp_path)
    yield made
    await made.stop()
