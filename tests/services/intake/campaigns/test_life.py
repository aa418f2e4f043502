"""Whatever is done with an item in whatever order: what must never be, is not. And reach is never members."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from libs.contracts.codes import LegalClass, Platform, Standing
from libs.contracts.intake_campaigns import MediumKind
from libs.kit.ids import new_id
from services.intake.campaigns import domain
from services.intake.campaigns.domain import Content, Item, Medium, Members, Reach, State
from services.intake.postings.domain import Release

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PICTURE = Medium(MediumKind.PICTURE, "https://media.example.org/1.png", "Ein Stundenzettel.")
contents = st.sampled_from([Content("Eins."), Content("Zwei."), Content("Zwei.", (PICTURE,))])
counts = st.integers(0, 10_000)
reaches = st.builds(Reach, counts, counts, counts)


def drafted() -> Item:
    return Item(
        id=new_id(),
        campaign=new_id(),
        programme="fem-os",
        version=1,
        changed_at=NOW,
        state=State.DRAFT,
        topic="c-contract",
        language="pl",
        platform=Platform.FACEBOOK,
        legal_class=LegalClass.GENERAL_INFORMATION,
        content=Content("Eins."),
    )


class Items(RuleBasedStateMachine):
    """An item, and what review released for it last."""

    @initialize()
    def begin(self) -> None:
        self.item, self.cleared = drafted(), False
        self.release: Release | None = None

    @rule(content=contents)
    def revise(self, content: Content) -> None:
        if domain.refuse_revising(self.item) is None:
            self.item = domain.revised(self.item, content)

    @rule()
    def put_to_review(self) -> None:
        if domain.refuse_review(self.item) is None:
            self.item = domain.moved(self.item, State.IN_REVIEW)

    @rule(content=contents)
    def release_something(self, content: Content) -> None:
        self.release = Release(new_id(), self.item.id, "pl", content.whole, NOW, None)

    @rule()
    def withdraw_release(self) -> None:
        if self.release is not None:
            gone = self.release.submission
            self.release = None
            if self.item.submission == gone and self.item.state in (State.SCHEDULED, State.LIVE, State.EVERGREEN):
                self.item = domain.recalled(self.item, Standing.SUPERSEDED)

    @rule()
    def schedule(self) -> None:
        if domain.refuse_scheduling(self.item, domain.is_released(self.item, self.release, NOW)) is None:
            assert self.release is not None
            self.item = domain.scheduled(self.item, NOW + timedelta(days=1), (), self.release.submission)

    @rule()
    def go_live(self) -> None:
        if domain.refuse_going_live(self.item) is None:
            covered = domain.is_released(self.item, self.release, NOW)
            standing = Standing.MATCHING if covered else Standing.WITHOUT_APPROVAL
            submission = self.release.submission if self.release else None
            self.item = domain.gone_live(self.item, NOW, None, standing, submission)
            self.cleared = False
            if not covered:
                self.item = domain.recalled(self.item, standing)

    @rule()
    def clear(self) -> None:
        if self.item.state is State.RECALLED:
            self.item, self.cleared = domain.moved(self.item, State.LIVE), True

    @rule()
    def keep(self) -> None:
        if domain.refuse_keeping(self.item) is None:
            self.item = domain.moved(self.item, State.EVERGREEN)

    @rule()
    def withdraw(self) -> None:
        if domain.refuse_withdrawing(self.item) is None:
            self.item = domain.moved(self.item, State.WITHDRAWN)

    @invariant()
    def what_is_scheduled_was_released_word_for_word(self) -> None:
        if self.item.state is State.SCHEDULED and self.release and self.item.submission == self.release.submission:
            assert self.release.text == self.item.content.whole

    @invariant()
    def what_is_live_is_covered_or_was_cleared(self) -> None:
        if self.item.state in (State.LIVE, State.EVERGREEN):
            assert self.item.standing in domain.COUNTS or self.cleared

    @invariant()
    def only_what_was_live_is_measured(self) -> None:
        if self.item.state in (State.LIVE, State.EVERGREEN, State.RECALLED):
            assert domain.refuse_measuring(self.item) is None

    @invariant()
    def withdrawn_is_the_end(self) -> None:
        if self.item.state is State.WITHDRAWN:
            rules = (domain.refuse_revising, domain.refuse_review, domain.refuse_going_live, domain.refuse_keeping)
            assert all(rule(self.item) for rule in rules)


def _limited(machine: Any) -> Any:
    machine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
    return machine.TestCase


TestItems = _limited(Items)


@given(members=counts.map(Members), reach=reaches)
def test_members_and_reach_cannot_be_added(members: Members, reach: Reach) -> None:
    with pytest.raises(TypeError):
        members + reach  # type: ignore[operator]
    with pytest.raises(TypeError):
        reach + members  # type: ignore[operator]


@given(one=reaches, other=reaches)
def test_viewers_of_two_weeks_are_not_counted_twice(one: Reach, other: Reach) -> None:
    both = one + other
    assert both == other + one
    assert both.views == one.views + other.views
    assert max(one.viewers, other.viewers) == both.viewers <= one.viewers + other.viewers
