"""`judge` against what it promises: every version once, in order, whatever the bus does."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kit.gate import Gate, Verdict, judge

IDS = [UUID(int=number) for number in range(8)]
GATES = st.builds(
    Gate,
    st.integers(0, 5),
    st.sampled_from(IDS[:3]),
    st.sampled_from([None, "gap", "dead-letter"]),
)


@given(GATES, st.integers(1, 8), st.sampled_from(IDS[:3]))
def test_only_the_next_version_is_applied_and_never_past_a_dead_letter(gate: Gate, version: int, id: UUID) -> None:
    next_one = version == gate.version + 1 and gate.parked != "dead-letter"
    assert (judge(gate, version, id) is Verdict.APPLY) is next_one


@given(GATES, st.integers(1, 8), st.sampled_from(IDS[:3]))
def test_what_was_passed_is_never_applied_put_aside_or_waited_for(gate: Gate, version: int, id: UUID) -> None:
    verdict = judge(gate, version, id)
    if version < gate.version or (version == gate.version and id == gate.event_id):
        assert verdict is Verdict.DUPLICATE
    elif version == gate.version:
        assert verdict is Verdict.CONFLICT
    else:
        assert verdict in (Verdict.APPLY, Verdict.GAP, Verdict.PARK)


@given(GATES, st.integers(1, 8), st.sampled_from(IDS[:3]))
def test_events_wait_on_the_bus_only_while_nothing_is_put_aside(gate: Gate, version: int, id: UUID) -> None:
    verdict = judge(gate, version, id)
    assert (verdict is Verdict.GAP) is (gate.parked is None and version > gate.version + 1)
    assert verdict is not Verdict.PARK or gate.parked is not None


@given(st.integers(1, 8).flatmap(lambda count: st.lists(st.integers(1, count), max_size=60).map(lambda o: (count, o))))
def test_any_order_of_deliveries_with_any_repetition_applies_each_once_and_in_order(
    plan: tuple[int, list[int]],
) -> None:
    count, order = plan
    gate, applied = Gate(), []
    for version in [*order, *range(1, count + 1)]:
        if judge(gate, version, IDS[version - 1]) is Verdict.APPLY:
            gate = Gate(version, IDS[version - 1])
            applied.append(version)
    assert applied == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("gate", "version", "id", "verdict"),
    [
        (Gate(), 1, 0, Verdict.APPLY),
        (Gate(), 2, 0, Verdict.GAP),
        (Gate(3, IDS[0]), 3, 0, Verdict.DUPLICATE),
        (Gate(3, IDS[0]), 3, 1, Verdict.CONFLICT),
        (Gate(3, IDS[0]), 1, 1, Verdict.DUPLICATE),
        (Gate(3, IDS[0], "gap"), 4, 1, Verdict.APPLY),
        (Gate(3, IDS[0], "gap"), 5, 1, Verdict.PARK),
        (Gate(3, IDS[0], "dead-letter"), 4, 1, Verdict.PARK),
        (Gate(3, IDS[0], "dead-letter"), 3, 1, Verdict.CONFLICT),
    ],
)
def test_a_verdict(gate: Gate, version: int, id: int, verdict: Verdict) -> None:
    assert judge(gate, version, IDS[id]) is verdict
