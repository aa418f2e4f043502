"""Erased means: intake has forgotten, and so has every service that held something of its own."""

from uuid import UUID

from libs.contracts.envelope import Envelope
from libs.contracts.intake import IntakeAccessRecorded
from libs.contracts.referral import ReferralForgotten
from libs.contracts.review import SubmissionForgotten
from libs.kit.ids import new_id
from services.reporting.history.domain import Erasure, erasure
from tests.services.reporting import facts

QUESTION = new_id()


def of_review(*more: SubmissionForgotten) -> list[Envelope]:
    return facts.life([facts.submitted(), *more], concerns=QUESTION, time=facts.later(5))


def of_intake(*more: object) -> list[Envelope]:
    return facts.life([facts.captured(), *more], QUESTION)  # type: ignore[list-item]


def state(*lives: list[Envelope]) -> Erasure:
    return erasure([facts.arrived(envelope) for life in lives for envelope in life])


def test_a_question_that_lives_is_not_erased() -> None:
    assert state(of_intake(), of_review()) == Erasure("no")


def test_a_request_is_not_yet_an_erasure() -> None:
    assert state(of_intake(facts.asked_erasure()), of_review()) == Erasure("requested")


def test_it_is_requested_until_every_owner_has_forgotten() -> None:
    gone = of_intake(facts.asked_erasure(), facts.forgotten())
    assert state(gone, of_review()) == Erasure("requested", ("intake",))
    assert state(gone, of_review(SubmissionForgotten())) == Erasure("erased", ("intake", "review"), facts.later(5))


def test_one_of_two_submissions_is_not_enough() -> None:
    gone = of_intake(facts.forgotten())
    assert state(gone, of_review(SubmissionForgotten()), of_review()).by == ("intake",)


def test_a_service_that_held_nothing_owes_nothing() -> None:
    assert state(of_intake(facts.forgotten())).state == "erased"


def test_a_told_address_left_no_record_to_forget() -> None:
    told = facts.life([facts.address_given()], concerns=QUESTION)
    assert state(of_intake(facts.forgotten()), told) == Erasure("erased", ("intake",), facts.NOON)


def test_a_referral_with_a_code_must_be_forgotten() -> None:
    redeemed = facts.life([facts.redeemed()], concerns=QUESTION)
    assert state(of_intake(facts.forgotten()), redeemed).state == "requested"
    gone = facts.life([facts.redeemed(), ReferralForgotten()], concerns=QUESTION)
    assert state(of_intake(facts.forgotten()), gone).by == ("intake", "referral")


def test_that_others_have_forgotten_before_intake_is_not_erased() -> None:
    assert state(of_intake(), of_review(SubmissionForgotten())) == Erasure("requested", ("review",))


def test_recorded_readings_have_nothing_to_forget() -> None:
    fact = IntakeAccessRecorded.model_validate({"resource": "question-text", "purpose": "counselling"})
    reading = facts.life([fact], concerns=QUESTION)
    assert state(of_intake(facts.forgotten()), reading).state == "erased"
    assert isinstance(QUESTION, UUID)
