"""The life of a space as a pure machine: whatever is tried, only what follows happens."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import Access, Land, Platform, SpaceKind
from libs.contracts.space_codes import SpaceReason, SpaceRisk, SpaceState
from libs.kit.errors import Conflict, Invalid, LotseError
from libs.kit.ids import new_id
from services.intake.spaces import domain
from services.intake.spaces.domain import NEXT, REASONED, Space

CANDIDATE = Space(
    id=new_id(),
    programme="fem-os",
    version=1,
    changed_at=datetime(2026, 11, 23, tzinfo=UTC),
    platform=Platform.FACEBOOK,
    kind=SpaceKind.GROUP,
    name="Frauen in Musterstadt",
    languages=("ar",),
    members=300,
    access=Access.CLOSED,
    state=SpaceState.CANDIDATE,
)
KNOWN = replace(CANDIDATE, region=Land.BE, rules=(), risk=SpaceRisk.LOW)
MOVES = st.lists(st.tuples(st.sampled_from(SpaceState), st.sampled_from([None, *SpaceReason])), max_size=30)


@given(MOVES, st.sampled_from(Access), st.booleans())
def test_no_order_of_attempts_leaves_the_drawn_ways(
    moves: list[tuple[SpaceState, SpaceReason | None]], access: Access, known: bool
) -> None:
    space = replace(KNOWN if known else CANDIDATE, access=access)
    walked = [space.state]
    for state, reason in moves:
        before = space
        try:
            space = domain.moved(space, state, reason)
        except LotseError:
            assert space == before
            continue
        assert state in NEXT[before.state]
        assert (space.reason is not None) == (state in REASONED)
        walked.append(state)
    if SpaceState.ACTIVE in walked:
        assert known and walked[1] is SpaceState.ASSESSED
        assert access is Access.OPEN or SpaceState.ADMIN_CONTACTED in walked


def test_every_state_can_be_reached_and_only_archived_is_the_end() -> None:
    reached, looked = {SpaceState.CANDIDATE}, 0
    while looked < len(reached):
        looked = len(reached)
        reached |= {after for state in reached for after in NEXT[state]}
    assert reached == set(SpaceState) == set(NEXT)
    assert [state for state in SpaceState if not NEXT[state]] == [SpaceState.ARCHIVED]


def test_nothing_is_assessed_before_region_rules_and_risk_are_known() -> None:
    for missing in ({"region": Land.UNKNOWN}, {"rules": None}, {"risk": None}):
        with pytest.raises(Conflict, match="space_not_assessed"):
            domain.moved(replace(KNOWN, **missing), SpaceState.ASSESSED, None)
    assert domain.moved(KNOWN, SpaceState.ASSESSED, None).state is SpaceState.ASSESSED


def test_a_closed_space_is_not_joined_behind_its_administrators_back() -> None:
    assessed = replace(KNOWN, state=SpaceState.ASSESSED)
    with pytest.raises(Conflict, match="admins_not_asked"):
        domain.moved(assessed, SpaceState.JOINED, None)
    assert domain.moved(replace(assessed, access=Access.OPEN), SpaceState.JOINED, None).state is SpaceState.JOINED


@pytest.mark.parametrize(("state", "reason"), [(SpaceState.LOST, None), (SpaceState.LOST, SpaceReason.SPACE_CLOSED)])
def test_a_loss_has_a_reason(state: SpaceState, reason: SpaceReason | None) -> None:
    active = replace(KNOWN, state=SpaceState.ACTIVE)
    if reason is None:
        with pytest.raises(Invalid):
            domain.moved(active, state, reason)
    else:
        assert domain.moved(active, state, reason).reason is reason
