"""Port bases for tests that start a whole installation."""

import random

from cli.local.ports import choose
from cli.local.trouble import Trouble


def free_base() -> int:
    """A base at which everything is free; drawn, because several workers look at once."""
    for _ in range(100):
        base = random.randrange(12000, 30000)
        try:
            choose(base)
        except Trouble:
            continue
        return base
    raise AssertionError("no free ports")
