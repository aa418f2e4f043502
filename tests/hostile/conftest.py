"""One host per service for all tests of a worker: opening one takes a second."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.hostile.host import Host, hosted
from tests.services.probe import Desk, desk
from tests.stack.stack import Stack

Hosts = Callable[[str], Host]


@pytest.fixture(scope="session")
def hosts(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """`hosts("intake")`"""
    with ExitStack() as opened:
        at_desk: Desk = opened.enter_context(desk(tmp_path_factory.mktemp("issuer")))
        yield cache(lambda service: opened.enter_context(hosted(service, stack, at_desk)))
