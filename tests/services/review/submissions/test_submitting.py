"""A counsellor submits a German core and the text in the language of the thread."""

import asyncio
from datetime import date
from typing import Any

import pytest

from libs.contracts.intake import Policy, ProgrammeConfigured, QuestionClosed, QuestionErasureRequested
from libs.kit.ids import new_id
from tests.services.probe import Probe
from tests.services.review.situation import CORE, COUNTED, POLICY, SUBMISSIONS, VARIANT, Situation, situation


def body(question: Any, **changes: Any) -> dict[str, Any]:
    return {"question": str(question), "core": CORE, "variant": {"language": "ar", "text": VARIANT}, **changes}


async def refusal(here: Situation, question: Any, **changes: Any) -> tuple[int, str]:
    return await here.counsellor.refused("POST", SUBMISSIONS, body(question, **changes))


async def test_a_submission_enters_the_queue_and_its_fact_holds_no_text(here: Situation) -> None:
    question = await here.question()
    reply = await here.counsellor.ask("POST", SUBMISSIONS, body(question))
    made = reply.json()
    assert (reply.status_code, reply.headers["etag"]) == (201, '"1"')
    assert reply.headers["location"] == f"{SUBMISSIONS}/{made['id']}"
    assert (made["state"], made["core_version"], made["variant_version"]) == ("queued", 1, 1)
    (event,) = await here.review.said(about=made["id"])
    assert (event.correlationid, event.staff, event.role) == (str(question), here.counsellor.staff, "counsellor")
    assert event.data == {
        **COUNTED,
        "kind": "answer",
        "level": "first-counselling",
        "legal_class": "individual-examination",
        "variant_language": "ar",
    }


async def test_a_question_not_heard_of_yet_is_asked_for_again(here: Situation) -> None:
    reply = await here.counsellor.ask("POST", SUBMISSIONS, body(new_id()))
    assert (reply.status_code, reply.json()["code"], reply.headers["retry-after"]) == (409, "not_yet_known", "1")


async def test_a_question_of_another_programme_is_not_known(here: Situation, review: Probe) -> None:
    question = await (await situation(review)).question()
    assert await refusal(here, question) == (409, "not_yet_known")


async def test_a_question_is_triaged_first(here: Situation) -> None:
    assert await refusal(here, await here.captured()) == (409, "not_triaged")


async def test_general_information_only_makes_an_individual_answer_impossible(here: Situation) -> None:
    await here.configure(legal_classes=["not-legal", "general-information"])
    assert await refusal(here, await here.question()) == (409, "class_not_offered")
    question = await here.question(legal_class="general-information")
    assert (await here.submitted(question))["state"] == "queued"


async def test_court_goes_to_a_lawyer(here: Situation) -> None:
    assert await refusal(here, await here.question(legal_class="court")) == (409, "court_goes_to_a_lawyer")


async def test_a_level_the_programme_does_not_offer_is_refused(here: Situation) -> None:
    await here.configure(levels=["information"])
    assert await refusal(here, await here.question()) == (409, "level_not_offered")


async def test_the_policy_of_today_counts_not_one_to_come(here: Situation) -> None:
    later = Policy.model_validate({**POLICY, "legal_classes": ["general-information"]})
    fact = ProgrammeConfigured(effective_from=date(2026, 11, 24), policy=later)
    await here.review.hear(fact, id=here.programme, programme=here.programme, role="admin")
    first, second = await here.question(), await here.question()
    assert (await here.submitted(first))["state"] == "queued"
    here.later(days=1)
    assert await refusal(here, second) == (409, "class_not_offered")


