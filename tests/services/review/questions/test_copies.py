"""What review knows of intake's questions and programmes is what it heard last; the order between them does not
matter."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import LEGAL_CLASS_ORDER, LegalClass, Level, Platform
from libs.contracts.intake import Policy, ProgrammeConfigured, QuestionGivenBack, QuestionTaken
from libs.kit.clock import local_day
from libs.kit.ids import new_id
from services.review.programmes.domain import refuse_answering
from services.review.questions.domain import KnownQuestion, refuse_old_text, refuse_working
from tests.services.probe import MONDAY, Probe
from tests.services.review.situation import POLICY, SUBMISSIONS, Situation, situation
from tests.stack.clock import HandClock

moments = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 1), timezones=st.timezones())


@given(
    level=st.sampled_from([None, *Level]),
    legal_class=st.sampled_from([None, *LegalClass]),
    levels=st.sets(st.sampled_from(list(Level)), min_size=1),
    classes=st.sets(st.sampled_from(list(LegalClass)), min_size=1),
)
def test_the_legal_gate_lets_through_what_the_programme_answers_and_never_court(
    level: Level | None, legal_class: LegalClass | None, levels: set[Level], classes: set[LegalClass]
) -> None:
    policy = Policy.model_validate({**POLICY, "levels": sorted(levels), "legal_classes": sorted(classes)})
    open_to = level in levels and legal_class in classes and legal_class is not LegalClass.COURT
    assert (refuse_answering(policy, level, legal_class) is None) == open_to


@given(levels=st.sampled_from(list(Level)), legal_class=st.sampled_from(list(LegalClass)))
def test_where_only_general_information_is_given_nothing_above_it_passes(
    levels: Level, legal_class: LegalClass
) -> None:
    policy = Policy.model_validate({**POLICY, "legal_classes": ["not-legal", "general-information"]})
    above = LEGAL_CLASS_ORDER.index(legal_class) > LEGAL_CLASS_ORDER.index(LegalClass.GENERAL_INFORMATION)
    assert (refuse_answering(policy, levels, legal_class) is not None) == above


@given(written=moments, now=moments, deadline=st.dates(date(2026, 10, 31), date(2026, 12, 2)))
def test_only_a_text_from_before_a_deadline_that_has_passed_is_old(written: Any, now: Any, deadline: date) -> None:
    question = KnownQuestion(UUID(int=1), "fem-os", Platform.FACEBOOK, "ar", "a-costs", deadline=deadline)
    old = local_day(written) <= deadline and deadline < local_day(now)
    assert (refuse_old_text(question, written, now) is not None) == old


@given(ends=st.lists(st.sampled_from(["forgotten_at", "erasure_requested_at", "closed_at"]), unique=True))
def test_nothing_new_is_made_for_what_has_ended(ends: list[str]) -> None:
    made: Any = dict.fromkeys(ends, MONDAY)
    question = KnownQuestion(UUID(int=1), "fem-os", Platform.FACEBOOK, "ar", "a-costs", **made)
    refusal = refuse_working(question)
    codes = {"forgotten_at": "forgotten", "erasure_requested_at": "erasure_under_way", "closed_at": "question_closed"}
    assert (refusal.code if refusal else None) == next((code for name, code in codes.items() if name in ends), None)


def test_days_left_turn_at_midnight_in_berlin() -> None:
    clock = HandClock(MONDAY.replace(hour=22, minute=59))
    question = KnownQuestion(UUID(int=1), "fem-os", Platform.FACEBOOK, "ar", "a-costs", due_at=MONDAY.replace(day=25))
    assert question.days_left(clock.now()) == 2
    clock.advance(minutes=1)
    assert question.days_left(clock.now()) == 1


async def test_a_question_may_be_heard_of_before_its_programme(review: Probe) -> None:
    code = f"test-{new_id().hex[-12:]}"
    counsellor = review.person("counsellor", programme=code)
    here = Situation(review, code, *(counsellor,) * 7)
    question = await here.question()
    body = {"question": str(question), "core": "Text", "variant": {"language": "ar", "text": "نص"}}
    assert await counsellor.refused("POST", SUBMISSIONS, body) == (409, "not_yet_known")
    await here.configure()
    assert (await counsellor.do("POST", SUBMISSIONS, body))["state"] == "queued"


async def test_a_programme_whose_policy_has_not_begun_is_not_running(review: Probe) -> None:
    code = f"test-{new_id().hex[-12:]}"
    counsellor = review.person("counsellor", programme=code)
    here = Situation(review, code, *(counsellor,) * 7)
    fact = ProgrammeConfigured(effective_from=date(2026, 11, 24), policy=Policy.model_validate(POLICY))
    await review.hear(fact, id=code, programme=code, role="admin")
    question = await here.question()
    body = {"question": str(question), "core": "Text", "variant": {"language": "ar", "text": "نص"}}
    assert await counsellor.refused("POST", SUBMISSIONS, body) == (409, "programme_not_running")


async def test_of_two_policies_for_one_day_the_one_set_last_holds(here: Situation) -> None:
    question = await here.question()
    made = await here.submitted(question)
    await here.configure(legal_classes=["not-legal"])
    await here.configure(legal_classes=["not-legal", "individual-examination"])
    assert (await here.approved(made))["state"] == "approved"


async def test_who_has_taken_a_question_is_shown_until_it_is_given_back(here: Situation) -> None:
    question = await here.question()
    made = await here.submitted(question)
    await here.hear(QuestionTaken(), question, staff=here.colleague.staff)
    assert (await here.read(made))["question"]["taken_by"] == str(here.colleague.staff)
    await here.hear(QuestionGivenBack.model_validate({"reason": "lease-expired"}), question, role="system")
    assert (await here.read(made))["question"]["taken_by"] is None


async def test_a_programme_that_keeps_no_text_shows_none(here: Situation) -> None:
    question = await here.captured(None)
    await here.triage(question)
    assert (await here.read(await here.submitted(question)))["question"]["text"] is None


async def test_an_event_that_comes_twice_is_heard_once(here: Situation) -> None:
    question = await here.question()
    made = await here.submitted(question)
    event = await here.review.hear(QuestionTaken(), id=question, programme=here.programme, staff=here.colleague.staff)
    await here.hear(QuestionGivenBack.model_validate({"reason": "by-hand"}), question)
    assert await here.review.deliver(event) is None
    assert (await here.read(made))["question"]["taken_by"] is None


async def test_two_programmes_keep_their_questions_apart(here: Situation, review: Probe) -> None:
    there = await situation(review)
    await here.submitted()
    await there.submitted()
    for one in (here, there):
        items = (await one.jurist.get(SUBMISSIONS))["items"]
        assert [item["programme"] for item in items] == [one.programme]
