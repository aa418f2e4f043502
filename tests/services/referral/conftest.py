"""A programme of its own for each of referral's tests."""

import pytest

from tests.services.probe import Probe
from tests.services.referral.situation import Situation, situation


@pytest.fixture
async def here(referral: Probe) -> Situation:
    return await situation(referral)
