"""The approved answer has its own retention class: it outlives the question, is evidence, and is dropped in time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import Land, LegalClass
from libs.contracts.intake import QuestionHeld, QuestionHoldLifted
from libs.kit.actor import SYSTEM
from libs.kit.clock import local_day
from libs.kit.transaction import Cause
from services.review.answers import commands
from services.review.answers.domain import Answer, Text, is_over, last_year
from tests.services.probe import Probe
from tests.services.review.situation import ANSWERS, CORE, SUBMISSIONS, VARIANT, Situation, situation

moments = st.datetimes(datetime(2025, 6, 1), datetime(2031, 6, 1), timezones=st.timezones())


@given(released=moments, now=moments, years=st.integers(0, 5), held=st.booleans())
def test_an_answer_is_kept_to_the_end_of_its_last_year_and_longer_only_by_a_hold(
    released: Any, now: Any, years: int, held: bool
) -> None:
    text, id = Text("Text", b"s"), UUID(int=1)
    until = last_year(released, years)
    answer = Answer(
        id, "fem-os", 1, released, id, id, "ar", "a-costs", LegalClass.COURT, Land.BE, text, text, until, held=held
    )
    assert is_over(answer, now) == (not held and local_day(now).year > local_day(released).year + years)


async def test_it_is_found_by_its_codes_and_read_without_a_record(here: Situation) -> None:
    released = await here.released()
    await here.approved(await here.german())
    listed = await here.coordinator.get(ANSWERS, programme=here.programme, language="ar", topic="f-residence")
    (item,) = listed["items"]
    assert item["id"] == released["answer"] and not {"core", "variant"} & set(item)
    assert (item["legal_class"], item["land"], item["submission"]) == (
        "individual-examination",
        "de-be",
        released["id"],
    )
    before = len(await here.review.said())
    seen = await here.speaker.get(f"{ANSWERS}/{released['answer']}")
    assert (seen["core"], seen["variant"], len(await here.review.said())) == (CORE, VARIANT, before)


async def test_newest_come_first_page_by_page(here: Situation) -> None:
    made = []
    for _ in range(3):
        made.append((await here.approved(await here.german()))["answer"])
        here.later(minutes=1)
    first = await here.counsellor.get(ANSWERS, programme=here.programme, limit=2)
    rest = await here.counsellor.get(ANSWERS, programme=here.programme, limit=2, cursor=first["page"]["next"])
    assert [one["id"] for one in (*first["items"], *rest["items"])] == made[::-1]


async def test_a_withdrawn_approval_marks_it_and_drops_nothing(here: Situation) -> None:
    released = await here.released()
    path = f"{SUBMISSIONS}/{released['id']}/approval"
    await here.jurist.do("DELETE", path, version=released["version"])
    seen = await here.counsellor.get(f"{ANSWERS}/{released['answer']}")
    assert seen["withdrawn_at"] and seen["core"] == CORE


async def test_it_is_dropped_when_its_last_year_is_over(here: Situation) -> None:
    released = await here.released()
    here.later(days=365 * 3 + 30)
    await here.review.tick()
    assert (await here.counsellor.get(f"{ANSWERS}/{released['answer']}"))["kept_until_end_of"] == 2029
    here.later(days=10)
    await here.review.tick()
    assert await here.types(released["answer"]) == ["answer.kept", "answer.dropped"]
    (_, dropped) = await here.review.said(about=released["answer"])
    question = (await here.read(released))["question"]["id"]
    assert (dropped.correlationid, dropped.role, dropped.aggregateversion) == (question, "system", 2)
    assert await here.counsellor.refused("GET", f"{ANSWERS}/{released['answer']}") == (410, "answer_dropped")
    assert (await here.counsellor.get(ANSWERS, programme=here.programme))["items"] == []
    await here.review.tick()
    assert len(await here.types(released["answer"])) == 2


async def test_a_hold_keeps_it_beyond_its_time(here: Situation) -> None:
    question = await here.question()
    released = await here.released(await here.submitted(question))
    await here.hear(QuestionHeld.model_validate({"reason": "legal-claim"}), question)
    here.later(days=365 * 5)
    await here.review.tick()
    assert (await here.counsellor.get(f"{ANSWERS}/{released['answer']}"))["held"] is True
    await here.hear(QuestionHoldLifted(), question)
    await here.review.tick()
    assert (await here.types(released["answer"]))[-1] == "answer.dropped"


async def test_a_hold_that_comes_between_asking_and_dropping_wins(here: Situation) -> None:
    question = await here.question()
    released = await here.released(await here.submitted(question))
    here.later(days=365 * 5)
    answer, db = UUID(released["answer"]), here.review.db
    async with db.transaction(Cause(SYSTEM)) as tx:
        assert answer in await commands.over(tx, tx.now, 1_000)
    await here.hear(QuestionHeld.model_validate({"reason": "legal-claim"}), question)
    async with db.transaction(Cause(SYSTEM)) as tx:
        await commands.drop(tx, answer)
    assert await here.types(answer) == ["answer.kept"]


async def test_a_hold_reaches_it_when_the_question_is_forgotten_too(here: Situation) -> None:
    """The row holds the question's id and nothing that leads to its text."""
    question = await here.question()
    released = await here.released(await here.submitted(question))
    await here.forget(question)
    await here.hear(QuestionHeld.model_validate({"reason": "legal-claim"}), question)
    here.later(days=365 * 5)
    await here.review.tick()
    assert (await here.counsellor.get(f"{ANSWERS}/{released['answer']}"))["held"] is True


async def test_a_policy_of_no_years_keeps_it_to_the_end_of_this_one(here: Situation) -> None:
    await here.configure(answer_years=0)
    released = await here.released()
    assert (await here.counsellor.get(f"{ANSWERS}/{released['answer']}"))["kept_until_end_of"] == 2026


async def test_a_programme_sees_its_own_answers_only(here: Situation, review: Probe) -> None:
    released, there = await here.released(), await situation(review)
    assert await there.counsellor.refused("GET", f"{ANSWERS}/{released['answer']}") == (404, "answer_unknown")
    assert (await there.counsellor.get(ANSWERS))["items"] == []
    assert await here.admin.refused("GET", ANSWERS) == (403, "role_missing")
