"""A legal reviewer sees what waits: the fewest days left first, then the most urgent, then the oldest."""

import random
from datetime import date, datetime, timedelta
from typing import Any

from libs.contracts.intake import QuestionClosed, QuestionErasureRequested, QuestionTaken
from tests.services.probe import MONDAY, Probe
from tests.services.review.situation import COUNTED, GIST, QUESTION, SUBMISSIONS, Situation, situation

URGENCIES = ("emergency", "urgent", "normal")


async def queue(here: Situation, **query: Any) -> list[str]:
    return [item["id"] for item in (await here.jurist.get(SUBMISSIONS, **query))["items"]]


async def test_days_left_come_first_then_urgency_then_age(here: Situation) -> None:
    chance, made = random.Random(5), []
    for _ in range(12):
        due = MONDAY + timedelta(days=chance.randrange(-1, 3), hours=chance.randrange(10))
        urgency = chance.choice(URGENCIES)
        item = await here.submitted(await here.question(due=due, urgency=urgency))
        made.append((due.date(), URGENCIES.index(urgency), here.review.clock.now(), item["id"]))
        here.later(minutes=chance.randrange(3))
    assert await queue(here) == [id for *_, id in sorted(made)]


async def test_the_queue_goes_on_where_a_page_ended_whatever_came_between(here: Situation) -> None:
    for days in (3, 1, 2):
        await here.submitted(await here.question(due=MONDAY + timedelta(days=days)))
    whole = await queue(here)
    first = await here.jurist.get(SUBMISSIONS, limit=2)
    await here.submitted(await here.question(due=MONDAY + timedelta(hours=1)))
    rest = await here.jurist.get(SUBMISSIONS, limit=2, cursor=first["page"]["next"])
    assert [item["id"] for item in (*first["items"], *rest["items"])] == whole
    assert (first["page"]["total"], rest["page"]["next"]) == (3, None)


async def test_days_left_tell_of_the_legal_deadline(here: Situation) -> None:
    due = datetime(2026, 11, 26, 22, tzinfo=MONDAY.tzinfo)
    await here.submitted(await here.question(due=due, deadline=date(2026, 11, 27), urgency="urgent"))
    (item,) = (await here.jurist.get(SUBMISSIONS))["items"]
    shown = item["question"]
    assert (shown["days_left"], shown["deadline"], shown["urgency"]) == (3, "2026-11-27", "urgent")
    here.later(days=5)
    (item,) = (await here.jurist.get(SUBMISSIONS))["items"]
    assert item["question"]["days_left"] == -2


async def test_a_list_holds_no_text_and_is_not_recorded(here: Situation) -> None:
    made = await here.submitted()
    seen = str(await here.jurist.get(SUBMISSIONS))
    assert not [text for text in ("Widerspruch", QUESTION, GIST) if text in seen]
    assert await here.types(made["id"]) == ["submission.submitted"]


async def test_filters_combine(here: Situation) -> None:
    arabic, german = await here.submitted(), await here.german(by=here.colleague)
    taken = await here.taken(await here.submitted())
    assert await queue(here, language="de") == [german["id"]]
    assert await queue(here, state="taken") == [taken["id"]]
    assert sorted(await queue(here, state="taken,queued")) == sorted([arabic["id"], german["id"], taken["id"]])
    assert await queue(here, state="queued", language="ar") == [arabic["id"]]
    assert await queue(here, programme="another") == []
    assert (await here.jurist.refused("GET", SUBMISSIONS, status="queued"))[0] == 400


async def test_mine_is_what_i_submitted_or_took_or_whose_question_i_took(here: Situation) -> None:
    question = await here.question()
    await here.hear(QuestionTaken(), question, staff=here.colleague.staff)
    made = await here.submitted(question)
    other = await here.taken(await here.submitted(by=here.colleague))
    for person, expected in (
        (here.counsellor, [made["id"]]),
        (here.jurist, [other["id"]]),
        (here.colleague, [made["id"], other["id"]]),
        (here.deputy, []),
    ):
        seen = await person.get(SUBMISSIONS, mine="true")
        assert sorted(item["id"] for item in seen["items"]) == sorted(expected)


async def test_what_has_ended_or_awaits_nothing_is_not_in_the_queue(here: Situation) -> None:
    released, closed, erased = await here.released(), await here.question(), await here.question()
    first, second = await here.submitted(closed), await here.submitted(erased)
    await here.hear(QuestionClosed.model_validate({**COUNTED, "reason": "asker-deleted"}), closed)
    await here.hear(QuestionErasureRequested(comments=1), erased)
    assert await queue(here) == []
    assert await queue(here, state="released") == [released["id"]]
    assert sorted(await queue(here, state="queued")) == sorted([first["id"], second["id"]])
    assert await here.refused(here.jurist, first, "taking") == (409, "question_closed")
    assert await here.refused(here.jurist, second, "taking") == (409, "erasure_under_way")


async def test_a_programme_sees_its_own_submissions_only(here: Situation, review: Probe) -> None:
    made, there = await here.submitted(), await situation(review)
    assert await queue(there) == []
    assert await there.jurist.refused("GET", f"{SUBMISSIONS}/{made['id']}") == (404, "submission_unknown")
    assert await there.refused(there.jurist, made, "taking") == (404, "submission_unknown")


async def test_a_coordinator_sees_the_queue_and_no_text(here: Situation) -> None:
    made = await here.submitted()
    assert [item["id"] for item in (await here.coordinator.get(SUBMISSIONS))["items"]] == [made["id"]]
    assert await here.coordinator.refused("GET", f"{SUBMISSIONS}/{made['id']}") == (403, "role_missing")
