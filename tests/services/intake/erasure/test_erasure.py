"""A question is erased on request: first the task *remove your comment?*, then text and link are gone; history
stands.
"""

from uuid import UUID

import pytest

from libs.kit.actor import SYSTEM
from libs.kit.errors import Gone
from libs.kit.transaction import Cause
from tests.services.intake.questions.test_capture import LINK, stored
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

SECRET = "Mein Chef zahlt den Lohn der Krabbenfischerei nicht"


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def erase(here: Situation, question: str) -> dict[str, object]:
    path = f"/intake/v1/questions/{question}/erasure"
    made: dict[str, object] = await here.dpo.do("POST", path, version=await here.version(question))
    return made


async def test_with_no_comment_standing_it_is_erased_at_once(here: Situation) -> None:
    made = await here.question(text=SECRET, gist=SECRET, link=LINK, place="Musterdorf", asked_at="2026-11-22T08:00:00Z")
    done = await erase(here, made["id"])
    assert done["status"] == "forgotten"
    seen = await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    for name in ("text", "gist", "link", "space", "place", "asked_at", "deadline"):
        assert seen[name] is None, name
    everything = await stored(here)
    for hidden in ("Krabbenfischerei", "facebook.com/groups/amal", "Musterdorf"):
        assert hidden not in everything
    (forgotten,) = await here.intake.said(about=made["id"], type="question.forgotten")
    assert forgotten.data == {"cause": "request", "comment": "none-posted"}


# Left standing by tests on neighbours, so it is not the one that others look for in the whole store.
SHARED = "https://www.facebook.com/groups/nachbarn/posts/1"


async def test_no_moment_and_no_neighbour_leads_back_to_what_was_erased(here: Situation) -> None:
    """A due time tells the deadline, an answer's moment is the comment's, and who shares a link still holds it."""
    earlier = (await here.question(text="Vorher.", link=SHARED))["id"]
    follow_up = {"link": SHARED, "relation": "follow-up"}
    question = await here.triaged(capture={"text": SECRET, **follow_up}, deadline="2026-12-03")
    later = (await here.question(text="Danach.", **follow_up))["id"]
    path = f"/intake/v1/questions/{question}"
    await here.released(question)
    here.later(hours=2)
    posted = {"parts": ["Die Anerkennung kostet 100 bis 600 Euro."], "posted_at": "2026-11-23T10:17:31Z"}
    await here.counsellor.do("POST", f"{path}/postings", posted)
    await erase(here, question)
    await here.counsellor.do(
        "POST", f"{path}/erasure/comment", {"result": "kept"}, version=await here.version(question)
    )
    seen = await here.counsellor.get(path)
    assert (seen["due_at"], seen["related_to"]) == ("2026-12-07T09:00:00Z", None), "as if there were no deadline"
    assert "10:17:31" not in await stored(here)
    for other in (earlier, later):
        neighbour = await here.counsellor.get(f"/intake/v1/questions/{other}")
        assert neighbour["link"] is not None and neighbour["related_to"] != question


async def test_a_link_that_had_its_days_is_not_told_by_a_neighbour(intake: Probe) -> None:
    here = await situation(intake, permalink_days=365)
    old = (await here.question(link=SHARED))["id"]
    here.later(days=30)
    young = (await here.question(link=SHARED, relation="follow-up"))["id"]
    here.later(days=336)
    await here.intake.tick()
    assert (await here.counsellor.get(f"/intake/v1/questions/{old}"))["link"] is None
    seen = await here.counsellor.get(f"/intake/v1/questions/{young}")
    assert (seen["link"] is None, seen["related_to"]) == (False, None)


