"""When an answer is due: `min(priority class, deadline − 1 working day)`.

The priority classes are those of the inter-agency referral form (24 hours, 72 hours, two weeks). Working days are
those of the Land where it is known, else of the whole federation; holidays come from the `holidays` package. A day
that is a holiday in some towns of the Land only (Assumption in Bavaria) is none to rely on: a day early does no harm.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache

from libs.contracts.codes import Land, Urgency
from libs.kit.clock import BERLIN

CLASS_HOURS = {Urgency.EMERGENCY: 24, Urgency.URGENT: 72, Urgency.NORMAL: 14 * 24}


def due(captured_at: datetime, urgency: Urgency, deadline: date | None, land: Land) -> datetime:
    """The moment by which the answer must stand; UTC. With a deadline never later than the last second (Berlin) of the
    last working day before it: midnight would already show, and count, as the next day."""
    by_class = captured_at + timedelta(hours=CLASS_HOURS[urgency])
    if deadline is None:
        return by_class
    end = datetime.combine(working_day_before(deadline, land), time(23, 59, 59), BERLIN)
    return min(by_class, end.astimezone(captured_at.tzinfo))


def working_day_before(day: date, land: Land) -> date:
    """The last day before this one that is neither weekend nor public holiday in the Land."""
    before = day - timedelta(days=1)
    while before.weekday() >= 5 or before in _holidays(land):
        before -= timedelta(days=1)
    return before


@cache
def _holidays(land: Land) -> "Mapping[date, str]":
    # Imported late: the package is large, and only questions with a deadline need it.
    import holidays

    subdivision = land.removeprefix("de-").upper() if land.startswith("de-") else None
    return holidays.country_holidays("DE", subdiv=subdivision, categories=("public", "catholic"))
