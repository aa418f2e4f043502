"""A model beside the machine: random requests, silent relays, crashes and redeliveries, and what came of them compared
with a few simple rules. `LOTSE_FAULTS=long` asks for much more of it; the seed is printed, and LOTSE_SEED repeats it.
"""

import asyncio
import os
import random
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from tests.model.cast import ALLOWED, CLASSES, ROLES
from tests.model.machine import Machine
from tests.model.platform import Platform
from tests.model.rules import Walk

pytestmark = pytest.mark.long
LONG = os.environ.get("LOTSE_FAULTS") == "long"
EXAMPLES, STEPS = (100, 50) if LONG else (3, 25)
SEED = int(os.environ.get("LOTSE_SEED") or random.SystemRandom().randrange(2**32))
SPEAKING = st.sampled_from(("intake", "review", "referral"))
KINDS = {
    "question": ("take", "triage", "class", "hold", "lift", "erase", "comment", "post", "submit", "refer"),
    "submission": (
        *("revise", "take-item", "approve", "change", "return", "block", "confirm", "release"),
        "withdraw-approval",
    ),
    "referral": ("code", "redeem", "accept", "consent-withdrawn"),
}
CHOICES = {
    "triage": CLASSES,
    "class": CLASSES,
    "post": ("released", "released", "other"),
    "capture": ("de", "ar", "de link", "ar link", "de same"),
}


def due(walk: Walk, verb: str, who: str, on: str, choice: str) -> int:
    """The status it would get; asked of a copy."""
    return walk.apart(walk.things[on].question).ask(verb, who, on, False, choice)


def asks(walk: Walk, succeeding: bool) -> list[tuple[str, str, str, str]]:
    """What can be asked of what there is, and will succeed, or will not."""
    return [
        (verb, who, thing.name, choice)
        for thing in walk.things.values()
        for verb in KINDS.get(thing.kind, ())
        if verb not in ("redeem", "consent-withdrawn") or thing.code
        for who in (ROLES if verb in ALLOWED else ("nobody",))
        for choice in CHOICES.get(verb, ("",))
        if (due(walk, verb, who, thing.name, choice) < 300) == succeeding
    ]


class Beside(RuleBasedStateMachine):
    """A subclass says on which platform."""

    runner: asyncio.Runner
    platform: Platform

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine(self.platform)
        self._run(self.machine.calls.found())
        self._run(self.machine.settle())

    def _run(self, doing: Coroutine[Any, Any, None]) -> None:
        self.runner.run(doing)

    @rule(who=st.sampled_from(("amal", "amal", "dora", "clara")), choice=st.sampled_from(CHOICES["capture"]))
    def capture(self, who: str, choice: str) -> None:
        self._run(self.machine.ask("capture", who, "", choice))

    def _choose(self, data: Any, succeeding: bool) -> tuple[str, str, str, str] | None:
        """First what is asked, so that no request with many choices drowns the others."""
        found = asks(self.machine.walk, succeeding)
        if not found:
            return None
        verb = data.draw(st.sampled_from(sorted({ask[0] for ask in found})))
        chosen: tuple[str, str, str, str] = data.draw(st.sampled_from([ask for ask in found if ask[0] == verb]))
        return chosen

    @precondition(lambda self: self.machine.walk.things)
    @rule(data=st.data(), times=st.integers(1, 6))
    def go_on(self, data: Any, times: int) -> None:
        for _ in range(times):
            if ask := self._choose(data, succeeding=True):
                self._run(self.machine.ask(*ask))

    @precondition(lambda self: self.machine.walk.things)
    @rule(data=st.data(), stale=st.booleans())
    def try_what_fails(self, data: Any, stale: bool) -> None:
        if ask := self._choose(data, succeeding=stale):
            self._run(self.machine.ask(*ask, stale=stale))

    @rule(service=SPEAKING)
    def fall_silent(self, service: str) -> None:
        self._run(self.machine.fall_silent(service))

    @rule(service=SPEAKING)
    def crash(self, service: str) -> None:
        self._run(self.machine.crash(service))

    @rule(service=SPEAKING, backwards=st.booleans())
    def deliver_again(self, service: str, backwards: bool) -> None:
        self._run(self.machine.deliver_again(service, backwards))

    def teardown(self) -> None:
        self._run(self.machine.compare())


def test_the_machine_does_what_the_model_says(running: tuple[asyncio.Runner, Platform]) -> None:
    print(f"LOTSE_SEED={SEED}")
    wanted = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,) if not LONG else (Phase.generate, Phase.shrink),
    )
    made = seed(SEED)(type("Here", (Beside,), {"runner": running[0], "platform": running[1]}))
    run_state_machine_as_test(made, settings=wanted)
