"""A programme of its own for each of review's tests."""

import pytest

from tests.services.probe import Probe
from tests.services.review.situation import Situation, situation


@pytest.fixture
async def here(review: Probe) -> Situation:
    return await situation(review)
