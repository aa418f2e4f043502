"""The answer typed in the tram: one request, the facts of five, and the same gate."""

from typing import Any

import pytest

from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

PATH = "/intake/v1/answered-questions"
ANSWER = "La convalidación cuesta entre 100 y 600 euros."
# What a programme such as LaRA may do: general information alone, and no review of it.
GENERAL = {"legal_classes": ["not-legal", "general-information"], "review_rule": "individual", "question_text": "none"}
SEVEN: dict[str, Any] = {
    "language": "de",
    "topics": ["a-costs"],
    "level": "information",
    "legal_class": "general-information",
    "referral": False,
    "misinformation": True,
    "parts": [ANSWER],
}


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake, **GENERAL)


def body(here: Situation, **more: Any) -> dict[str, Any]:
    return {"space": here.space, **SEVEN, **more}


async def _said(here: Situation, question: str) -> list[tuple[str, int, dict[str, Any]]]:
    events = await here.intake.said(about=question)
    assert {(event.causationid, event.staff, event.role) for event in events} == {
        (None, here.counsellor.staff, "counsellor")
    }
    return [
        (event.type.removeprefix("lotse.intake."), event.aggregateversion, {**event.data, "hours_to_answer": 0})
        for event in events
        if "access" not in event.type
    ]


async def test_seven_fields_and_the_answer_are_an_answered_question(here: Situation) -> None:
    made = await here.counsellor.do("POST", PATH, body(here))
    assert (made["status"], made["standing"], made["counts"], made["repair"]) == (
        "answered",
        "review-not-required",
        True,
        None,
    )
    shown = await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    assert (shown["version"], shown["referral"], shown["misinformation"]) == (made["version"], False, True)
    postings = await here.counsellor.get(f"/intake/v1/questions/{made['id']}/postings")
    assert [one["id"] for one in postings["items"]] == [made["posting"]]


async def test_the_facts_are_those_of_the_five_requests_in_their_order(here: Situation) -> None:
    at_once = await here.counsellor.do("POST", PATH, body(here))
    found = {"space": here.space, "text": "¿Cuánto cuesta?", "language": "de", "channel": "public"}
    one = await here.counsellor.do("POST", "/intake/v1/questions", found)
    path = f"/intake/v1/questions/{one['id']}"
    await here.counsellor.do("POST", f"{path}/taking", version=1)
    triage = {name: SEVEN[name] for name in ("level", "legal_class", "topics", "referral", "misinformation")}
    await here.counsellor.do("POST", f"{path}/triage", {**triage, "urgency": "normal", "land": "unknown"}, version=2)
    await here.counsellor.do("POST", f"{path}/postings", {"parts": [ANSWER]})
    assert await _said(here, at_once["id"]) == await _said(here, one["id"])
    assert [type for type, _, _ in await _said(here, one["id"])] == [
        "question.captured.v1",
        "question.taken.v1",
        "question.triaged.v1",
        "posting.recorded.v1",
        "question.answered.v1",
    ]


async def test_an_individual_examination_is_not_answered_this_way(here: Situation) -> None:
    reply = await here.counsellor.ask("POST", PATH, body(here, legal_class="individual-examination"))
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "class_not_offered")
    assert reply.json()["errors"][0]["pointer"] == "/legal_class"
    listed = await here.counsellor.get("/intake/v1/questions", programme=here.programme)
    assert listed["page"]["total"] == 0, "nothing of the steps before stays"


async def test_where_it_is_offered_it_needs_an_approval_and_counts_only_when_review_clears_it(intake: Probe) -> None:
    here = await situation(intake, review_rule="individual")
    made = await here.counsellor.do("POST", PATH, body(here, legal_class="individual-examination"))
    assert (made["status"], made["standing"], made["counts"], made["repair"]) == (
        "triaged",
        "without-approval",
        False,
        "open",
    )
    said = [type for type, _, _ in await _said(here, made["id"])]
    assert said[-2:] == ["posting.recorded.v1", "posting.repair-opened.v1"]
    assert "question.answered.v1" not in said


async def test_the_same_key_records_once(here: Situation) -> None:
    first = await here.counsellor.ask("POST", PATH, body(here), key="in-the-tram")
    again = await here.counsellor.ask("POST", PATH, body(here), key="in-the-tram")
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == first.json()
    assert (await here.counsellor.refused("POST", PATH, body(here, referral=True), key="in-the-tram"))[0] == 422
    assert (await here.counsellor.get("/intake/v1/questions", programme=here.programme))["page"]["total"] == 1


@pytest.mark.parametrize("field", ["space", *SEVEN])
async def test_each_of_the_seven_and_the_answer_must_be_said(here: Situation, field: str) -> None:
    sent = {name: value for name, value in body(here).items() if name != field}
    reply = await here.counsellor.ask("POST", PATH, sent)
    assert reply.status_code == 422
    assert [(one["pointer"], one["code"]) for one in reply.json()["errors"]] == [(f"/{field}", "required")]


async def test_a_link_known_before_is_never_merged_by_itself(here: Situation) -> None:
    link = "https://www.facebook.com/groups/1/posts/17"
    await here.counsellor.do("POST", PATH, body(here, link=link))
    assert await here.counsellor.refused("POST", PATH, body(here, link=link)) == (409, "known_link")
    await here.counsellor.do("POST", PATH, body(here, link=link, relation="other-person"))
    assert (await here.counsellor.refused("POST", PATH, body(here, link=link, relation="same")))[0] == 422


async def test_a_wrong_click_is_set_right_as_after_the_single_steps(here: Situation) -> None:
    made = await here.counsellor.do("POST", PATH, body(here))
    path = f"/intake/v1/questions/{made['id']}"
    await here.counsellor.do("POST", f"{path}/legal-class", {"legal_class": "court"}, version=made["version"])
    closed = {"reason": "out-of-scope"}
    await here.counsellor.do("POST", f"{path}/closing", closed, version=await here.version(made["id"]))
    await here.dpo.do("POST", f"{path}/erasure", version=await here.version(made["id"]))


async def test_what_is_told_of_a_question_is_redacted_here_too(intake: Probe) -> None:
    here = await situation(intake, **{**GENERAL, "question_text": "redacted"})
    made = await here.counsellor.do("POST", PATH, body(here, text="Ruft mich an: 030 23125 123"))
    assert made["redacted"] == {"phone": 1}
    assert "23125" not in (await here.counsellor.get(f"/intake/v1/questions/{made['id']}"))["text"]


async def test_level_and_referral_must_agree(here: Situation) -> None:
    reply = await here.counsellor.ask("POST", PATH, body(here, level="referral"))
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "contradicts_level")
