"""The one door for time. `now` comes from the application, so that a test can live through a year in a second."""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The calendar day in Europe/Berlin, in which figures count."""
    return moment.astimezone(BERLIN).date()


def iso_week(moment: datetime) -> str:
    """The ISO week in Europe/Berlin, for example `2026-W47`."""
    year, week, _ = local_day(moment).isocalendar()
    return f"{year}-W{week:02d}"
