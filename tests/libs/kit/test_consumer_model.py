"""The real gate on a real PostgreSQL beside a pure model of it: the same messages, published, doubled, reordered, kept
back, forged, conflicting and failing, with crashes before the acknowledgement, must have the same effects."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from libs.contracts.envelope import Envelope
from libs.kit import replay
from libs.kit.errors import Conflict
from libs.kit.ids import new_id
from tests.libs.kit.gate_model import Aggregate, Model
from tests.libs.kit.listening import Listener, listening
from tests.libs.kit.parts import captured, event, message, rows, taken
from tests.stack.stack import Stack

T = TypeVar("T")
PATIENCE = 1_000.0
KINDS = st.sampled_from(["good", "good", "good", "good", "failing", "unfit"])
PLACES = st.integers(0, 1_000)
LETTER = "SELECT id FROM dead_letter WHERE state = 'open' AND event_id = $1 AND reason = $2"
# Without shrinking, which would take minutes on a real database; a failure prints its steps.
SETTINGS = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
)


class Machine(RuleBasedStateMachine):
    """The stream is a bag of messages not yet acknowledged: any order of it may be delivered."""

    loop: asyncio.AbstractEventLoop
    listener: Listener

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.names = [str(new_id()) for _ in range(2)]
        self.said: dict[str, list[Envelope]] = {name: [] for name in self.names}
        self.stream: list[Envelope] = []
        self.acknowledged: list[Envelope] = []
        self.listener.failing.clear()
        self.listener.consumer.gap_seconds = PATIENCE

    def await_(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(first=st.lists(st.tuples(st.integers(0, 1), KINDS), min_size=4, max_size=14))
    def begin(self, first: list[tuple[int, str]]) -> None:
        for name, kind in first:
            self.publish(name, kind)

    @rule(name=st.integers(0, 1), kind=KINDS)
    def publish(self, name: int, kind: str) -> None:
        about = self.names[name]
        version = len(self.said[about]) + 1
        made = event(taken(), about, version)
        if kind == "unfit":
            made = event(captured(), about, version, data={"week": "never"})
            self.model.unfit.add(made.id)
        elif kind == "failing":
            self.fails(made)
        self.said[about].append(made)
        self.stream.append(made)

    def fails(self, envelope: Envelope) -> None:
        self.model.failing.add(envelope.id)
        self.listener.failing[envelope.id] = ValueError("as planned")

    @rule(at=PLACES, crash=st.booleans(), times=st.integers(1, 9))
    def deliver(self, at: int, crash: bool, times: int) -> None:
        """Any messages that wait; after a crash one stays, although its effect is committed."""
        for _ in range(min(times, len(self.stream))):
            envelope = self.stream.pop(at % len(self.stream))
            later = self.await_(self.listener.consumer.receive(*message(envelope)))
            assert (later is None) is self.model.receive(envelope)
            (self.stream if later or crash else self.acknowledged).append(envelope)

    @rule(at=PLACES)
    def duplicate(self, at: int) -> None:
        if self.acknowledged:
            self.stream.append(self.acknowledged[at % len(self.acknowledged)])

    @rule(name=st.integers(0, 1), at=PLACES)
    def twin(self, name: int, at: int) -> None:
        """Another event under a version that was said."""
        if said := self.said[self.names[name]]:
            self.stream.append(event(taken(), self.names[name], said[at % len(said)].aggregateversion))

    @rule(at=PLACES)
    def forge(self, at: int) -> None:
        """A message under a false name has no effect and parks nothing."""
        if self.stream:
            raw, subject, _ = message(self.stream[at % len(self.stream)])
            assert self.await_(self.listener.consumer.receive(raw, subject, str(new_id()))) is None

    @rule()
    def mend(self) -> None:
        self.model.failing.clear()
        self.listener.failing.clear()

    @rule(impatient=st.booleans())
    def wait_a_minute(self, impatient: bool) -> None:
        self.model.impatient = impatient
        self.listener.consumer.gap_seconds = -1 if impatient else PATIENCE

    @rule()
    def timers(self) -> None:
        self.await_(self.listener.round())
        for one in self.model.aggregates.values():
            if one.gap_parked and not one.letters:
                self.model.drain(one)

    @rule(at=PLACES, again=st.booleans())
    def decide(self, at: int, again: bool) -> None:
        if not (blocked := self.blocked()):
            return
        one = blocked[at % len(blocked)]
        reason, envelope = one.letters[0]
        (row,) = self.await_(rows(self.listener.db, LETTER, envelope.id, reason))
        if not again:
            self.await_(replay.skip(self.listener.db, row["id"], "tried"))
            self.model.skip(one)
        elif self.model.requeue(one):
            self.await_(replay.requeue(self.listener.consumer, row["id"]))
        else:
            with pytest.raises(Conflict):
                self.await_(replay.requeue(self.listener.consumer, row["id"]))

    def blocked(self) -> list[Aggregate]:
        return [one for one in self.model.aggregates.values() if one.letters]

    @invariant()
    def effects_are_those_of_the_model(self) -> None:
        for name, one in self.model.aggregates.items():
            found = self.await_(
                rows(self.listener.db, "SELECT version, event_id FROM effect WHERE aggregate = $1 ORDER BY n", name)
            )
            assert [tuple(row) for row in found] == one.applied
            version, parked = self.await_(self.listener.gate(name))
            assert version == one.version
            assert parked == ("dead-letter" if one.letters else "gap" if one.gap_parked else None)

    @invariant()
    def every_version_has_one_effect_in_its_order(self) -> None:
        for one in self.model.aggregates.values():
            passed = sorted([*(version for version, _ in one.applied), *one.skipped])
            assert passed == list(range(1, one.version + 1))
            assert [version for version, _ in one.applied] == sorted(version for version, _ in one.applied)

    def teardown(self) -> None:
        """Mended, decided and delivered: everything that was said was applied, or skipped by somebody."""
        self.mend()
        for _ in range(200):
            self.deliver(0, False, len(self.stream))
            while self.blocked():
                self.decide(0, False)
            self.timers()
            if not self.stream and not self.blocked():
                break
        for about, said in self.said.items():
            assert self.model.of(f"question/{about}").version == len(said)
        self.effects_are_those_of_the_model()
        self.every_version_has_one_effect_in_its_order()


def test_the_gate_does_what_its_model_does(stack: Stack) -> None:
    loop = asyncio.new_event_loop()
    held = AsyncExitStack()
    Machine.loop = loop
    Machine.listener = loop.run_until_complete(held.enter_async_context(listening(stack.fresh("review"))))
    try:
        run_state_machine_as_test(Machine, settings=SETTINGS)
    finally:
        loop.run_until_complete(held.aclose())
        loop.close()