@pytest.mark.parametrize(
    ("change", "pointer", "kind"),
    [
        ({"core": "Schreiben Sie an amt@example.de"}, "/core", "e_mail"),
        ({"variant": {"language": "ar", "text": "اتصل بي 0171 2345678"}}, "/variant/text", "phone"),
        ({"core": "Frag @amal.b"}, "/core", "handle"),
    ],
)
async def test_personal_data_in_a_draft_is_refused_by_place_and_kind(
    change: Any, pointer: str, kind: str, here: Situation
) -> None:
    question = await here.question()
    reply = await here.counsellor.ask("POST", SUBMISSIONS, body(question, **change))
    assert (reply.status_code, reply.json()["code"]) == (422, "personal_data_found")
    assert [(one["pointer"], one["code"]) for one in reply.json()["errors"]] == [(pointer, kind)]
    assert await here.review.said(about=question) == []


async def test_an_answer_may_name_its_sources_and_public_numbers(here: Situation) -> None:
    core = "Quelle: https://www.bamf.de/DE/Themen; Hilfetelefon 116 016, am 12.03.2026, 1.350,00 Euro, § 4 KSchG."
    assert (await here.submitted(core=core))["state"] == "queued"


@pytest.mark.parametrize(
    "variant",
    [{"language": "fa", "text": "متن"}, {"language": "de"}, {"language": "ar"}],
)
async def test_the_variant_is_in_the_language_of_the_thread(variant: Any, here: Situation) -> None:
    assert await refusal(here, await here.question(), variant=variant) == (422, "invalid_input")


async def test_for_a_german_thread_the_core_is_the_variant(here: Situation) -> None:
    question = await here.question(language="de")
    assert await refusal(here, question, variant={"language": "de", "text": CORE}) == (422, "invalid_input")
    made = await here.german(question)
    assert (await here.read(made))["variants"] == []


async def test_a_question_has_one_open_submission_at_a_time(here: Situation) -> None:
    question = await here.question()
    made = await here.submitted(question)
    reply = await here.colleague.ask("POST", SUBMISSIONS, body(question))
    assert (reply.status_code, reply.json()["code"], reply.json()["submission"]) == (
        409,
        "submission_open",
        made["id"],
    )
    await here.step(here.counsellor, made, "withdrawal")
    assert (await here.submitted(question))["state"] == "queued"


async def test_two_who_submit_at_once_leave_one_submission(here: Situation) -> None:
    question = await here.question()
    replies = await asyncio.gather(
        *(person.ask("POST", SUBMISSIONS, body(question)) for person in (here.counsellor, here.colleague))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409]
    assert await here.types(question) == ["submission.submitted"]


async def test_after_a_release_a_further_answer_may_be_submitted(here: Situation) -> None:
    question = await here.question()
    await here.released(await here.submitted(question))
    assert (await here.submitted(question))["state"] == "queued"


async def test_after_a_released_approval_was_withdrawn_a_new_answer_may_be_submitted(here: Situation) -> None:
    question = await here.question()
    released = await here.released(await here.submitted(question))
    path = f"{SUBMISSIONS}/{released['id']}/approval"
    gone = await here.jurist.do("DELETE", path, version=released["version"])
    assert await here.refused(here.counsellor, gone, "revision", {"core": "neu"}) == (409, "already_released")
    assert (await here.submitted(question))["state"] == "queued"


async def test_nothing_is_submitted_for_a_question_closed_under_erasure_or_forgotten(here: Situation) -> None:
    closed, erased, forgotten = [await here.question() for _ in range(3)]
    await here.hear(QuestionClosed.model_validate({**COUNTED, "reason": "out-of-scope"}), closed)
    await here.hear(QuestionErasureRequested(comments=0), erased)
    await here.forget(forgotten)
    assert await refusal(here, closed) == (409, "question_closed")
    assert await refusal(here, erased) == (409, "erasure_under_way")
    assert await refusal(here, forgotten) == (410, "forgotten")


async def test_only_counsellors_submit(here: Situation) -> None:
    for person in (here.jurist, here.speaker, here.coordinator, here.admin):
        wanted = body(await here.question())
        assert await person.refused("POST", SUBMISSIONS, wanted) == (403, "role_missing")


