"""Fixtures for every test: real servers, settings for a service, and the one wait.

What they need is imported when they are asked for, so that a test of a pure function starts at once.
"""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.stack.session import Session, folder_of, servers
from tests.stack.skips import Skips
from tests.stack.waiting import eventually as wait_until_true

if TYPE_CHECKING:
    from cli.where import Installation
    from libs.kit.settings import Settings
    from tests.stack.durable import DurableStack
    from tests.stack.stack import Stack


# Time is measured in bench/, never in a test: a busy machine must not look like a wrong rule.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-skips", metavar="FILE", help="append what was skipped, and why, to this file")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
        session = Session(folder_of(config, factory))
        config.add_cleanup(session.close)
        config.pluginmanager.register(Skips(config.rootpath, config.getoption("--write-skips")), "lotse-skips")


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Stack":
    """PostgreSQL and NATS. Databases are made for the services that are asked for; nothing is truncated between tests,
    so a test works in a programme of its own."""
    from tests.stack.stack import Stack

    folder = folder_of(request.config, tmp_path_factory)
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    where = servers(folder)
    if worker and where["nats"][0]["kind"] == "given":
        raise RuntimeError("NATS_URL is one server, and each worker needs its own: run with -n 0")
    return Stack(folder, where, worker)


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Installation":
    """All of it, as `lotse up` starts it, for tests of the whole story and of the command line. Shared by all workers:
    a test works on questions of its own."""
    from tests.stack.platform import platform

    return platform(folder_of(request.config, tmp_path_factory))


@pytest.fixture(scope="session")
def service_settings(stack: "Stack") -> Callable[..., "Settings"]:
    """`service_settings("intake")`; keyword arguments change single fields."""
    return stack.settings


@pytest.fixture(scope="session")
def eventually() -> object:
    """`await eventually(lambda: ...)`: the only wait; up to five seconds."""
    return wait_until_true


@pytest.fixture
async def durable(tmp_path: Path) -> AsyncIterator["DurableStack"]:
    """Servers of this test alone, with fsync, to be killed at will; for tests marked `faults`."""
    from tests.stack.durable import DurableStack

    own = DurableStack(tmp_path)
    try:
        await own.start()
        yield own
    finally:
        await own.stop()
