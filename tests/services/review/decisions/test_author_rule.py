"""Nothing is released that has passed through one person only, that no qualified reviewer let through, or that the
programme does not answer: searched over all sequences, roles and retries, and found when a rule is weakened."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.contracts.codes import Role
from services.review.questions import domain as questions
from services.review.releases import author_rule
from services.review.releases import domain as releases
from services.review.submissions import domain as submissions
from services.review.submissions.domain import Kind, State, Submission
from services.review.supervision.domain import Person
from tests.services.review.decisions.world import (
    PEOPLE,
    WORDS,
    Move,
    WayAround,
    World,
    attempt,
    happenings,
    moves,
    world,
)

Choose = Callable[[Sequence[Any]], Any]
ENDINGS = ("withdraw", "block", "closed", "court", "only-general")
STEPS = 25
PLAYS = 2_000


def play(choose: Choose) -> set[State]:
    """One life of a submission: each time somebody, or the world, does one of the things that are let through. Returns
    the states it came through."""
    flags = {name: choose((False, True)) for name in ("back_translation", "counsellor_confirms_reviewer")}
    at, came_through = world(choose(("ar", "de")), **flags), set()
    for _ in range(STEPS):
        who = choose((*PEOPLE, *PEOPLE, None))
        tried = moves(at, (who,)) if who else happenings(at)
        # What ends a life would end most of them at once, as anybody can do it at any time.
        short = not choose(range(12))
        led = [after for move in tried if (short or move.name not in ENDINGS) and (after := attempt(at, move))]
        at = choose(led) if led else at
        if at.submission is not None:
            came_through.add(at.submission.state)
    return came_through


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_no_sequence_leads_around_the_author_rule_or_the_legal_gate(data: st.DataObject) -> None:
    play(lambda options: data.draw(st.sampled_from(options)))


def searched(plays: int, seed: int = 7) -> Counter[State]:
    """Through which states how many plays came. Raises `WayAround` at the first way around."""
    chance = random.Random(seed)
    return Counter(state for _ in range(plays) for state in play(chance.choice))


def test_the_search_gets_everywhere() -> None:
    assert set(searched(300)) == set(State) - {State.FORGOTTEN}


@pytest.mark.parametrize("language", ["ar", "de"])
@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("confirms", [False, True])
def test_three_people_find_no_way_around_whatever_they_do(language: str, back: bool, confirms: bool) -> None:
    first = world(language, back_translation=back, counsellor_confirms_reviewer=confirms)
    assert State.RELEASED in everything(first, ("amal", "ruth", "rosa"))


def everything(first: World, people: tuple[str, ...], *changes: str) -> set[State]:
    """Try every sequence that leaves at most three texts and three decisions, to the end; `changes` happen in between
    whenever they like. Returns the states that were reached, raises `WayAround`."""
    seen: dict[object, State] = {}
    waiting = [first]
    while waiting:
        at = waiting.pop()
        for move in (*moves(at, people, WORDS[:2]), *(Move(None, name) for name in changes)):
            after = attempt(at, move)
            found = after and after.submission
            if after and found and within(found) and (key := essence(after)) not in seen:
                seen[key] = found.state
                waiting.append(after)
    return set(seen.values())


def within(found: Submission) -> bool:
    return len(found.cores) + len(found.variants) <= 3 and len(found.decisions) <= 3


def essence(at: World) -> object:
    """What tells two worlds apart: everything but how many versions it took to get there."""
    found = at.submission
    assert found is not None
    decisions = tuple((one.kind, one.by, one.core_version, one.by_reviewer, one.to_confirm) for one in found.decisions)
    flag = at.policy.counsellor_confirms_reviewer
    return found.state, found.taken_by, found.cores, found.variants, decisions, at.seen, flag


def of_any_core(submission: Submission, kind: Kind) -> Any:
    return next((one for one in reversed(submission.decisions) if one.kind is kind), None)


def nothing(*_: Any, **__: Any) -> None:
    return None


WEAKENED: dict[str, list[tuple[Any, str, Any]]] = {
    "a reviewer's change needs no confirmation": [(author_rule, "holds_own_words", lambda authors, reviewer: False)],
    "a change leaves the reviewer out of the authors": [
        (author_rule, "authors_of_change", lambda authors, reviewer: authors)
    ],
    "a reviewer's text counts as never alone": [(author_rule, "is_alone", lambda authors, reviewer: False)],
    "who approved confirms too": [
        (author_rule, "confirmation_breach", nothing),
        (author_rule, "core_breach", lambda passage: None if passage.confirmed_by else "not_yet_confirmed"),
    ],
    "a core needs nothing before its variant is released": [(author_rule, "core_breach", nothing)],
    "the author releases her own variant": [(author_rule, "variant_breach", nothing)],
    "everybody has every role": [(releases, "refuse_role", nothing)],
    "everybody speaks every language": [(releases, "speaks", lambda languages, tag: True)],
    "back-translation whatever the policy says": [
        (releases, "refuse_back_translation", lambda submission, at: releases._refuse_releasing(submission, at))
    ],
    "an approval covers what is written afterwards": [
        (Submission, "decision", of_any_core),
        (submissions, "state_after_revising", lambda state, new_core: state),
    ],
    "court is answered": [(questions, "refuse_answering", nothing)],
    "an old text is approved after the deadline": [(releases, "refuse_old_text", nothing)],
    "a closed question is answered": [(questions, "refuse_working", nothing)],
}


@pytest.mark.parametrize("rule", WEAKENED)
def test_a_weakened_rule_is_found_out(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, name, weak in WEAKENED[rule]:
        monkeypatch.setattr(place, name, weak, raising=False)
    with pytest.raises(WayAround):
        searched(PLAYS)


SECOND_REVIEWER: dict[str, tuple[Any, str, Any]] = {
    "anybody confirms": (author_rule, "confirmation_breach", nothing),
    "a role suffices": (Person, "is_qualified_reviewer", property(lambda who: Role.LEGAL_REVIEWER in who.roles)),
}


ENDED_POLICY = (world("de", counsellor_confirms_reviewer=True), ("amal", "rosa", "uta"), "counsellor_confirms_reviewer")


def test_a_policy_that_ends_between_approval_and_confirmation_opens_no_way() -> None:
    assert State.RELEASED in everything(*ENDED_POLICY)


@pytest.mark.parametrize("rule", SECOND_REVIEWER)
def test_a_weakened_second_reviewer_is_found_out(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reached only by such a policy: Uta holds the role, and no qualification."""
    monkeypatch.setattr(*SECOND_REVIEWER[rule])
    with pytest.raises(WayAround, match="sole author"):
        everything(*ENDED_POLICY)
