"""A legal reviewer takes an item and approves, returns with coded reasons, or blocks the core."""

import asyncio
from datetime import date
from typing import Any

import pytest

from tests.services.review.situation import CORE, GIST, QUESTION, SUBMISSIONS, VARIANT, Situation

RELEASE = {"variant_version": 1, "method": "second-speaker"}


async def last(here: Situation, made: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    event = (await here.review.said(about=made["id"]))[-1]
    return event.type.removeprefix("lotse.review.submission.").removesuffix(".v1"), event.data


async def test_an_item_shows_question_core_and_history_and_the_reading_is_recorded(here: Situation) -> None:
    made = await here.submitted()
    seen = await here.read(made)
    assert (seen["question"]["text"], seen["question"]["gist"]) == (QUESTION, GIST)
    (core,), (variant,) = seen["cores"], seen["variants"]
    assert (core["text"], core["authors"]) == (CORE, [str(here.counsellor.staff)])
    assert (variant["text"], variant["author"], variant["core_version"]) == (VARIANT, str(here.counsellor.staff), 1)
    (access,) = await here.review.said(about=seen["question"]["id"], type="access")
    assert access.data == {"resource": "submission-text", "purpose": "legal-review"}
    assert (access.staff, access.correlationid) == (here.jurist.staff, seen["question"]["id"])
    assert (await here.read(made, here.speaker))["version"] == 1, "reading moves no ETag"
    events = await here.review.said(about=seen["question"]["id"], type="access")
    assert [event.data["purpose"] for event in events] == ["legal-review", "counselling"]


async def test_an_item_is_taken_by_one_and_given_back_by_her_alone(here: Situation) -> None:
    taken = await here.taken()
    assert await last(here, taken) == ("taken", {"lease_hours": 4})
    assert await here.refused(here.deputy, taken, "taking") == (409, "already_taken")
    path = f"{SUBMISSIONS}/{taken['id']}/taking"
    assert await here.deputy.refused("DELETE", path, version=2) == (409, "taken_by_another")
    back = await here.jurist.do("DELETE", path, version=2)
    assert (back["state"], await last(here, taken)) == ("queued", ("given-back", {"reason": "by-hand"}))
    assert await here.jurist.refused("DELETE", path, version=3) == (409, "not_taken")


async def test_of_two_who_take_it_at_once_one_has_it(here: Situation) -> None:
    made = await here.submitted()
    path = f"{SUBMISSIONS}/{made['id']}/taking"
    replies = await asyncio.gather(*(who.ask("POST", path, version=1) for who in (here.jurist, here.deputy)))
    assert sorted(reply.status_code for reply in replies) == [200, 412]
    assert await here.types(made["id"]) == ["submission.submitted", "submission.taken"]


async def test_a_lease_ends_by_itself_after_four_hours(here: Situation) -> None:
    taken = await here.taken()
    here.later(hours=3, minutes=59)
    await here.review.tick()
    assert (await here.read(taken))["state"] == "taken"
    here.later(minutes=1)
    await here.review.tick()
    assert await last(here, taken) == ("given-back", {"reason": "lease-expired"})
    event = (await here.review.said(about=taken["id"]))[-1]
    assert (event.role, event.staff, event.aggregateversion) == ("system", None, 3)
    assert (await here.step(here.deputy, {**taken, "version": 3}, "taking"))["state"] == "taken"


async def test_an_approval_names_the_core_it_covers_and_how_long_it_took(here: Situation) -> None:
    made = await here.submitted()
    here.later(hours=5, minutes=1)
    approved = await here.approved(made)
    kind, fact = await last(here, approved)
    assert (kind, approved["state"]) == ("approved", "approved")
    assert (fact["core_version"], fact["changed"], fact["hours_to_approval"]) == (1, False, 6)
    assert fact["qualification"] == "befaehigung-zum-richteramt"
    assert CORE not in str(fact) and len(fact["core_commitment"]) == 64


async def test_a_core_is_returned_with_coded_reasons_and_comes_back_revised(here: Situation) -> None:
    taken = await here.taken()
    body = {"core_version": 1, "reasons": ["source-missing", "deadline-missing", "source-missing"]}
    returned = await here.step(here.jurist, taken, "return", body)
    assert returned["state"] == "returned"
    assert (await last(here, returned))[1]["reasons"] == ["source-missing", "deadline-missing"]
    seen = await here.read(returned, here.counsellor)
    assert seen["decisions"][-1]["reasons"] == ["source-missing", "deadline-missing"]
    revised = await here.step(here.counsellor, returned, "revision", {"core": CORE + " Quelle: BAMF."})
    assert (revised["state"], revised["core_version"], revised["variant_version"]) == ("queued", 2, 1)
    assert (await here.approved(revised))["state"] == "approved"


async def test_a_blocked_core_ends_and_says_where_the_person_is_sent(here: Situation) -> None:
    question = await here.question()
    taken = await here.taken(await here.submitted(question))
    blocked = await here.step(here.jurist, taken, "block", {"core_version": 1, "reasons": ["needs-lawyer"]})
    assert (blocked["state"], (await last(here, blocked))[1]["reasons"]) == ("blocked", ["needs-lawyer"])
    assert await here.refused(here.counsellor, blocked, "revision", {"core": "neu"}) == (409, "submission_ended")
    assert (await here.submitted(question))["state"] == "queued", "a new one may be submitted"


@pytest.mark.parametrize("path", ["approval", "return", "block"])
async def test_only_who_has_taken_it_decides(path: str, here: Situation) -> None:
    bodies = {"return": {"reasons": ["incomplete"]}, "block": {"reasons": ["needs-office"]}, "approval": {}}
    body = {"core_version": 1, **bodies[path]}
    made = await here.submitted()
    assert await here.refused(here.jurist, made, path, body) == (409, "not_taken")
    taken = await here.taken(made)
    assert await here.refused(here.deputy, taken, path, body) == (409, "taken_by_another")
    assert await here.refused(here.counsellor, taken, path, body) == (403, "role_missing")
    assert await here.refused(here.jurist, taken, path, {**body, "core_version": 2}) == (409, "not_this_version")
    assert await here.refused(here.jurist, {**taken, "version": 1}, path, body) == (412, "stale")


async def test_a_reviewers_own_change_waits_for_somebody_elses_confirmation(here: Situation) -> None:
    changed = await here.approved(core=CORE + " Die Frist steht im Bescheid.")
    assert (changed["state"], changed["core_version"]) == ("changed", 2)
    assert (await last(here, changed))[1]["changed"] is True
    core = (await here.read(changed))["cores"][1]
    assert sorted(core["authors"]) == sorted([str(here.counsellor.staff), str(here.jurist.staff)])
    assert await here.refused(here.speaker, changed, "release", RELEASE) == (409, "not_yet_confirmed")
    assert await here.refused(here.jurist, changed, "confirmation") == (403, "own_words")
    confirmed = await here.step(here.colleague, changed, "confirmation")
    assert (confirmed["state"], await last(here, confirmed)) == (
        "approved",
        ("meaning-confirmed", {**(await last(here, confirmed))[1], "core_version": 2}),
    )
    assert (await here.step(here.speaker, confirmed, "release", RELEASE))["state"] == "released"


async def test_sending_the_same_words_is_a_plain_approval(here: Situation) -> None:
    assert (await here.approved(core=CORE))["state"] == "approved"


async def test_a_counsellor_who_disagrees_with_a_change_writes_anew(here: Situation) -> None:
    changed = await here.approved(core=CORE + " Ein Satz der Juristin.")
    revised = await here.step(here.counsellor, changed, "revision", {"core": CORE + " Ein anderer."})
    assert (revised["state"], revised["core_version"]) == ("queued", 3)
    assert await here.refused(here.colleague, revised, "confirmation") == (409, "nothing_to_confirm")


async def test_a_reviewer_does_not_approve_a_text_that_is_hers_alone(here: Situation) -> None:
    both = here.someone("legal-reviewer", "counsellor")
    await here.qualify(both)
    own = await here.submitted(by=both)
    assert await here.refused(both, own, "taking") == (403, "own_text")
    assert (await here.approved(own, by=here.deputy))["state"] == "approved", "a second reviewer does"


async def test_by_policy_a_counsellor_confirms_what_is_a_reviewers_alone(here: Situation) -> None:
    await here.configure(counsellor_confirms_reviewer=True)
    both = here.someone("legal-reviewer", "counsellor")
    await here.qualify(both)
    own = await here.approved(await here.submitted(by=both), by=both)
    assert own["state"] == "changed"
    assert await here.refused(both, own, "confirmation") == (403, "own_words")
    await here.configure(counsellor_confirms_reviewer=False)
    assert await here.refused(here.counsellor, own, "confirmation") == (403, "second_reviewer_needed")
    assert (await here.step(here.deputy, own, "confirmation"))["state"] == "approved"


async def test_what_is_hers_alone_a_counsellor_confirms_where_the_policy_says_so(here: Situation) -> None:
    await here.configure(counsellor_confirms_reviewer=True)
    both = here.someone("legal-reviewer", "counsellor")
    await here.qualify(both)
    own = await here.approved(await here.submitted(by=both), by=both)
    assert (await here.step(here.counsellor, own, "confirmation"))["state"] == "approved"


async def test_a_class_raised_meanwhile_closes_the_gate_at_every_step(here: Situation) -> None:
    question = await here.question()
    taken = await here.taken(await here.submitted(question))
    await here.raise_class(question, "court")
    assert await here.refused(here.jurist, taken, "approval", {"core_version": 1}) == (409, "court_goes_to_a_lawyer")
    assert await here.refused(here.jurist, taken, "approval", {"core_version": 1, "core": "neu"}) == (
        409,
        "court_goes_to_a_lawyer",
    )
    blocked = await here.step(here.jurist, taken, "block", {"core_version": 1, "reasons": ["needs-lawyer"]})
    assert blocked["state"] == "blocked", "sending the person to a lawyer is always possible"


async def test_a_class_raised_after_the_approval_keeps_the_variant_from_release(here: Situation) -> None:
    question = await here.question(legal_class="general-information")
    approved = await here.approved(await here.submitted(question))
    await here.configure(legal_classes=["not-legal", "general-information"])
    await here.raise_class(question, "individual-examination")
    assert await here.refused(here.speaker, approved, "release", RELEASE) == (409, "class_not_offered")


async def test_a_text_from_before_the_deadline_is_not_approved_after_it(here: Situation) -> None:
    question = await here.question(deadline=date(2026, 11, 24), has_deadline=True)
    made = await here.submitted(question)
    here.later(days=1, hours=12)
    taken = await here.taken(made)
    here.later(hours=2)
    assert (await here.read(taken))["state"] == "taken"
    here.later(hours=1)
    assert await here.refused(here.jurist, taken, "approval", {"core_version": 1}) == (409, "deadline_passed")
    anew = await here.step(here.jurist, taken, "approval", {"core_version": 1, "core": "Die Frist ist vorbei: …"})
    assert (await here.step(here.counsellor, anew, "confirmation"))["state"] == "approved"


async def test_an_approved_text_is_not_released_once_the_deadline_has_passed(here: Situation) -> None:
    question = await here.question(deadline=date(2026, 11, 24), has_deadline=True)
    approved = await here.approved(await here.submitted(question))
    here.later(days=2)
    assert await here.refused(here.speaker, approved, "release", RELEASE) == (409, "deadline_passed")


async def test_an_approval_can_be_withdrawn_before_and_after_the_release(here: Situation) -> None:
    for made, state in ((await here.approved(), "approved"), (await here.released(), "released")):
        path = f"{SUBMISSIONS}/{made['id']}/approval"
        assert made["state"] == state
        assert await here.counsellor.refused("DELETE", path, version=made["version"]) == (403, "role_missing")
        gone = await here.deputy.do("DELETE", path, version=made["version"])
        assert (gone["state"], (await last(here, gone))[0]) == ("approval-withdrawn", "approval-withdrawn")
        assert await here.refused(here.speaker, gone, "release", RELEASE) in (
            (409, "not_approved"),
            (409, "already_released"),
        )


async def test_an_approval_withdrawn_before_the_release_sends_the_draft_back_to_its_counsellor(here: Situation) -> None:
    approved = await here.approved()
    gone = await here.jurist.do("DELETE", f"{SUBMISSIONS}/{approved['id']}/approval", version=approved["version"])
    again = await here.step(here.counsellor, gone, "revision", {"variant": VARIANT + " ."})
    assert (again["state"], again["core_version"], again["variant_version"]) == ("queued", 1, 2)
    assert (await here.approved(again))["state"] == "approved"


async def test_a_reviewers_new_words_hold_no_personal_data(here: Situation) -> None:
    taken = await here.taken()
    reply = await here.jurist.ask(
        "POST",
        f"{SUBMISSIONS}/{taken['id']}/approval",
        {"core_version": 1, "core": "Schreib an amal@example.org"},
        version=2,
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "personal_data_found")
    assert [(one["pointer"], one["code"]) for one in reply.json()["errors"]] == [("/core", "e_mail")]
    assert "amal@" not in reply.text


async def test_codes_of_a_fact_are_the_questions_as_of_that_moment(here: Situation) -> None:
    question = await here.question()
    made = await here.submitted(question)
    await here.triage(question, topic="a-costs", topics=["a-costs"])
    approved = await here.approved(made)
    first, second = (await here.review.said(about=made["id"]))[0], (await last(here, approved))[1]
    assert (first.data["topic"], second["topic"]) == ("f-residence", "a-costs")
