"""What the office sees and does, over HTTP (walk, point 6): redeems, accepts, declines, reports the outcome."""

import pytest

from libs.contracts.codes import DeclineReason, Outcome
from libs.kit.ids import new_id
from tests.services.referral.situation import CODES, REFERRALS, SUMMARY, Handed, Situation

INBOX = "/referral/v1/inbox"


async def types(handed: Handed) -> list[str]:
    events = await handed.situation.referral.said(about=handed.question)
    return [event.type.removeprefix("lotse.referral.") for event in events]


async def test_the_office_redeems_and_reads_the_summary_and_the_reading_is_recorded(here: Situation) -> None:
    handed = await here.offered()
    assert await handed.desk.refused("GET", handed.path) == (404, "referral_unknown")
    assert (await handed.desk.get(INBOX))["items"] == []
    here.referral.clock.advance(hours=51)
    assert (await handed.redeem())["state"] == "redeemed"
    shown = await handed.desk.get(handed.path)
    assert (shown["summary"], shown["summary_language"]) == (SUMMARY, "de")
    assert (shown["question"], shown["made_by"]) == (None, None)
    redeemed, read = (await here.referral.said(about=handed.question))[-2:]
    assert (redeemed.data["hours_to_arrival"], redeemed.data["office_kind"]) == (51, "mbe")
    assert (read.type, read.role) == ("lotse.referral.access.recorded.v1", "partner-office")
    assert read.data == {"resource": "referral-summary", "purpose": "referral"}
    assert read.aggregateversion == 1
    assert shown["version"] == await handed.version(), "reading moves no ETag"


async def test_only_the_office_reads_the_summary_and_lists_hold_none(here: Situation) -> None:
    handed = await here.redeemed()
    coordinator = here.referral.person("coordinator", programme=here.programme)
    for person in (here.counsellor, here.referral_coordinator, coordinator):
        shown = await person.get(handed.path)
        assert (shown["summary"], shown["question"]) == (None, str(handed.question))
        reply = await person.ask("GET", REFERRALS)
        assert SUMMARY not in reply.text and reply.json()["items"][0]["id"] == handed.id
    assert SUMMARY not in (await handed.desk.ask("GET", INBOX)).text
    assert [event for event in await types(handed) if event.startswith("access")] == []


async def test_the_office_accepts_and_reports_first_contact_and_end(here: Situation) -> None:
    handed = await here.redeemed()
    assert (await handed.answer("acceptance"))["state"] == "accepted"
    assert (await handed.answer("outcome", {"outcome": "first-contact"}))["state"] == "accepted"
    assert await handed.answer_refused("outcome", {"outcome": "first-contact"}) == (409, "outcome_known")
    assert (await handed.answer("outcome", {"outcome": "advised"}))["state"] == "ended"
    assert (await types(handed))[-4:] == [
        "referral.redeemed.v1",
        "referral.accepted.v1",
        "referral.outcome-reported.v1",
        "referral.outcome-reported.v1",
    ]
    assert (await here.row(handed.id))["summary"] is None, "nothing is left to read it for"
    assert (await handed.desk.get(handed.path))["summary"] is None


@pytest.mark.parametrize("reason", list(DeclineReason))
async def test_the_office_declines_with_a_coded_reason_and_the_summary_goes_at_once(
    here: Situation, reason: DeclineReason
) -> None:
    handed = await here.redeemed()
    assert (await handed.answer("decline", {"reason": reason}))["state"] == "declined"
    assert (await here.counsellor.get(handed.path))["reason"] == reason
    assert (await here.row(handed.id))["summary"] is None
    assert (await here.referral.said(about=handed.question))[-1].data["reason"] == reason
    assert await handed.answer_refused("acceptance") == (409, "wrong_state")


async def test_a_reason_that_is_no_code_is_refused(here: Situation) -> None:
    handed = await here.redeemed()
    assert await handed.answer_refused("decline", {"reason": "sie war unfreundlich"}) == (422, "invalid_input")


async def test_an_outcome_comes_after_the_acceptance_and_nothing_after_the_end(here: Situation) -> None:
    handed = await here.redeemed()
    assert await handed.answer_refused("outcome", {"outcome": "advised"}) == (409, "wrong_state")
    await handed.answer("acceptance")
    await handed.answer("outcome", {"outcome": Outcome.NO_SHOW})
    assert await handed.answer_refused("outcome", {"outcome": "advised"}) == (409, "wrong_state")


async def test_an_answer_to_an_older_version_is_stale(here: Situation) -> None:
    handed = await here.redeemed()
    reply = await handed.desk.ask("POST", f"{handed.path}/acceptance", version=1)
    assert (reply.status_code, reply.json()["current_version"]) == (412, 3)
    assert await handed.desk.refused("POST", f"{handed.path}/acceptance") == (428, "if_match_missing")


