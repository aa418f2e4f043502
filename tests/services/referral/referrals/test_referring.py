"""The two ways to refer, over HTTP (walk, point 6)."""

import json
from typing import Any

import pytest

from libs.contracts.intake import QuestionLegalClassChanged
from libs.kit.ids import new_id
from tests.services.referral.situation import REFERRALS, SUMMARY, Situation, situation


def wanted(question: object, office: str, **body: Any) -> dict[str, Any]:
    return {"question": str(question), "office": office, "mode": "one-time-code", **body}


async def test_an_address_leaves_no_record_about_the_person(here: Situation) -> None:
    question, office = await here.question(), await here.office()
    body = wanted(question, office, mode="address-only", urgency="urgent")
    made = await here.counsellor.do("POST", REFERRALS, body)
    assert (made["version"], made["state"]) == (1, "address-given")
    row = await here.row(made["id"])
    said = {name for name, value in row.items() if value is not None and value is not False}
    assert said == {
        *("id", "programme", "version", "changed_at", "mode", "state", "made_at", "office_kind", "question"),
        "retention_class",
    }
    (event,) = await here.referral.said(about=question)
    assert event.type == "lotse.referral.referral.address-given.v1"
    assert event.data == {
        "week": "2026-W48",
        "platform": "facebook",
        "language": "ar",
        "topic": "f-residence",
        "office_kind": "mbe",
        "land": "de-be",
    }


async def test_an_address_takes_no_summary(here: Situation) -> None:
    question, office = await here.question(), await here.office()
    body = wanted(question, office, mode="address-only", summary=SUMMARY)
    assert await here.counsellor.refused("POST", REFERRALS, body) == (422, "invalid_input")
    assert await here.referral.said(about=question) == []


async def test_a_referral_with_a_code_is_offered_and_counted_as_of_now(here: Situation) -> None:
    question, office = await here.question(), await here.office()
    made = await here.refer(question, office, expires_days=14)
    assert made["state"] == "offered"
    (event,) = await here.referral.said(about=question)
    assert event.type == "lotse.referral.referral.offered.v1"
    assert (event.correlationid, event.role) == (str(question), "counsellor")
    assert event.data == {
        "week": "2026-W48",
        "platform": "facebook",
        "language": "ar",
        "topic": "f-residence",
        "office_kind": "mbe",
        "land": "de-be",
        "urgency": "urgent",
        "expires_days": 14,
    }


async def test_before_triage_it_is_counted_as_unassigned_and_not_urgent(here: Situation) -> None:
    question = await here.captured()
    await here.refer(question, await here.office())
    (event,) = await here.referral.said(about=question)
    assert (event.data["topic"], event.data["urgency"], event.data["land"]) == ("unassigned", "normal", "unknown")


async def test_no_fact_of_a_whole_life_holds_the_office_a_place_the_summary_or_the_code(here: Situation) -> None:
    handed = await here.redeemed()
    await handed.desk.get(handed.path)
    await handed.answer("acceptance")
    await handed.answer("outcome", {"outcome": "advised"})
    await handed.hold("withdrawal")
    await handed.answer("deletion-confirmation")
    await here.forget(handed.question)
    events = await here.referral.said(about=handed.question)
    assert len(events) == 9
    log = json.dumps([event.model_dump(mode="json") for event in events])
    bare = handed.code.replace("-", "")
    for secret in (handed.office, "86150", "Augsburg", "Lindenhof", "de-by", "Bescheid", handed.code, bare):
        assert secret not in log


async def test_replies_to_commands_hold_neither_text_nor_office(here: Situation) -> None:
    question, office = await here.question(), await here.office()
    reply = await here.counsellor.ask("POST", REFERRALS, wanted(question, office, summary=SUMMARY))
    assert reply.json().keys() == {"id", "version", "state", "notices"}
    async with here.admin() as connection:
        stored = b"".join(row["reply"] for row in await connection.fetch("SELECT reply FROM idempotency"))
    assert SUMMARY.encode() not in stored
    assert office.encode() not in stored.replace(b'{"id":"' + office.encode(), b"")


PERSONAL = [
    ("Bitte anna.schmidt@gmx.de schreiben", ["e-mail"]),
    ("Sie ist unter 0171 2345678 zu erreichen", ["phone"]),
    ("Profil https://facebook.com/anna.schmidt", ["url"]),
    ("Anna, @anna_s, 0171 2345678", ["phone", "handle"]),
]


