"""What the gate promises, as a small pure machine: the event table of the source, what is on its way, and for each
aggregate how far it has come and what lies aside. It knows nothing of the real one's code."""

from dataclasses import dataclass, field
from uuid import UUID

from libs.contracts.envelope import Envelope
from libs.kit.consumer import ATTEMPTS


@dataclass
class Aggregate:
    """`applied` are the effects, in order; `aside` the events by version; `letter` the event that blocks, if any."""

    version: int = 0
    last: UUID | None = None
    applied: list[tuple[int, UUID]] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    aside: dict[int, Envelope] = field(default_factory=dict)
    letters: list[tuple[str, Envelope]] = field(default_factory=list)
    gap_parked: bool = False


@dataclass
class Model:
    """`failing` are events whose function raises, `unfit` those whose data fits no reader."""

    failing: set[UUID] = field(default_factory=set)
    unfit: set[UUID] = field(default_factory=set)
    impatient: bool = False
    attempts: dict[UUID, int] = field(default_factory=dict)
    aggregates: dict[str, Aggregate] = field(default_factory=dict)
    decided: set[UUID] = field(default_factory=set)

    def of(self, name: str) -> Aggregate:
        return self.aggregates.setdefault(name, Aggregate())

    def receive(self, envelope: Envelope) -> bool:
        """Whether it is acknowledged."""
        one = self.of(envelope.subject)
        version, id = envelope.aggregateversion, envelope.id
        if version < one.version or (version == one.version and id == one.last):
            return True
        if version == one.version:
            return self._bury(one, "version_conflict", envelope)
        if one.letters:
            return self._aside(one, envelope)
        if version > one.version + 1:
            if not (self.impatient or one.gap_parked):
                return False
            one.gap_parked = True
            return self._aside(one, envelope)
        acknowledged = self._apply(one, envelope)
        if acknowledged and one.gap_parked and not one.letters:
            self.drain(one)
        return acknowledged

    def drain(self, one: Aggregate) -> None:
        """Apply what lies aside as long as it is its turn."""
        while not one.letters and one.version + 1 in one.aside and self._apply(one, one.aside[one.version + 1]):
            pass
        if not one.letters and not one.aside:
            one.gap_parked = False

    def skip(self, one: Aggregate) -> None:
        """An operator moves on without the oldest letter."""
        reason, envelope = one.letters.pop(0)
        self.decided.add(envelope.id)
        if reason != "version_conflict" and envelope.aggregateversion == one.version + 1:
            one.skipped.append(envelope.aggregateversion)
            self._pass(one, envelope)
        one.gap_parked = True

    def requeue(self, one: Aggregate) -> bool:
        """An operator applies the oldest letter again; whether it worked."""
        _, envelope = one.letters[0]
        bad = envelope.id in self.unfit or envelope.id in self.failing
        if bad or envelope.aggregateversion != one.version + 1:
            return False
        one.letters.pop(0)
        one.gap_parked = True
        one.applied.append((envelope.aggregateversion, envelope.id))
        self._pass(one, envelope)
        if not one.letters:
            self.drain(one)
        return True

    def _apply(self, one: Aggregate, envelope: Envelope) -> bool:
        if envelope.id in self.unfit:
            return self._bury(one, "invalid_data", envelope)
        if envelope.id in self.failing:
            count = self.attempts[envelope.id] = self.attempts.get(envelope.id, 0) + 1
            if count < ATTEMPTS:
                return False
            self.attempts[envelope.id] = 0
            return self._bury(one, "failed", envelope)
        self.attempts[envelope.id] = 0
        one.applied.append((envelope.aggregateversion, envelope.id))
        self._pass(one, envelope)
        return True

    def _pass(self, one: Aggregate, envelope: Envelope) -> None:
        one.version, one.last = envelope.aggregateversion, envelope.id
        beside = one.aside.get(one.version)
        one.aside = {version: event for version, event in one.aside.items() if version > one.version}
        if beside is not None and beside.id != envelope.id:
            self._bury(one, "version_conflict", beside)

    def _aside(self, one: Aggregate, envelope: Envelope) -> bool:
        there = one.aside.setdefault(envelope.aggregateversion, envelope)
        return True if there.id == envelope.id else self._bury(one, "version_conflict", envelope)

    def _bury(self, one: Aggregate, reason: str, envelope: Envelope) -> bool:
        if envelope.id not in self.decided and (reason, envelope) not in one.letters:
            one.letters.append((reason, envelope))
        return True
