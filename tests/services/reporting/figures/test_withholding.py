"""Which cells may be shown: none below five, and none that would tell of one that is not."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kit.ids import new_id
from services.reporting.figures.domain import (
    FEWEST_CASES,
    Key,
    Row,
    Spread,
    Withheld,
    rows,
    slot,
    totals,
    withhold_total,
)

LANGUAGES = ("ar", "de", "fa", "ru")
cells = st.dictionaries(st.sampled_from(LANGUAGES), st.integers(1, 12), min_size=1)


def keyed(measure: str, counts: dict[str, int]) -> dict[Key, int]:
    return {("fem-os", measure, (language,)): count for language, count in counts.items()}


def shown(found: list[Row]) -> dict[tuple[str, tuple[str, ...]], int | None]:
    return {row.key[1:]: row.count for row in found}


@given(cells)
def test_no_cell_below_five_is_shown(counts: dict[str, int]) -> None:
    for row in rows(keyed("captured", counts), {}):
        count = counts[row.key[2][0]]
        assert (row.count, row.withheld) == ((count, None) if count >= FEWEST_CASES else (None, Withheld.FEW_CASES))


@given(cells)
def test_no_withheld_cell_can_be_found_from_rows_and_total(counts: dict[str, int]) -> None:
    """An attacker who knows the rules tries every way to fill the withheld cells: each must have two ways at least."""
    found = rows(keyed("captured", counts), {})
    (total,) = totals(keyed("captured", counts), {})
    hidden = [row.key for row in found if row.count is None]
    if total.count is None or not hidden:
        return
    left = total.count - sum(row.count or 0 for row in found)
    ways = [way for way in product(range(1, FEWEST_CASES), repeat=len(hidden)) if sum(way) == left]
    assert all(len({way[n] for way in ways}) > 1 for n in range(len(hidden)))
    assert left >= FEWEST_CASES


@pytest.mark.parametrize(
    ("shown_sum", "hidden", "reason"),
    [
        (0, [], None),
        (20, [], None),
        (20, [3], Withheld.REVEALS),
        (20, [1, 1], Withheld.REVEALS),
        (20, [4, 4], Withheld.REVEALS),
        (20, [1, 3], Withheld.REVEALS),
        (20, [3, 3], None),
        (0, [3, 3], None),
        (0, [3], Withheld.FEW_CASES),
    ],
)
def test_a_total_that_would_tell_a_cell_is_withheld(shown_sum: int, hidden: list[int], reason: Withheld | None) -> None:
    assert withhold_total(shown_sum, hidden) == reason


@given(cells, st.data())
def test_a_part_is_withheld_where_the_rest_of_its_whole_is_small(counts: dict[str, int], data: st.DataObject) -> None:
    parts = {language: data.draw(st.integers(0, count)) for language, count in counts.items()}
    parts = {language: part for language, part in parts.items() if part}
    found = shown(rows({**keyed("approved", counts), **keyed("approved-with-changes", parts)}, {}))
    for language, part in parts.items():
        whole, seen = found["approved", (language,)], found["approved-with-changes", (language,)]
        if whole is not None and seen is not None:
            assert whole - seen == 0 or whole - seen >= FEWEST_CASES
            assert part >= FEWEST_CASES


def spread(hours: list[int], staff: int) -> Spread:
    made = Spread()
    slots = [1 << n for n in range(staff)]
    for n, lower in enumerate(hours):
        made.add(lower, 1, slots[n % staff])
    return made


@pytest.mark.parametrize(
    ("cases", "staff", "reason"),
    [(4, 3, Withheld.FEW_CASES), (5, 2, Withheld.FEW_STAFF), (5, 3, None)],
)
def test_hours_need_five_cases_and_three_members_of_staff(cases: int, staff: int, reason: Withheld | None) -> None:
    key: Key = ("fem-os", "hours-to-answer", ("ar",))
    made = spread([2] * cases, staff)
    (row,) = rows({key: made.count}, {key: made})
    assert row.withheld == reason
    assert (row.median, row.p90) == ((2.0, 2.0) if reason is None else (None, None))
    assert row.count == (None if reason is Withheld.FEW_CASES else cases)


def test_two_languages_of_two_people_each_make_a_total_of_four() -> None:
    one, other = spread([2] * 6, 2), Spread()
    for n in range(6):
        other.add(4, 1, slot(new_id()) | 1 << (n % 2 + 200))
    keys: list[Key] = [("fem-os", "hours-to-answer", (language,)) for language in ("ar", "fa")]
    (total,) = totals({keys[0]: 6, keys[1]: 6}, {keys[0]: one, keys[1]: other})
    assert (total.count, total.median, total.withheld) == (12, 2.0, None)
