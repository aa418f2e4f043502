"""A referral's life, all ways through it: the machine of the rules, without store or web."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from libs.contracts.codes import DeclineReason, DeletionAnswer, OfficeKind, Outcome, ReferralMode
from libs.kit.actor import Actor
from libs.kit.errors import LotseError
from libs.kit.ids import new_id
from services.referral.referrals import domain
from services.referral.referrals.domain import Deletion, Referral, State

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OFFICE, FOREIGN = new_id(), new_id()
OVER = frozenset({State.DECLINED, State.ENDED, State.WITHDRAWN, State.EXPIRED, State.FORGOTTEN})


class Life(RuleBasedStateMachine):
    """Everybody tries everything at any time; what a rule refuses changes nothing."""

    @initialize(kind=st.sampled_from([OfficeKind.MBE, OfficeKind.JOBCENTER]), days=st.integers(1, 60))
    def offer(self, kind: OfficeKind, days: int) -> None:
        self.now, self.maker, self.codes = NOON, new_id(), 0
        self.redeemed_codes: list[bytes] = []
        self.was_redeemed = self.was_released = self.told = False
        self.one = Referral(
            id=new_id(),
            programme="fem-os",
            version=1,
            changed_at=NOON,
            mode=ReferralMode.CODE,
            state=State.OFFERED,
            made_at=NOON,
            office_kind=kind,
            question=new_id(),
            office=OFFICE,
            made_by=self.maker,
            summary="worum es geht",
            summary_language="de",
            expires_at=NOON + timedelta(days=days),
        )

    @rule(hours=st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(by_maker=st.booleans())
    def issue(self, by_maker: bool) -> None:
        actor = Actor(staff=self.maker if by_maker else new_id())
        if self._may(domain.refuse_code(self.one, actor, self.now)):
            assert by_maker
            self.codes += 1
            self.one = domain.with_code(self.one, b"code %d" % self.codes)

    @rule(office=st.sampled_from([OFFICE, FOREIGN]))
    def redeem(self, office: Any) -> None:
        before = self.one
        if self.one.code_hash and self._may(domain.refuse_redemption(self.one, office, self.now)):
            assert office == OFFICE and not self.was_redeemed and self.now < (before.expires_at or self.now)
            self.one, self.was_redeemed = domain.redeemed(self.one, self.now), True

    @rule()
    def accept(self) -> None:
        if self._office_may(domain.refuse_answer(self.one, self.now)):
            self.one = domain.accepted(self.one)

    @rule(reason=st.sampled_from(DeclineReason))
    def decline(self, reason: DeclineReason) -> None:
        if self._office_may(domain.refuse_answer(self.one, self.now)):
            self.one = domain.declined(self.one, reason)

    @rule(outcome=st.sampled_from(Outcome))
    def report(self, outcome: Outcome) -> None:
        if self._office_may(domain.refuse_outcome(self.one, self.now)):
            try:
                self.one = domain.reported(self.one, outcome)
            except LotseError as refused:
                assert refused.code == "outcome_known"

    @rule()
    def release(self) -> None:
        if self.one.code_hash and self._may(domain.refuse_release(self.one, self.now)):
            self.one, self.was_released = domain.released(self.one), True

    @rule()
    def withdraw(self) -> None:
        if self.one.code_hash and self._may(domain.refuse_withdrawal(self.one, self.now)):
            self.one = domain.withdrawn(self.one, self.now)
            self.told = self.told or self.was_redeemed

    @rule()
    def confirm_deletion(self) -> None:
        if domain.seen_by(self.one, OFFICE) and self._may(domain.refuse_deletion_answer(self.one)):
            self.one = domain.deletion_answered(self.one, DeletionAnswer.CONFIRMED)

    @rule()
    def timers(self) -> None:
        if self.one.state is State.OFFERED and domain.state_at(self.one, self.now) is State.EXPIRED:
            self.one = domain.expired(self.one)
        if domain.answer_overdue(self.one, self.now):
            self.one = domain.deletion_answered(self.one, DeletionAnswer.NO_ANSWER)

    @precondition(lambda self: self.one.state is not State.FORGOTTEN)
    @rule(held=st.booleans())
    def hold(self, held: bool) -> None:
        self.one = domain.tidied(replace(self.one, held=held))

    @precondition(lambda self: not self.one.held and self.one.state is not State.FORGOTTEN)
    @rule()
    def forget(self) -> None:
        self.one = domain.forgotten(self.one, self.now)
        self.told = self.told or self.was_redeemed

    def _may(self, reason: LotseError | None) -> bool:
        return reason is None

    def _office_may(self, reason: LotseError | None) -> bool:
        return domain.seen_by(self.one, OFFICE) and reason is None

    @invariant()
    def a_summary_is_read_by_the_office_that_redeemed_and_only_while_it_works_with_it(self) -> None:
        if domain.readable_summary(self.one) is not None:
            assert self.was_redeemed and self.one.state in (State.REDEEMED, State.ACCEPTED)

    @invariant()
    def a_summary_without_purpose_is_gone_unless_held(self) -> None:
        assert self.one.summary is None or self.one.held or self.one.state not in OVER

    @invariant()
    def an_office_knows_of_nothing_before_redemption_and_a_foreign_one_never(self) -> None:
        assert self.was_redeemed or not domain.seen_by(self.one, OFFICE)
        assert not domain.seen_by(self.one, FOREIGN)
        assert not domain.seen_by(self.one, None)

    @invariant()
    def an_office_that_redeemed_is_told_to_delete_when_consent_or_question_ends(self) -> None:
        ended = self.one.state in (State.WITHDRAWN, State.FORGOTTEN)
        assert (self.one.deletion is not None) is (ended and self.was_redeemed) is self.told

    @invariant()
    def after_withdrawal_the_office_stays_only_for_what_it_has_to_delete(self) -> None:
        if self.one.state is State.WITHDRAWN and not self.one.held and self.one.deletion is not Deletion.ASKED:
            assert self.one.office is None
        if self.one.state is State.WITHDRAWN:
            assert domain.shown_office(self.one) is None

    @invariant()
    def what_is_forgotten_is_bare(self) -> None:
        if self.one.state is State.FORGOTTEN:
            assert (self.one.summary, self.one.code_hash, self.one.made_by) == (None, None, None)
            asked = self.one.deletion is Deletion.ASKED
            assert asked or (self.one.office, self.one.question) == (None, None)

    @invariant()
    def a_benefit_agency_tells_nothing_that_she_did_not_release(self) -> None:
        told = self.one.reason or self.one.outcome or self.one.state in (State.ACCEPTED, State.DECLINED, State.ENDED)
        if self.one.office_kind is OfficeKind.JOBCENTER and told:
            assert self.was_released


TestLife = Life.TestCase
