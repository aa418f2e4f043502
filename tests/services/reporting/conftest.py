"""Reporting behind a real bus."""

from collections.abc import AsyncIterator

import pytest

from tests.services.reporting.bus import Bus, opened
from tests.services.reporting.facts import fresh_programme
from tests.stack.stack import Stack


@pytest.fixture
async def bus(stack: Stack) -> AsyncIterator[Bus]:
    async with opened(stack) as made:
        yield made


@pytest.fixture
def programme() -> str:
    return fresh_programme()