async def test_texts_of_twenty_thousand_characters_fit_however_json_writes_them(here: Situation) -> None:
    question = await here.question()
    long = "ي" * 20_000
    assert await refusal(here, question, core="a" * 20_001) == (422, "invalid_input")
    made = await here.submitted(question, core="a " * 9_999 + "b", variant={"language": "ar", "text": long})
    assert (await here.read(made))["variants"][0]["text"] == long


async def test_the_same_key_submits_once_and_another_body_under_it_is_refused(here: Situation) -> None:
    question = await here.question()
    first = await here.counsellor.ask("POST", SUBMISSIONS, body(question), key="once")
    again = await here.counsellor.ask("POST", SUBMISSIONS, body(question), key="once")
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")
    other = await here.counsellor.refused("POST", SUBMISSIONS, body(question, core="anders"), key="once")
    assert other == (422, "idempotency_key_reused")


async def test_a_revision_is_a_new_version_of_what_it_names(here: Situation) -> None:
    made = await here.submitted()
    revised = await here.step(here.colleague, made, "revision", {"variant": VARIANT + " 2"})
    assert (revised["state"], revised["core_version"], revised["variant_version"]) == ("queued", 1, 2)
    revised = await here.step(here.colleague, revised, "revision", {"core": CORE + " 2", "variant": VARIANT + " 3"})
    assert (revised["core_version"], revised["variant_version"]) == (2, 3)
    seen = await here.read(revised)
    assert [core["authors"] for core in seen["cores"]] == [[str(here.counsellor.staff)], [str(here.colleague.staff)]]
    assert [variant["core_version"] for variant in seen["variants"]] == [1, 1, 2]
    assert (await here.review.said(about=made["id"]))[-1].data["variant_version"] == 3


async def test_a_revision_that_changes_nothing_is_none(here: Situation) -> None:
    made = await here.submitted()
    for same in ({}, {"core": CORE}, {"core": CORE, "variant": VARIANT}):
        assert await here.refused(here.counsellor, made, "revision", same) == (409, "unchanged")
    assert len(await here.review.said(about=made["id"])) == 1


async def test_while_a_reviewer_is_at_work_nothing_is_revised_but_it_can_be_taken_back(here: Situation) -> None:
    taken = await here.taken()
    assert await here.refused(here.counsellor, taken, "revision", {"core": "neu"}) == (409, "taken_by_reviewer")
    gone = await here.step(here.counsellor, taken, "withdrawal")
    assert (gone["state"], (await here.types(gone["id"]))[-1]) == ("withdrawn", "submission.withdrawn")
    assert await here.refused(here.counsellor, gone, "withdrawal") == (409, "submission_ended")


async def test_a_revision_for_a_german_thread_is_one_of_the_core(here: Situation) -> None:
    made = await here.german()
    assert await here.refused(here.counsellor, made, "revision", {"variant": "Text"}) == (422, "invalid_input")
    revised = await here.step(here.counsellor, made, "revision", {"core": CORE + " 2"})
    assert (revised["core_version"], revised["variant_version"]) == (2, 2)


async def test_a_revision_after_an_approval_needs_a_new_one(here: Situation) -> None:
    approved = await here.approved()
    revised = await here.step(here.counsellor, approved, "revision", {"core": CORE + " neu"})
    assert revised["state"] == "queued"
    release = {"variant_version": 1, "method": "second-speaker"}
    assert await here.refused(here.speaker, revised, "release", release) == (409, "not_approved")


async def test_fifty_versions_are_enough(here: Situation) -> None:
    made = await here.submitted()
    for number in range(49):
        made = await here.step(here.counsellor, made, "revision", {"variant": f"{VARIANT} {number}"})
    assert made["variant_version"] == 50
    assert await here.refused(here.counsellor, made, "revision", {"variant": "noch"}) == (409, "too_many_versions")


async def test_a_command_needs_the_version_that_was_seen(here: Situation) -> None:
    made = await here.submitted()
    path = f"{SUBMISSIONS}/{made['id']}/withdrawal"
    assert await here.counsellor.refused("POST", path) == (428, "if_match_missing")
    stale = await here.counsellor.ask("POST", path, version=7)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
