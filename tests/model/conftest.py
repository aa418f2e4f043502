"""The four services in this process, on real PostgreSQL and NATS."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.model.platform import Platform, platform
from tests.stack.stack import Stack


@pytest.fixture
def running(stack: Stack, tmp_path: Path) -> Iterator[tuple[asyncio.Runner, Platform]]:
    with asyncio.Runner() as runner:
        entered = platform(stack, tmp_path)
        yield runner, runner.run(entered.__aenter__())
        runner.run(entered.__aexit__(None, None, None))
