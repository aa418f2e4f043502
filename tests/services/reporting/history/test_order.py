"""A trace's order: causes before effects, versions in their order, and one result however the events came."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.envelope import Envelope
from libs.kit.ids import new_id
from services.reporting.history.domain import Arrived, causal, is_question
from tests.services.reporting import facts


@st.composite
def caused(draw: st.DrawFn) -> list[Arrived]:
    """Lives whose events are caused by some that were said before; moments may be equal and clocks may disagree."""
    said: list[Envelope] = []
    for envelope in draw(facts.interleaved(draw(facts.lives(most=5)))):
        cause = draw(st.none() | st.sampled_from(said)) if said else None
        moment = facts.NOON + timedelta(minutes=draw(st.integers(0, 3)))
        said.append(envelope.model_copy(update={"causationid": cause and cause.id, "time": moment}))
    return [facts.arrived(envelope) for envelope in said]


def ids(events: Sequence[Arrived]) -> list[str]:
    return [str(event.envelope.id) for event in events]


@given(caused(), st.data())
def test_every_event_comes_once_after_its_cause_and_its_earlier_versions(
    events: list[Arrived], data: st.DataObject
) -> None:
    ordered = causal(data.draw(st.permutations(events)))
    assert sorted(ids(ordered)) == sorted(ids(events))
    seen: set[object] = set()
    last: dict[str, int] = {}
    for one in (event.envelope for event in ordered):
        assert one.causationid is None or one.causationid in seen
        assert one.aggregateversion == last.get(one.subject, 0) + 1
        seen.add(one.id)
        last[one.subject] = one.aggregateversion


@given(caused(), st.data())
def test_the_order_does_not_depend_on_how_the_events_came(events: list[Arrived], data: st.DataObject) -> None:
    assert ids(causal(data.draw(st.permutations(events)))) == ids(causal(events))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_what_nothing_orders_goes_by_time_and_then_id(minutes: list[int]) -> None:
    events = [facts.arrived(facts.envelope(facts.captured(), new_id(), 1, time=facts.later(m))) for m in minutes]
    by_moment = sorted(events, key=lambda event: (event.envelope.time, event.envelope.id))
    assert ids(causal(events)) == ids(by_moment)


def test_a_cause_outside_the_question_orders_nothing() -> None:
    event = facts.arrived(facts.envelope(facts.captured(), new_id(), 1, cause=new_id()))
    assert causal([event]) == [event]


def test_even_a_circle_is_shown_whole() -> None:
    first, second = new_id(), new_id()
    one = facts.envelope(facts.captured(), new_id(), 1, event_id=first, cause=second)
    other = facts.envelope(facts.captured(), new_id(), 1, event_id=second, cause=first, time=facts.later(1))
    assert ids(causal(map(facts.arrived, (other, one)))) == [str(first), str(second)]


def test_a_missing_version_leaves_the_others_in_their_order() -> None:
    life = facts.life([facts.captured(), facts.triaged(), facts.answered()])
    assert ids(causal(map(facts.arrived, (life[2], life[0])))) == [str(life[0].id), str(life[2].id)]


def test_what_correlates_only_with_itself_is_no_question() -> None:
    question, other = new_id(), new_id()
    submission = facts.envelope(facts.submitted(), new_id(), 1, concerns=question)
    assert is_question(question, map(facts.arrived, [submission]))
    assert is_question(question, map(facts.arrived, facts.life([facts.captured()], question)))
    assert not is_question(other, map(facts.arrived, facts.life([facts.submitted()], other)))
    assert not is_question(other, [])
