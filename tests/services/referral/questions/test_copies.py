"""Referral's copies of intake's codes."""

from datetime import date
from typing import Any

from libs.contracts.intake import Policy, ProgrammeConfigured, QuestionLegalClassChanged
from libs.kit.ids import new_id
from tests.services.referral.situation import POLICY, REFERRALS, Situation


async def row(here: Situation, question: object) -> dict[str, Any]:
    async with here.admin() as connection:
        return dict(await connection.fetchrow("SELECT * FROM known_question WHERE id = $1", question))


async def test_a_question_is_known_by_codes_and_its_text_is_not_asked_for(here: Situation) -> None:
    question = await here.question()
    known = await row(here, question)
    assert (known["language"], known["topic"], known["urgency"], known["version"]) == ("ar", "f-residence", "urgent", 2)
    assert "geheim" not in str(known)
    subscribers = here.referral.app.state.running.subscribers
    assert [name for name in subscribers.by_type if subscribers.wants_text(name)] == []


async def test_the_legal_class_follows_intake(here: Situation) -> None:
    question = await here.question()
    change = {"legal_class": "court", "legal_class_before": "individual-examination"}
    await here.hear(QuestionLegalClassChanged.model_validate(change), question)
    assert (await row(here, question))["legal_class"] == "court"


async def test_a_corrected_triage_changes_what_later_facts_are_counted_by(here: Situation) -> None:
    handed = await here.redeemed()
    await here.triage(handed.question, topic="m-forms", topics=["m-forms"], topic_before="f-residence", language="de")
    await handed.answer("acceptance")
    redeemed, accepted = (await here.referral.said(about=handed.question))[-2:]
    assert (redeemed.data["topic"], redeemed.data["language"]) == ("f-residence", "ar")
    assert (accepted.data["topic"], accepted.data["language"]) == ("m-forms", "de")


async def test_a_policy_holds_from_its_day_on_in_whatever_order_it_was_set(here: Situation) -> None:
    closed = Policy.model_validate({**POLICY, "levels": ["information"]}, strict=False)
    fact = ProgrammeConfigured(effective_from=date(2026, 11, 25), policy=closed)
    await here.referral.hear(fact, id=here.programme, programme=here.programme)
    body = {"question": str(await here.question()), "office": await here.office(), "mode": "address-only"}
    await here.counsellor.do("POST", REFERRALS, body)
    # 00:00 in Berlin is 23:00 UTC of the day before.
    here.referral.clock.advance(days=1, hours=13, minutes=59)
    await here.counsellor.do("POST", REFERRALS, body)
    here.referral.clock.advance(minutes=1)
    assert await here.counsellor.refused("POST", REFERRALS, body) == (409, "referral_not_offered")


async def test_a_programme_without_a_known_policy_is_tried_again(here: Situation) -> None:
    here.programme = f"prog-{new_id().hex[-16:]}"
    person = here.referral.person("counsellor", "coordinator", programme=here.programme)
    here.counsellor = here.referral_coordinator = person
    body = {"question": str(await here.question()), "office": await here.office(), "mode": "address-only"}
    assert await person.refused("POST", REFERRALS, body) == (409, "not_yet_known")
