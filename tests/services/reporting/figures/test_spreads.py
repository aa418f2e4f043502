"""Distributions in buckets: they merge, and their quantiles are near the true ones."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kit.ids import new_id
from services.reporting.figures.domain import BOUNDS, SLOTS, Spread, bucket, slot

durations = st.lists(st.integers(0, 1_000_000) | st.integers(0, 48), min_size=1, max_size=60)


def spread(hours: list[int]) -> Spread:
    made = Spread()
    for one in hours:
        made.add(bucket(one), 1, 0)
    return made


@given(durations, st.floats(0.01, 1.0))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(hours: list[int], share: float) -> None:
    true = sorted(hours)[max(1, ceil(share * len(hours))) - 1]
    found = spread(hours).quantile(share)
    lower = bucket(true)
    assert lower <= found <= BOUNDS[BOUNDS.index(lower) + 1] - 1


@given(st.lists(st.integers(0, 7), min_size=1), st.floats(0.01, 1.0))
def test_short_durations_are_exact(hours: list[int], share: float) -> None:
    assert spread(hours).quantile(share) == sorted(hours)[max(1, ceil(share * len(hours))) - 1]


@given(durations, durations)
def test_merging_two_is_the_same_as_counting_all_at_once(one: list[int], other: list[int]) -> None:
    merged = spread(one)
    merged.merge(spread(other))
    assert merged == spread(one + other)
    assert merged.quantile(0.5) == spread(one + other).quantile(0.5)


@given(durations)
def test_a_higher_share_is_never_sooner(hours: list[int]) -> None:
    made = spread(hours)
    assert made.quantile(0.1) <= made.quantile(0.5) <= made.quantile(0.9)


def test_the_cases_of_a_wide_bucket_lie_evenly_in_it() -> None:
    assert spread([128, 130, 140, 152]).quantile(0.5) == pytest.approx(128 + 1.5 / 4 * 24)


def test_what_was_taken_back_counts_no_more() -> None:
    made = spread([3, 300])
    made.add(bucket(300), -1, 0)
    assert (made.count, made.quantile(0.9)) == (1, 3)


def test_a_member_of_staff_sets_one_bit_and_the_system_none() -> None:
    someone = new_id()
    assert slot(someone) == slot(someone) and slot(someone).bit_count() == 1
    assert slot(someone) < 1 << SLOTS
    assert slot(None) == 0
