"""Time as a test wants it."""

from datetime import UTC, datetime, timedelta


class HandClock:
    """A clock moved by hand."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, **by: float) -> None:
        """Move forward by `timedelta` keywords. It never runs backwards."""
        step = timedelta(**by)
        assert step >= timedelta(0)
        self._now += step

    def set_back(self, **by: float) -> None:
        """Move backwards, as a machine's clock may be."""
        self._now -= timedelta(**by)
