"""Rules on weekly observations of a space: numbers and codes, never who was there."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from libs.contracts.space_codes import PostingRule, Tone
from libs.kit.clock import iso_week
from libs.kit.errors import invalid

# Ten years: what a programme's spreadsheets hold may still be brought in.
WEEKS_BACK = 520


@dataclass(frozen=True)
class Observation:
    """One week of one space. `members` is an audience, never a reach; `rule_changes` are rules that came or went."""

    space: UUID
    week: str
    members: int
    posts: int
    questions: int
    own_posts: int
    tone: Tone
    rule_changes: tuple[PostingRule, ...]


def exists(week: str) -> bool:
    """Whether there is such a week: not every year has a fifty-third."""
    try:
        date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
    except ValueError:
        return False
    return True


def check(observation: Observation, now: datetime) -> None:
    """Raises `Invalid` for a week that does not exist, lies ahead or too far back, and for more own posts than all."""
    week = observation.week
    if not exists(week) or not iso_week(now - timedelta(weeks=WEEKS_BACK)) <= week <= iso_week(now):
        raise invalid("/week", "week_out_of_reach", "A week is expected that is over or runs, ten years back at most.")
    if observation.own_posts > observation.posts:
        raise invalid("/own_posts", "more_than_posts", "Own posts are part of the posts and cannot be more.")
