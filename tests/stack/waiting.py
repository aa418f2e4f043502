"""The only wait in our tests: until something is true, and never a sleep that hopes."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(predicate: Callable[[], Awaitable[T]], seconds: float = 5.0) -> T: ...
@overload
async def eventually(predicate: Callable[[], T], seconds: float = 5.0) -> T: ...
async def eventually(predicate: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Ask again and again until the answer is true, and return it. The predicate may also assert: its last failure is
    raised when the time is up."""
    deadline, pause = time.monotonic() + seconds, 0.01
    while True:
        late = time.monotonic() > deadline
        try:
            found = predicate()
            value = await found if inspect.isawaitable(found) else found
            if value:
                return value
        except AssertionError:
            if late:
                raise
        if late:
            raise AssertionError(f"not within {seconds:g} s: {_words(predicate)}")
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def _words(predicate: Callable[[], object]) -> str:
    try:
        return " ".join(inspect.getsource(predicate).split())
    except (OSError, TypeError):
        return repr(predicate)
