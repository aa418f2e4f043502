"""The count of wrong codes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kit.errors import Conflict, Limited, NotFound
from services.referral.codes.guessing import WINDOW, WRONG_FROM_ALL, WRONG_FROM_ONE, Guesses

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
Step = tuple[int, int, str]
steps = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2), st.sampled_from(["wrong", "right", "other"])))


def attempt(guesses: Guesses, peer: int, now: datetime, outcome: str = "wrong") -> bool:
    """Whether the code was looked at."""
    try:
        with guesses.attempt(bytes([peer]), now):
            if outcome == "wrong":
                raise NotFound("code_unknown", "")
            if outcome == "other":
                raise Conflict("wrong_state", "")
    except Limited:
        return False
    except (NotFound, Conflict):
        return True
    return True


@given(steps=steps)
def test_exactly_the_eleventh_wrong_code_within_a_minute_is_not_looked_at(steps: list[Step]) -> None:
    guesses, now, wrong = Guesses(), NOON, [list[datetime]() for _ in range(3)]
    for seconds, peer, outcome in steps:
        now += timedelta(seconds=seconds)
        recent = [moment for moment in wrong[peer] if moment > now - WINDOW]
        looked = attempt(guesses, peer, now, outcome)
        assert looked is (len(recent) < WRONG_FROM_ONE)
        if looked and outcome == "wrong":
            wrong[peer].append(now)


def test_a_right_code_costs_nothing() -> None:
    guesses = Guesses()
    assert all(attempt(guesses, 1, NOON, "right") for _ in range(50))


def test_over_all_addresses_there_is_a_limit_too() -> None:
    guesses = Guesses()
    for number in range(WRONG_FROM_ALL):
        assert attempt(guesses, number % 100, NOON + timedelta(milliseconds=number))
    assert not attempt(guesses, 200, NOON + timedelta(seconds=1))
    assert attempt(guesses, 200, NOON + WINDOW + timedelta(seconds=1))


def test_the_seconds_to_wait_are_those_until_the_oldest_wrong_code_is_forgotten() -> None:
    guesses = Guesses()
    for number in range(WRONG_FROM_ONE):
        attempt(guesses, 1, NOON + timedelta(seconds=number))
    with pytest.raises(Limited) as limited, guesses.attempt(bytes([1]), NOON + timedelta(seconds=20)):
        raise AssertionError("nothing is looked at")
    assert limited.value.retry_after == 40
    assert attempt(guesses, 1, NOON + timedelta(seconds=60))


def test_many_at_once_find_no_gap() -> None:
    guesses, under_way = Guesses(), []
    for _ in range(WRONG_FROM_ONE):
        look = guesses.attempt(bytes([1]), NOON)
        look.__enter__()
        under_way.append(look)
    assert not attempt(guesses, 1, NOON)
    for look in under_way:
        look.__exit__(None, None, None)
    assert attempt(guesses, 1, NOON)


def test_what_left_the_window_leaves_nothing_behind() -> None:
    guesses = Guesses()
    look = guesses.attempt(bytes([1]), NOON)
    look.__enter__()
    assert attempt(guesses, 2, NOON + 2 * WINDOW, "right")
    look.__exit__(None, None, None)
    assert not guesses._counted
    assert not guesses._by_peer
