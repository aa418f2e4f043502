"""What is offered is what succeeds: `actions[]` and the commands obey the same rules."""

import random
from dataclasses import replace
from typing import Any

import pytest

from libs.kit.errors import LotseError
from services.review.decisions.shapes import OFFERS, actions
from services.review.questions.domain import Situation as Deciding
from tests.services.review.decisions.world import PEOPLE, Move, World, attempt, decide, happenings, moves, world
from tests.services.review.situation import SUBMISSIONS, Situation

MOVES = {
    "take": Move("", "take"),
    "give-back": Move("", "give-back"),
    "approve": Move("", "approve"),
    "approve-with-changes": Move("", "approve", "ganz neu"),
    "return": Move("", "return"),
    "block": Move("", "block"),
    "confirm": Move("", "confirm"),
    "release": Move("", "second-speaker"),
    "release-by-back-translation": Move("", "back-translation"),
    "revise": Move("", "revise", "ganz neu"),
    "withdraw": Move("", "withdraw"),
    "withdraw-approval": Move("", "withdraw-approval"),
}


def worlds(count: int, seed: int = 3) -> list[World]:
    """Moments of many lives."""
    chance = random.Random(seed)
    found: list[World] = []
    while len(found) < count:
        at = world(chance.choice(("ar", "de")), counsellor_confirms_reviewer=chance.random() < 0.5)
        for _ in range(chance.randrange(3, 14)):
            who = chance.choice((*PEOPLE, *PEOPLE, None))
            tried = moves(at, (who,)) if who else happenings(at)
            led = [after for move in tried if move.name != "withdraw" and (after := attempt(at, move))]
            at = chance.choice(led) if led else at
        found += [at] if at.submission else []
    return found


def test_an_action_is_offered_exactly_when_its_command_succeeds() -> None:
    assert [name for name, *_ in OFFERS] == list(MOVES)
    offered = dict.fromkeys(MOVES, 0)
    for at in worlds(400):
        for name, person in PEOPLE.items():
            assert at.submission is not None
            for action in actions(at.submission, Deciding(person, at.question, at.policy, at.now)):
                succeeded = attempt(at, replace(MOVES[action.name], who=name)) is not None
                assert action.allowed == succeeded, (action, at.submission.state, name)
                offered[action.name] += action.allowed
    assert all(offered.values()), offered


def test_the_reason_is_the_refusal_that_the_command_would_meet() -> None:
    for at in worlds(150, seed=4):
        for name, person in PEOPLE.items():
            assert at.submission is not None
            for action in actions(at.submission, Deciding(person, at.question, at.policy, at.now)):
                if not action.allowed:
                    assert refusal(at, replace(MOVES[action.name], who=name)) == action.reason


def refusal(at: World, move: Move) -> str:
    assert move.who is not None
    with pytest.raises(LotseError) as refused:
        decide(at, Deciding(PEOPLE[move.who], at.question, at.policy, at.now), move)
    return refused.value.code


BODIES: dict[str, Any] = {
    "approve": {"core_version": 1},
    "approve-with-changes": {"core_version": 1, "core": "Ein anderer Text."},
    "return": {"core_version": 1, "reasons": ["incomplete"]},
    "block": {"core_version": 1, "reasons": ["needs-office"]},
    "release": {"variant_version": 1, "method": "second-speaker"},
    "release-by-back-translation": {"variant_version": 1, "method": "back-translation", "back_translation": "Text."},
    "revise": {"core": "Ein anderer Text."},
}


@pytest.mark.parametrize("state", ["submitted", "taken", "approved", "released"])
async def test_over_http_an_action_succeeds_or_fails_as_it_says(state: str, here: Situation) -> None:
    for role in ("counsellor", "jurist", "speaker"):
        for name in MOVES:
            made = await getattr(here, state)()
            who = getattr(here, role)
            (action,) = [one for one in (await here.read(made, who))["actions"] if one["name"] == name]
            assert action["href"].startswith(f"{SUBMISSIONS}/{made['id']}/")
            reply = await who.ask(action["method"], action["href"], BODIES.get(name), version=made["version"])
            assert (reply.status_code == 200) == action["allowed"], (role, action, reply.text)
            if not action["allowed"]:
                assert reply.json()["code"] == action["reason"], (role, action)