async def test_where_a_comment_stands_the_task_to_remove_it_comes_first(here: Situation) -> None:
    own = "https://www.facebook.com/groups/einmalig/posts/1"
    question = await here.triaged(capture={"text": SECRET, "link": own})
    await here.released(question)
    await here.counsellor.do("POST", f"/intake/v1/questions/{question}/postings", {"parts": ["Anders."], "link": own})
    waiting = await erase(here, question)
    assert waiting["status"] != "forgotten" and waiting["erasure_requested"]
    seen = await here.counsellor.get(f"/intake/v1/questions/{question}")
    assert seen["link"] is not None, "without the link nobody could find the comment"
    done = await here.counsellor.do(
        "POST", f"/intake/v1/questions/{question}/erasure/comment", {"result": "removed"}, version=seen["version"]
    )
    assert done["status"] == "forgotten"
    assert "facebook.com/groups/einmalig" not in await stored(here) and "Anders." not in await stored(here)
    life = [event.type.split(".")[3] for event in await here.intake.said(about=question, type="question.")]
    assert life[-3:] == ["erasure-requested", "comment-checked", "forgotten"]


async def test_an_erasure_does_not_wait_for_ever_for_an_answer(here: Situation) -> None:
    question = await here.triaged(capture={"text": SECRET})
    await here.counsellor.do("POST", f"/intake/v1/questions/{question}/postings", {"parts": ["Anders."]})
    await erase(here, question)
    here.later(hours=71)
    await here.intake.tick()
    assert (await here.counsellor.get(f"/intake/v1/questions/{question}"))["text"] is not None
    here.later(hours=2)
    await here.intake.tick()
    (forgotten,) = await here.intake.said(about=question, type="question.forgotten")
    assert (forgotten.data["comment"], forgotten.role) == ("no-answer", "system")


async def test_a_hold_wins_over_erasure_and_retention(here: Situation) -> None:
    question = (await here.question(text=SECRET))["id"]
    path = f"/intake/v1/questions/{question}"
    await here.dpo.do("POST", f"{path}/hold", {"reason": "complaint"}, version=1)
    assert await here.dpo.refused("POST", f"{path}/erasure", version=2) == (409, "held")
    await here.coordinator.do("POST", f"{path}/closing", {"reason": "answered"}, version=2)
    here.later(days=400)
    await here.intake.tick()
    assert (await here.counsellor.get(path))["text"] is not None
    await here.dpo.do("DELETE", f"{path}/hold", version=3)
    await here.intake.tick()
    assert (await here.counsellor.get(path))["status"] == "forgotten"


async def test_a_closed_question_is_forgotten_after_its_days_and_its_link_after_a_year(intake: Probe) -> None:
    here = await situation(intake, working_days=30, permalink_days=365)
    closed, open_one = (await here.question(link=LINK))["id"], (await here.question(link=LINK + "9"))["id"]
    await here.coordinator.do("POST", f"/intake/v1/questions/{closed}/closing", {"reason": "answered"}, version=1)
    here.later(days=31)
    await here.intake.tick()
    assert (await here.counsellor.get(f"/intake/v1/questions/{closed}"))["status"] == "forgotten"
    here.later(days=340)
    await here.intake.tick()
    seen = await here.counsellor.get(f"/intake/v1/questions/{open_one}")
    assert (seen["link"], seen["text"]) == (None, "Was kostet die Anerkennung?")
    assert not (await here.question(link=LINK + "9"))["duplicate"], "its hash is forgotten as well"


async def test_nothing_more_is_stored_for_what_was_forgotten(here: Situation) -> None:
    question = (await here.question(text=SECRET))["id"]
    await erase(here, question)
    assert await here.dpo.refused("POST", f"/intake/v1/questions/{question}/erasure", version=3) == (
        409,
        "erasure_under_way",
    )
    with pytest.raises(Gone):
        async with here.intake.db.transaction(Cause(SYSTEM)) as tx:
            await tx.keep_from_forgetting(UUID(question))


async def test_only_who_decides_may_erase(here: Situation) -> None:
    question = (await here.question())["id"]
    path = f"/intake/v1/questions/{question}/erasure"
    assert await here.counsellor.refused("POST", path, version=1) == (403, "role_missing")


async def test_another_questions_history_and_text_are_untouched(here: Situation) -> None:
    gone, kept = (await here.question(text=SECRET))["id"], (await here.question(text="Bleibt."))["id"]
    before = [event.id for event in await here.intake.said(about=gone)]
    await erase(here, gone)
    assert [event.id for event in await here.intake.said(about=gone)][: len(before)] == before
    assert (await here.counsellor.get(f"/intake/v1/questions/{kept}"))["text"] == "Bleibt."
