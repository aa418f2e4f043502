"""A story on the whole platform."""

from collections.abc import AsyncIterator

import pytest

from cli.where import Installation
from tests.walk.story import Story, telling


@pytest.fixture
async def story(platform: Installation) -> AsyncIterator[Story]:
    async with telling(platform) as told:
        yield told
