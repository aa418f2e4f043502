"""Nothing is learned by guessing: wrong codes are counted per address and over all, and beyond a limit no code is
looked at, right or wrong.

The count is this process's own. With 75 random bits in a code the limits do not carry its safety; they keep a guesser
from costing anything, and make the attempt visible.
"""

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil
from weakref import WeakKeyDictionary

from libs.kit.database import Database
from libs.kit.errors import Limited, NotFound

WINDOW = timedelta(seconds=60)
WRONG_FROM_ONE = 10
# Generous, because whoever spends it keeps everybody out for a minute.
WRONG_FROM_ALL = 600


class Guesses:
    """The wrong codes of the last minute, by whom they came from (`Call.peer`)."""

    def __init__(self) -> None:
        self._counted: deque[tuple[datetime, bytes]] = deque()
        self._by_peer: Counter[bytes] = Counter()

    @contextmanager
    def attempt(self, peer: bytes, now: datetime) -> Iterator[None]:
        """Around one look at a code. It is counted before, so that many at once find no gap, and not when it was right.

        Raises `Limited` with the seconds to wait.
        """
        self._pass(now)
        self._check(peer, now)
        entry = (now, peer)
        self._counted.append(entry)
        self._by_peer[peer] += 1
        try:
            yield
        except NotFound:
            raise
        except BaseException:
            self._take_back(entry)
            raise
        self._take_back(entry)

    def _pass(self, now: datetime) -> None:
        while self._counted and self._counted[0][0] <= now - WINDOW:
            self._drop(self._counted.popleft()[1])

    def _check(self, peer: bytes, now: datetime) -> None:
        if self._by_peer[peer] >= WRONG_FROM_ONE:
            first = next(moment for moment, whose in self._counted if whose == peer)
        elif len(self._counted) >= WRONG_FROM_ALL:
            first = self._counted[0][0]
        else:
            return
        wait = max(1, ceil((first + WINDOW - now).total_seconds()))
        raise Limited("too_many_codes", "Too many wrong codes; wait a little before the next one.", retry_after=wait)

    def _take_back(self, entry: tuple[datetime, bytes]) -> None:
        # It may have left the window while the attempt was under way.
        if entry in self._counted:
            self._counted.remove(entry)
            self._drop(entry[1])

    def _drop(self, peer: bytes) -> None:
        self._by_peer[peer] -= 1
        if not self._by_peer[peer]:
            del self._by_peer[peer]


_OF: WeakKeyDictionary[Database, Guesses] = WeakKeyDictionary()


def guesses(db: Database) -> Guesses:
    """The count of one running service."""
    return _OF.setdefault(db, Guesses())
