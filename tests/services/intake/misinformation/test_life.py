"""Whatever is done with claims and sightings in whatever order: what must never be, is not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from libs.contracts.codes import Platform, RepairResult, SizeClass, Standing
from libs.contracts.intake_misinformation import ReplyKind, Verdict
from libs.kit.ids import new_id
from services.intake.misinformation import domain
from services.intake.misinformation.domain import OPEN_REPAIR, Claim, Replied, Sighting, Status

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def claim() -> Claim:
    return Claim(new_id(), "fem-os", 1, NOW, Status.SPOTTED, "a-costs", "Falsch.", "2026-W48")


def sighting() -> Sighting:
    return Sighting(
        id=new_id(),
        claim=new_id(),
        variant=new_id(),
        programme="fem-os",
        version=1,
        changed_at=NOW,
        week="2026-W48",
        platform=Platform.FACEBOOK,
        language="ar",
        size_class=SizeClass.UNDER_10000,
        space=new_id(),
        link=None,
        seen_on=None,
        recorded_at=NOW,
    )


def reply(standing: Standing) -> Replied:
    return Replied(new_id(), ReplyKind.CORRECTION, new_id(), standing, NOW, None)


class Claims(RuleBasedStateMachine):
    """A claim; `texts` are in use about it, `repairs` are open."""

    @initialize()
    def begin(self) -> None:
        self.claim, self.texts, self.repairs = claim(), 0, 0

    @rule(verdict=st.sampled_from(Verdict))
    def assess(self, verdict: Verdict) -> None:
        if domain.refuse_assessing(self.claim, verdict, bool(self.texts)) is None:
            self.claim = domain.assessed(self.claim, verdict)

    @rule()
    def request_text(self) -> None:
        if domain.refuse_answering(self.claim) is None:
            assert self.claim.verdict is not None
            self.texts += 1
            self.rests_on = self.claim.verdict

    @precondition(lambda self: self.texts)
    @rule(standing=st.booleans())
    def end_text(self, standing: bool) -> None:
        self.texts -= 1
        self.repairs += standing

    @precondition(lambda self: self.repairs)
    @rule()
    def repair(self) -> None:
        self.repairs -= 1

    @rule()
    def watch(self) -> None:
        if domain.refuse_watching(self.claim) is None:
            self.claim = domain.watched(self.claim)

    @rule()
    def close(self) -> None:
        if domain.refuse_closing(self.claim, self.repairs) is None:
            assert not self.repairs
            self.claim = domain.closed(self.claim, NOW)

    @rule()
    def sight(self) -> None:
        if domain.refuse_living(self.claim) is None and self.claim.status is Status.CLOSED:
            self.claim = domain.reopened(self.claim)

    @rule(held=st.booleans())
    def forget(self, held: bool) -> None:
        if domain.refuse_forgetting(replace(self.claim, held=held)) is None:
            assert not held
            self.claim, self.texts, self.repairs = domain.forgotten(self.claim), 0, 0

    @invariant()
    def a_text_rests_on_the_verdict_it_was_wanted_for(self) -> None:
        assert not self.texts or self.claim.verdict is self.rests_on

    @invariant()
    def what_is_corrected_watched_or_closed_was_judged(self) -> None:
        later = (Status.ASSESSED, Status.WATCHED, Status.CLOSED)
        assert self.claim.status not in later or self.claim.verdict is not None

    @invariant()
    def closed_alone_has_a_moment_from_which_its_days_run(self) -> None:
        open_states = (Status.SPOTTED, Status.ASSESSED, Status.WATCHED)
        assert (self.claim.closed_at is None) >= (self.claim.status in open_states)

    @invariant()
    def forgotten_has_no_words_and_no_way_back(self) -> None:
        if self.claim.status is Status.FORGOTTEN:
            assert self.claim.gist is None
            assert domain.refuse_answering(self.claim) and domain.refuse_variant(self.claim, 0)


class Sightings(RuleBasedStateMachine):
    """What our account says below one sighting."""

    @initialize()
    def begin(self) -> None:
        self.sighting = sighting()

    @rule(standing=st.sampled_from(Standing))
    def reply(self, standing: Standing) -> None:
        if domain.refuse_replying(self.sighting) is None:
            self.sighting = domain.replied(self.sighting, reply(standing))
            if standing not in domain.COUNTS:
                self.sighting = domain.to_repair(self.sighting, standing)

    @rule()
    def withdraw(self) -> None:
        if self.sighting.answered:
            self.sighting = domain.to_repair(self.sighting, Standing.SUPERSEDED)

    @rule(result=st.sampled_from(RepairResult))
    def repair(self, result: RepairResult) -> None:
        if domain.refuse_repair(self.sighting) is None:
            if result is RepairResult.CORRECTED:
                self.sighting = domain.corrected(self.sighting, reply(Standing.MATCHING))
            else:
                self.sighting = domain.repaired(self.sighting, result)

    @invariant()
    def what_counts_is_covered_or_was_cleared_by_review(self) -> None:
        seen = self.sighting
        if seen.answered:
            assert seen.standing in domain.COUNTS or seen.repair == RepairResult.CLEARED

    @invariant()
    def what_waits_for_repair_or_was_removed_does_not_count(self) -> None:
        if self.sighting.repair in (OPEN_REPAIR, RepairResult.REMOVED, RepairResult.NOT_POSSIBLE):
            assert not self.sighting.answered

    @invariant()
    def what_is_not_covered_is_never_left_alone(self) -> None:
        seen = self.sighting
        assert seen.standing is None or seen.standing in domain.COUNTS or seen.repair is not None


def _limited(machine: Any) -> Any:
    machine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
    return machine.TestCase


TestClaims = _limited(Claims)
TestSightings = _limited(Sightings)