async def test_an_office_cannot_see_or_answer_other_offices_referrals(here: Situation) -> None:
    handed = await here.redeemed()
    stranger = here.at(await here.office())
    assert (await stranger.get(INBOX))["items"] == []
    assert await stranger.refused("GET", handed.path) == (404, "referral_unknown")
    steps = {"acceptance": None, "decline": {"reason": "full"}, "outcome": {"outcome": "advised"}}
    for step, body in {**steps, "deletion-confirmation": None}.items():
        assert await stranger.refused("POST", f"{handed.path}/{step}", body, version=3) == (404, "referral_unknown")
    assert await stranger.refused("GET", REFERRALS) == (403, "role_missing")


async def test_who_signs_in_for_no_office_is_told_so(here: Situation) -> None:
    handed = await here.offered()
    nobody = here.referral.person("partner-office", programme=here.programme)
    assert await nobody.refused("GET", INBOX) == (403, "office_missing")
    redemption = await nobody.refused("POST", f"{CODES}/redemption", {"code": handed.code})
    assert redemption == (403, "office_missing")


async def test_another_programme_knows_of_nothing(here: Situation) -> None:
    handed = await here.redeemed()
    elsewhere = f"{here.programme}-b"
    office = here.referral.person("partner-office", programme=elsewhere, office=handed.office)
    assert await office.refused("GET", handed.path) == (404, "referral_unknown")
    assert (await office.get(INBOX))["items"] == []
    assert await office.refused("POST", f"{handed.path}/acceptance", version=3) == (404, "referral_unknown")
    counsellor = here.referral.person("counsellor", programme=elsewhere)
    assert await counsellor.refused("GET", handed.path) == (404, "referral_unknown")
    assert (await counsellor.get(REFERRALS))["items"] == []
    assert await counsellor.refused("POST", f"{handed.path}/code", {}, version=3) == (404, "referral_unknown")
    body = {"question": str(handed.question), "office": handed.office, "mode": "address-only"}
    assert await counsellor.refused("POST", REFERRALS, body) == (409, "not_yet_known")


async def test_the_inbox_shows_what_the_office_redeemed_newest_first_in_pages(here: Situation) -> None:
    office, made = await here.office(), []
    for _ in range(5):
        here.referral.clock.advance(minutes=1)
        one = await here.refer(await here.question(), office)
        handed = Handed(here, new_id(), office, one["id"], await here.code(one))
        made.append(handed)
    for handed in made[:4]:
        await handed.redeem()
    await made[0].answer("acceptance")
    desk, shown, cursor = here.at(office), list[str](), dict[str, str]()
    for _ in range(2):
        page = await desk.get(INBOX, limit=2, **cursor)
        shown += [item["id"] for item in page["items"]]
        cursor = {"cursor": page["page"]["next"]} if page["page"]["next"] else {}
    assert shown == [handed.id for handed in reversed(made[:4])]
    assert (cursor, page["page"]["total"]) == ({}, 4)
    accepted = await desk.get(INBOX, state="accepted")
    assert [item["id"] for item in accepted["items"]] == [made[0].id]


async def test_a_counsellor_lists_her_programmes_referrals_by_question_and_state(here: Situation) -> None:
    handed, other = await here.offered(), await here.redeemed()
    ids = [item["id"] for item in (await here.colleague.get(REFERRALS))["items"]]
    assert ids == [other.id, handed.id]
    by_question = await here.colleague.get(REFERRALS, question=str(handed.question))
    assert [item["id"] for item in by_question["items"]] == [handed.id]
    by_state = await here.colleague.get(REFERRALS, state="redeemed", programme=here.programme)
    assert [item["id"] for item in by_state["items"]] == [other.id]
    assert (await here.colleague.get(REFERRALS, programme="fem-os-elsewhere"))["items"] == []


@pytest.mark.parametrize("kind", ["jobcenter", "arbeitsagentur"])
async def test_from_a_benefit_agency_the_loop_learns_only_what_her_code_says(here: Situation, kind: str) -> None:
    handed = await here.redeemed(kind=kind)
    assert (await here.counsellor.get(handed.path))["state"] == "redeemed", "that she came she said by the code"
    assert await handed.answer_refused("acceptance") == (409, "social_data")
    assert await handed.answer_refused("decline", {"reason": "not-eligible"}) == (409, "social_data")
    released = await handed.hold("release")
    assert released == {"state": "redeemed", "released": True, "deletion": None}
    await handed.answer("acceptance")
    assert (await handed.answer("outcome", {"outcome": "advised"}))["state"] == "ended"
    assert "referral.outcome-released.v1" in await types(handed)


async def test_a_release_is_hers_once_and_only_where_it_is_needed(here: Situation) -> None:
    agency, other = await here.redeemed(kind="jobcenter"), await here.redeemed(kind="mbe")
    assert await other.hold_refused("release", language="ar") == (409, "release_not_needed")
    await agency.hold("release", language="ar")
    assert await agency.hold_refused("release", language="ar") == (409, "already_released")
    await agency.hold("withdrawal")
    assert await agency.answer_refused("acceptance") == (409, "wrong_state")
