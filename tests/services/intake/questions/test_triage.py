"""A question is taken and triaged; the legal class opens the gate, so only a qualified reviewer lowers it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import LEGAL_CLASS_ORDER, Evidence, Land, LegalClass, Qualification, Urgency
from libs.contracts.review import ReviewerDisqualified, ReviewerQualified
from libs.kit.clock import local_day
from libs.kit.errors import Forbidden
from services.intake.questions.deadlines import CLASS_HOURS, due, working_day_before
from services.intake.questions.domain import check_class_change
from tests.services.intake.situation import TRIAGE, Situation, situation
from tests.services.probe import Probe

moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def test_who_takes_a_question_has_it_and_a_second_one_is_told(here: Situation) -> None:
    question = await here.question()
    path = f"/intake/v1/questions/{question['id']}/taking"
    await here.counsellor.do("POST", path, version=1)
    second = here.intake.person("counsellor", programme=here.programme)
    assert await second.refused("POST", path, version=2) == (409, "already_taken")
    assert await second.refused("DELETE", path, version=2) == (409, "taken_by_another")
    await here.counsellor.do("DELETE", path, version=2)
    await second.do("POST", path, version=3)


async def test_a_write_needs_the_version_that_was_seen(here: Situation) -> None:
    question = await here.question()
    path = f"/intake/v1/questions/{question['id']}/taking"
    assert await here.counsellor.refused("POST", path) == (428, "if_match_missing")
    reply = await here.counsellor.ask("POST", path, version=7)
    assert (reply.status_code, reply.json()["current_version"]) == (412, 1)


async def test_triage_says_in_one_fact_what_was_set_and_what_was_before(here: Situation) -> None:
    id = await here.triaged(topics=["f-titles", "a-costs"], legal_class="general-information")
    await here.counsellor.do(
        "POST",
        f"/intake/v1/questions/{id}/triage",
        {**TRIAGE, "topics": ["a-costs"], "language": "ar"},
        version=3,
    )
    first, second = await here.intake.said(about=id, type="question.triaged")
    assert (first.data["topic"], first.data["topics"]) == ("f-residence", ["f-residence", "a-costs"])
    assert (first.data["topic_before"], first.data["legal_class_before"]) == ("unassigned", None)
    assert (second.data["topic_before"], second.data["topic"]) == ("f-residence", "a-costs")
    assert (second.data["language_before"], second.data["language"]) == ("de", "ar")
    assert second.data["legal_class_before"] == "general-information"


async def test_a_programme_for_general_information_cannot_answer_an_individual_question_only_refer_it(
    intake: Probe,
) -> None:
    here = await situation(intake, legal_classes=["not-legal", "general-information"])
    question = await here.question()
    path = f"/intake/v1/questions/{question['id']}"
    await here.counsellor.do("POST", f"{path}/taking", version=1)
    refused = await here.counsellor.ask("POST", f"{path}/triage", TRIAGE, version=2)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "class_not_offered")
    await here.counsellor.do("POST", f"{path}/triage", {**TRIAGE, "level": "referral"}, version=2)


async def qualify(here: Situation, valid_until: date = date(2030, 1, 1)) -> None:
    fact = ReviewerQualified(
        qualification=Qualification.RICHTERAMT,
        evidence=Evidence.CERTIFICATE_SEEN,
        valid_from=date(2020, 1, 1),
        valid_until=valid_until,
    )
    await here.intake.hear(fact, id=reviewer(here).staff, programme=here.programme)


def reviewer(here: Situation):  # type: ignore[no-untyped-def]
    return here.intake.person("legal-reviewer", programme=here.programme, name=f"reviewer of {here.programme}")


async def test_anyone_raises_the_legal_class_and_only_a_qualified_reviewer_lowers_it(here: Situation) -> None:
    id = await here.triaged(legal_class="general-information")
    path = f"/intake/v1/questions/{id}/legal-class"
    await here.counsellor.do("POST", path, {"legal_class": "court"}, version=3)
    lower = {"legal_class": "general-information"}
    assert await here.counsellor.refused("POST", path, lower, version=4) == (403, "only_reviewer_lowers")
    assert await reviewer(here).refused("POST", path, lower, version=4) == (403, "only_reviewer_lowers")
    await qualify(here)
    await reviewer(here).do("POST", path, lower, version=4)
    changes = await here.intake.said(about=id, type="question.legal-class-changed")
    assert [(c.data["legal_class_before"], c.data["legal_class"], c.role) for c in changes] == [
        ("general-information", "court", "counsellor"),
        ("court", "general-information", "legal-reviewer"),
    ]


async def test_a_qualification_that_ran_out_or_was_ended_lowers_nothing(here: Situation) -> None:
    id = await here.triaged(legal_class="individual-examination")
    path = f"/intake/v1/questions/{id}/legal-class"
    lower = {"legal_class": "not-legal"}
    await qualify(here, valid_until=date(2026, 11, 22))
    assert await reviewer(here).refused("POST", path, lower, version=3) == (403, "only_reviewer_lowers")
    await qualify(here)
    await here.intake.hear(ReviewerDisqualified(), id=reviewer(here).staff, programme=here.programme)
    assert await reviewer(here).refused("POST", path, lower, version=3) == (403, "only_reviewer_lowers")


async def test_lowering_by_triage_is_lowering_too(here: Situation) -> None:
    id = await here.triaged(legal_class="individual-examination")
    body = {**TRIAGE, "legal_class": "not-legal"}
    assert await here.counsellor.refused("POST", f"/intake/v1/questions/{id}/triage", body, version=3) == (
        403,
        "only_reviewer_lowers",
    )


async def test_what_is_offered_is_what_succeeds(here: Situation) -> None:
    bodies = {"triage": TRIAGE, "close": {"reason": "out-of-scope"}, "hold": {"reason": "complaint"}}
    bodies |= {"change-legal-class": {"legal_class": "court"}, "answer-comment-task": {"result": "removed"}}
    bodies |= {"record-posting": {"parts": ["Text"]}}
    everyone = here.intake.person("counsellor", "coordinator", "dpo", programme=here.programme)
    here.counsellor = everyone
    for state in ("captured", "taken", "triaged"):
        names = [action["name"] for action in (await _in_state(here, state))["actions"]]
        for name in names:
            question = await _in_state(here, state)
            action = next(one for one in question["actions"] if one["name"] == name)
            reply = await everyone.ask(action["method"], action["href"], bodies.get(name), version=question["version"])
            assert (reply.status_code < 300) == action["allowed"], (state, name, reply.text)
            if not action["allowed"]:
                assert reply.json()["code"] == action["reason"], (state, name)


async def _in_state(here: Situation, state: str):  # type: ignore[no-untyped-def]
    if state == "triaged":
        id = await here.triaged()
    else:
        id = (await here.question())["id"]
        if state == "taken":
            await here.counsellor.do("POST", f"/intake/v1/questions/{id}/taking", version=1)
    return await here.counsellor.get(f"/intake/v1/questions/{id}")


@given(st.sampled_from(LegalClass), st.sampled_from(LegalClass), st.booleans())
def test_no_sequence_lowers_the_class_without_the_right(before: LegalClass, after: LegalClass, right: bool) -> None:
    lowers = LEGAL_CLASS_ORDER.index(after) < LEGAL_CLASS_ORDER.index(before)
    try:
        check_class_change(before, after, right)
    except Forbidden:
        assert lowers and not right
    else:
        assert right or not lowers


@given(moments, st.sampled_from(Urgency), st.dates(date(2020, 1, 10), date(2030, 1, 1)), st.sampled_from(Land))
def test_due_is_the_class_or_the_last_working_day_before_the_deadline(
    captured: datetime, urgency: Urgency, deadline: date, land: Land
) -> None:
    found = due(captured, urgency, deadline, land)
    assert found <= due(captured, urgency, None, land)
    assert (found - captured).total_seconds() <= CLASS_HOURS[urgency] * 3600
    assert found.date() <= deadline
    assert working_day_before(deadline, land).weekday() < 5


@given(st.dates(date(2026, 1, 10), date(2030, 1, 1)), st.sampled_from(Land))
def test_what_is_due_by_a_working_day_is_due_on_that_day_for_everybody_who_reads_it(deadline: date, land: Land) -> None:
    long_before = datetime.combine(deadline - timedelta(days=12), time(9), UTC)
    found = due(long_before, Urgency.NORMAL, deadline, land)
    assert local_day(found) == working_day_before(deadline, land) < deadline
    assert local_day(found + timedelta(seconds=1)) > local_day(found), "all of that day is left to answer"


def test_a_deadline_after_a_holiday_weekend_is_due_before_it() -> None:
    # 25 and 26 December 2026 are a Friday and a Saturday; Epiphany is a holiday in Bavaria only.
    assert working_day_before(date(2026, 12, 28), Land.FEDERAL) == date(2026, 12, 24)
    assert working_day_before(date(2027, 1, 7), Land.BY) == date(2027, 1, 5)
    assert working_day_before(date(2027, 1, 7), Land.BE) == date(2027, 1, 6)


def test_a_holiday_of_some_towns_is_no_day_to_answer_on() -> None:
    # Assumption is one in Munich and none in Nuremberg, Corpus Christi in a few towns of Saxony; places are not known.
    assert working_day_before(date(2028, 8, 16), Land.BY) == date(2028, 8, 14)
    assert working_day_before(date(2028, 8, 16), Land.NI) == date(2028, 8, 15)
    assert working_day_before(date(2028, 6, 16), Land.SN) == date(2028, 6, 14)
