"""The sample service, fresh for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.libs.kit.sample_app import Sample, running


@pytest.fixture
async def sample() -> AsyncIterator[Sample]:
    """The sample service over a database that is away."""
    async with running() as made:
        yield made