@pytest.mark.parametrize(("summary", "kinds"), PERSONAL)
async def test_personal_data_in_a_summary_is_refused_by_kind_and_never_repeated(
    here: Situation, summary: str, kinds: list[str]
) -> None:
    question, office = await here.question(), await here.office()
    reply = await here.counsellor.ask("POST", REFERRALS, wanted(question, office, summary=summary))
    problem = reply.json()
    assert (reply.status_code, problem["code"], problem["kinds"]) == (422, "personal_data_found", kinds)
    assert "anna" not in reply.text.lower() and "0171" not in reply.text
    assert await here.referral.said(about=question) == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"expires_days": 0}, "/expires_days"),
        ({"expires_days": 61}, "/expires_days"),
        ({"summary": "x" * 2_001}, "/summary"),
        ({"summary": " "}, "/summary"),
        ({"mode": "consented-transfer"}, "/mode"),
    ],
)
async def test_limits_are_enforced(here: Situation, body: dict[str, Any], pointer: str) -> None:
    reply = await here.counsellor.ask("POST", REFERRALS, wanted(new_id(), str(new_id()), **body))
    assert reply.status_code == 422
    assert [fault["pointer"] for fault in reply.json()["errors"]] == [pointer]


async def test_a_question_that_referral_has_not_heard_of_yet_is_tried_again(here: Situation) -> None:
    reply = await here.counsellor.ask("POST", REFERRALS, wanted(new_id(), await here.office()))
    assert (reply.status_code, reply.json()["code"], reply.headers["Retry-After"]) == (409, "not_yet_known", "1")


async def test_an_office_that_is_unknown_or_idle_is_refused(here: Situation) -> None:
    question = await here.question()
    unknown, idle = wanted(question, str(new_id())), wanted(question, await here.office(active=False))
    assert await here.counsellor.refused("POST", REFERRALS, unknown) == (404, "office_unknown")
    assert await here.counsellor.refused("POST", REFERRALS, idle) == (409, "office_inactive")


async def test_a_programme_that_does_not_refer_refers_nobody(referral: Any) -> None:
    here = await situation(referral, levels=["information"])
    body = wanted(await here.question(), await here.office(), mode="address-only")
    assert await here.counsellor.refused("POST", REFERRALS, body) == (409, "referral_not_offered")


async def test_a_programme_that_keeps_no_text_keeps_no_summary(referral: Any) -> None:
    here = await situation(referral, question_text="none")
    question, office = await here.question(), await here.office()
    body = wanted(question, office, summary=SUMMARY)
    reply = await here.counsellor.ask("POST", REFERRALS, body)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "summary_not_kept")
    assert (await here.counsellor.do("POST", REFERRALS, wanted(question, office)))["state"] == "offered"


async def test_the_reporting_duty_is_told_with_every_referral_to_such_an_office(here: Situation) -> None:
    for duty, notices in ((True, ["reporting-duty"]), (False, [])):
        office = await here.office(reporting_duty=duty)
        for mode in ("address-only", "one-time-code"):
            made = await here.counsellor.do("POST", REFERRALS, wanted(await here.question(), office, mode=mode))
            assert made["notices"] == notices
        issued = await here.counsellor.do("POST", f"{REFERRALS}/{made['id']}/code", {}, version=1)
        assert issued["notices"] == notices
        assert (await here.counsellor.get(f"{REFERRALS}/{made['id']}"))["notices"] == notices


async def test_what_belongs_to_a_court_is_marked_unless_it_goes_to_a_lawyer(here: Situation) -> None:
    question = await here.question()
    change = {"legal_class": "court", "legal_class_before": "individual-examination"}
    await here.hear(QuestionLegalClassChanged.model_validate(change), question)
    kinds = ("mbe", "lawyer", "law-clinic")
    told = [(await here.refer(question, await here.office(kind=kind)))["notices"] for kind in kinds]
    assert told == [["needs-lawyer"], [], []]


async def test_only_who_refers_makes_referrals(here: Situation) -> None:
    body = wanted(await here.question(), await here.office())
    for role in ("coordinator", "legal-reviewer", "second-reader", "ba-expert", "partner-office"):
        person = here.referral.person(role, programme=here.programme, office=body["office"])
        assert await person.refused("POST", REFERRALS, body) == (403, "role_missing")


async def test_the_same_key_refers_once(here: Situation) -> None:
    body = wanted(await here.question(), await here.office())
    first, second = [await here.counsellor.ask("POST", REFERRALS, body, key=f"k-{body['question']}") for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(await here.referral.said(about=body["question"])) == 1
