"""The comparison reaches everything the model knows, and tells when the machine does something else."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from libs.kit import consumer
from libs.kit.gate import Gate, Verdict, judge
from services.intake.questions import domain as questions
from services.reporting.figures import domain as figures
from services.review.releases import author_rule
from tests.model.cast import ALLOWED, ROLES
from tests.model.machine import Machine
from tests.model.platform import Platform
from tests.model.test_model import CHOICES, KINDS, asks, due

Running = tuple[asyncio.Runner, Platform]
# What ends a thing waits until the others have had their turns with it.
LATE = {"erase": 3, "block": 2, "withdraw-approval": 2, "consent-withdrawn": 2}
VERBS = {verb for verbs in KINDS.values() for verb in verbs} | {"capture"}


def _sort(machine: Machine, ask: tuple[str, str, str, str]) -> tuple[str, str, int]:
    """Which failures are alike: all for want of a role, and else those of one person for one reason."""
    verb, who, _, _ = ask
    able = verb not in ALLOWED or ROLES[who] & ALLOWED[verb]
    return verb, who if able else "", due(machine.walk, *ask)


async def _walked(at: Platform, steps: int, wanted: set[str] = VERBS) -> Counter[str]:
    """Ask what was asked least, until everything wanted was done; each second request is one that fails."""
    machine, chance, done, tried = Machine(at), random.Random(7), Counter[str](), Counter[tuple[str, str, int]]()
    await machine.calls.found()
    await machine.settle()
    for step in range(steps):
        if step % 8 == 0:
            await machine.ask("capture", "amal", "", chance.choice(CHOICES["capture"][:2]))
            done["capture"] += 1
        failing = {ask: _sort(machine, ask) for ask in asks(machine.walk, succeeding=False)}
        if failing:
            seldom = min(failing, key=lambda ask: (tried[failing[ask]], chance.random()))
            await machine.ask(*seldom)
            tried[failing[seldom]] += 1
        open_ones = asks(machine.walk, succeeding=True)
        least = min(open_ones, key=lambda ask: (done[ask[0]] + LATE.get(ask[0], 0), chance.random()))
        await machine.ask(*least)
        done[least[0]] += 1
        if wanted <= set(done):
            break
    for service in ("intake", "review", "referral"):
        await machine.deliver_again(service, backwards=True)
    await machine.crash("intake")
    await machine.compare()
    return done


def test_every_request_the_model_knows_is_done(running: Running) -> None:
    runner, at = running
    done = runner.run(_walked(at, 160))
    assert set(done) >= VERBS, VERBS - set(done)


def _counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[Any], Iterator[Any]] = figures.steps
    monkeypatch.setattr(figures, "steps", lambda event: [*real(event), *real(event)])


def _taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(questions, "refuse_taking", lambda question, staff: None)


def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in ("core_breach", "variant_breach", "confirmation_breach"):
        monkeypatch.setattr(author_rule, rule, lambda *about: None)
    monkeypatch.setattr(author_rule, "is_alone", lambda authors, staff: False)


def _applied_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def lax(gate: Gate, version: int, event_id: Any) -> Verdict:
        verdict = judge(gate, version, event_id)
        return Verdict.APPLY if verdict is Verdict.DUPLICATE else verdict

    monkeypatch.setattr(consumer, "judge", lax)


@pytest.mark.parametrize(
    ("plant", "steps"), [(_counted_twice, 5), (_taken_again, 40), (_alone, 160), (_applied_again, 40)]
)
def test_a_planted_violation_is_found(
    running: Running, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], steps: int
) -> None:
    runner, at = running
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        runner.run(_walked(at, steps))
