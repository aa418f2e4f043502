"""What nobody asked is judged like an answer: the same queue, gate, author rule, incidents and forgetting."""

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.intake_misinformation import (
    CorrectionEnded,
    CorrectionForgotten,
    CorrectionRequested,
    PostedReply,
    SightingReplied,
)
from libs.contracts.matters import ReviewedMatter
from libs.kit.ids import new_id
from tests.services.probe import MONDAY
from tests.services.review.situation import COUNTED, INCIDENTS, SUBMISSIONS, Situation, situation

CODES: dict[str, Any] = {**COUNTED, "platform": "other-platform", "topic": "a-costs"}
REQUESTED: dict[str, Any] = {
    **CODES,
    "level": "information",
    "legal_class": "general-information",
    "urgency": "urgent",
    "kind": "correction",
    "verdict": "wrong",
}
WORDING, GIST = "Ohne Visum prüft niemand dein Diplom!", "Die Anerkennung sei nur mit Visum möglich."
WRONG = "Das stimmt überhaupt nicht."


@pytest.fixture
async def here(review: Any) -> Situation:
    return await situation(review)


async def requested(here: Situation, wording: str = WORDING, **fact: Any) -> UUID:
    """A correction that review was asked for."""
    id = new_id()
    matter = ReviewedMatter(text=wording, gist=GIST, due_at=MONDAY)
    await here.hear(CorrectionRequested.model_validate({**REQUESTED, **fact}), id, matter)
    return id


async def replied(here: Situation, correction: UUID, standing: str, words: str = WRONG) -> UUID:
    fact = {**CODES, "kind": "correction", "standing": standing, "submission": None, "parts": 1}
    id, text = new_id(), PostedReply(text=words)
    await here.review.hear(
        SightingReplied.model_validate(fact),
        id=id,
        programme=here.programme,
        concerns=correction,
        text=text,
        staff=here.counsellor.staff,
    )
    return id


async def test_a_correction_goes_the_way_of_an_answer(here: Situation) -> None:
    correction = await requested(here)
    made = await here.submitted(correction)
    seen = await here.read(made)
    assert (seen["question"]["text"], seen["question"]["gist"]) == (WORDING, GIST)
    own = await here.refused(here.counsellor, made, "approval", {"core_version": 1})
    assert own == (403, "role_missing")
    released = await here.released(made)
    assert released["state"] == "released"
    (event,) = await here.review.said(about=made["id"], type="submission.variant-released")
    assert event.correlationid == str(correction)


async def test_what_the_policy_does_not_answer_is_not_reviewed_for_posting(here: Situation) -> None:
    correction = await requested(here, legal_class="court")
    body = {"question": str(correction), "core": "Text.", "variant": {"language": "ar", "text": "نص"}}
    assert (await here.counsellor.refused("POST", SUBMISSIONS, body))[0] == 409


async def test_a_reply_that_no_release_covers_is_an_incident(here: Situation) -> None:
    correction = await requested(here)
    sighting = await replied(here, correction, "without-approval")
    (incident,) = (await here.jurist.get(INCIDENTS, programme=here.programme))["items"]
    assert (incident["posting"], incident["question"]) == (str(sighting), str(correction))
    path = f"{INCIDENTS}/{incident['id']}"
    assert (await here.jurist.get(path))["posted"] == WRONG
    await here.jurist.do("POST", f"{path}/decision", {"decision": "cleared"}, version=1)
    (decided,) = await here.review.said(about=incident["id"], type="incident.decided")
    assert decided.data["posting"] == str(sighting)


async def test_a_reply_that_is_covered_is_none(here: Situation) -> None:
    await replied(here, await requested(here), "matching")
    assert (await here.jurist.get(INCIDENTS, programme=here.programme))["items"] == []


async def test_nothing_new_is_written_for_a_text_that_was_ended(here: Situation) -> None:
    correction = await requested(here)
    await here.hear(CorrectionEnded.model_validate({**CODES, "kind": "correction"}), correction)
    body = {"question": str(correction), "core": "Text.", "variant": {"language": "ar", "text": "نص"}}
    assert await here.counsellor.refused("POST", SUBMISSIONS, body) == (409, "question_closed")


async def test_a_forgotten_correction_leaves_no_word(here: Situation) -> None:
    wording, wrong = f"Gerücht {new_id()}", f"Falsch {new_id()}"
    correction = await requested(here, wording)
    made = await here.submitted(correction)
    await replied(here, correction, "deviating", wrong)
    assert await here.stored(wording) and await here.stored(wrong)
    await here.hear(CorrectionForgotten(), correction)
    for words in (wording, wrong):
        assert await here.stored(words) == []
    types = await here.types(correction)
    assert {"submission.forgotten", "incident.forgotten"} <= set(types)
    assert (await here.jurist.get(f"{SUBMISSIONS}?state=queued&programme={here.programme}"))["items"] == []
    assert await here.refused(here.jurist, {**made, "version": 2}, "taking") == (410, "forgotten")
