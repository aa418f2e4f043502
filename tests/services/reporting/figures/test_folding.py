"""Folding facts into figures: no order between aggregates, every event once, equal to a count by other means."""

from collections import Counter, OrderedDict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.envelope import Envelope, encode
from libs.kit.gate import Gate, Verdict
from libs.kit.ids import new_id
from services.reporting.figures.domain import BOUNDS, Cell, Deltas, bucket, fold
from services.reporting.figures.projector import Delivered, sift
from tests.services.reporting import facts
from tests.services.reporting.recount import recount


def folded(heard: list[Envelope]) -> Deltas:
    return fold(map(facts.event, heard))


def counts(deltas: Deltas) -> dict[tuple[str, ...], int]:
    return {tuple(cell): n for cell, n in deltas.counts.items() if n}


def cases(deltas: Deltas) -> dict[tuple[Cell, int], int]:
    return {place: n for place, (n, _) in deltas.hours.items() if n}


@given(st.data())
def test_the_order_between_aggregates_does_not_matter(data: st.DataObject) -> None:
    lives = data.draw(facts.lives())
    one, other = data.draw(facts.interleaved(lives)), data.draw(facts.interleaved(lives))
    assert counts(folded(one)) == counts(folded(other))
    assert folded(one).hours == folded(other).hours


@given(st.data())
def test_folding_in_pieces_adds_up_to_the_whole(data: st.DataObject) -> None:
    heard = data.draw(facts.interleaved(data.draw(facts.lives())))
    cut = data.draw(st.integers(0, len(heard)))
    total, slots = Counter[Cell](), Counter[tuple[Cell, int]]()
    for piece in (folded(heard[:cut]), folded(heard[cut:])):
        total.update(piece.counts)
        slots.update({place: n for place, (n, _) in piece.hours.items()})
    assert {tuple(cell): n for cell, n in total.items() if n} == counts(folded(heard))
    assert {place: n for place, n in slots.items() if n} == cases(folded(heard))


@given(facts.lives())
def test_figures_equal_a_count_of_the_bytes_by_other_means(lives: list[list[Envelope]]) -> None:
    heard = [envelope for one in lives for envelope in one]
    expected, hours = recount(map(encode, heard))
    assert counts(folded(heard)) == expected
    by_bucket = Counter((place, bucket(h)) for place, found in hours.items() for h in found)
    assert {(tuple(cell), lower): n for (cell, lower), n in cases(folded(heard)).items()} == by_bucket


@given(st.data())
def test_what_comes_twice_or_too_early_is_never_counted_twice(data: st.DataObject) -> None:
    """Any delivery of any batches, with repetitions and reordering, until everything was acknowledged."""
    lives = data.draw(facts.lives(most=5))
    said = [envelope for one in lives for envelope in one]
    gates: dict[str, Gate] = {}
    applied: list[Envelope] = []
    memory = Patient()
    while len(applied) < len(said):
        batch = [*data.draw(st.lists(st.sampled_from(said), max_size=8)), _next(said, gates)]
        sifted = sift({e.subject: gates.get(e.subject, Gate()) for e in batch}, map(_delivered, batch), memory)
        gates |= sifted.moved
        applied += [one.envelope for one in sifted.apply]
        taken = [*sifted.apply, *sifted.done, *sifted.wait]
        assert len(taken) == len(batch) and not sifted.singly
    assert counts(folded(applied)) == counts(folded(said))
    assert len({envelope.id for envelope in applied}) == len(applied)


def test_what_follows_a_twin_in_the_same_batch_waits_until_the_twin_is_buried() -> None:
    first, second = facts.life([facts.captured(), facts.triaged()])
    twin = first.model_copy(update={"id": new_id()})
    sifted = sift({first.subject: Gate()}, map(_delivered, (first, twin, second)), Patient())
    assert [one.envelope for one in sifted.apply] == [first]
    assert [one.envelope for one in sifted.singly] == [twin, second]


def _delivered(envelope: Envelope) -> Delivered:
    message: Any = None
    return Delivered(message, facts.arrived(envelope))


class Patient:
    """Every gap goes on waiting."""

    def __init__(self) -> None:
        self.gaps: OrderedDict[str, float] = OrderedDict()

    def gap(self, aggregate: str) -> Verdict:
        return Verdict.GAP


def _next(said: list[Envelope], gates: dict[str, Gate]) -> Envelope:
    return next(e for e in said if gates.get(e.subject, Gate()).version == e.aggregateversion - 1)


def test_triage_moves_a_captured_question_to_its_new_cell() -> None:
    heard = facts.life([facts.captured(), facts.triaged(language="fa")])
    assert counts(folded(heard)) == {("fem-os", "captured", facts.WEEK, "fa", "c-dismissal", "facebook"): 1}


def test_a_later_week_of_triage_leaves_the_question_in_its_week_of_capture() -> None:
    heard = facts.life([facts.captured(week="2026-W40"), facts.triaged(week="2026-W41", captured_week="2026-W40")])
    assert {place[2] for place in counts(folded(heard))} == {"2026-W40"}


def test_a_retracted_answer_leaves_its_own_week_and_bucket() -> None:
    heard = facts.life([facts.captured(), facts.answered(7), facts.retracted(7, week="2026-W50")])
    assert not [place for place in counts(folded(heard)) if place[1] == "answered"]
    assert cases(folded(heard)) == {}


def test_a_fact_that_is_not_counted_changes_nothing() -> None:
    assert folded(facts.life([facts.forgotten(), facts.asked_erasure()])) == Deltas()


@given(st.integers(0, 1_000_000))
def test_every_number_of_hours_has_a_bucket_less_than_a_fifth_wide(hours: int) -> None:
    lower = bucket(hours)
    upper = BOUNDS[BOUNDS.index(lower) + 1]
    assert lower <= hours < upper
    assert upper - lower == 1 or upper - 1 < lower * 1.26
