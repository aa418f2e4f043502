"""Fixtures for tests of one service: `intake`, `review`, `referral`, `reporting` are probes on its real application."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from libs.kit.settings import Settings
from tests.services.probe import Desk, Probe, desk, probed


@pytest.fixture(scope="session")
def at_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("issuer")) as made:
        yield made


@pytest.fixture
async def intake(service_settings: Callable[..., Settings], at_desk: Desk) -> AsyncIterator[Probe]:
    async with probed("intake", service_settings, at_desk) as probe:
        yield probe


@pytest.fixture
async def review(service_settings: Callable[..., Settings], at_desk: Desk) -> AsyncIterator[Probe]:
    async with probed("review", service_settings, at_desk) as probe:
        yield probe


@pytest.fixture
async def referral(service_settings: Callable[..., Settings], at_desk: Desk) -> AsyncIterator[Probe]:
    async with probed("referral", service_settings, at_desk) as probe:
        yield probe


@pytest.fixture
async def reporting(service_settings: Callable[..., Settings], at_desk: Desk) -> AsyncIterator[Probe]:
    async with probed("reporting", service_settings, at_desk) as probe:
        yield probe
