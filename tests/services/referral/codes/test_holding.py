"""What the holder of a code does without signing in (walk, point 6)."""

import httpx
import pytest

from services.referral.codes.domain import code_from, shown
from services.referral.codes.guessing import WRONG_FROM_ONE
from tests.services.referral.situation import CODES, Situation, asked

INBOX = "/referral/v1/inbox"


async def test_the_holder_sees_the_state_the_office_and_until_when_without_login(here: Situation) -> None:
    handed = await here.offered(reporting_duty=True)
    seen = await handed.hold("status")
    assert (seen["state"], seen["released"], seen["deletion"]) == ("offered", False, None)
    assert seen["expires_at"] == "2026-12-23T09:00:00Z"
    assert seen["office"] == {
        "name": "Beratungsstelle Lindenhof",
        "kind": "mbe",
        "street": "Lindenweg 7",
        "postcode": "86150",
        "city": "Augsburg",
        "phone": "+49 821 000000",
        "web": "https://lindenhof.example/aufnahme",
        "hours": "Mo bis Do 9 bis 12 Uhr",
        "notice": "reporting-duty",
    }
    await handed.redeem()
    await handed.answer("acceptance")
    assert (await handed.hold("status"))["state"] == "accepted"


async def test_the_place_of_a_shelter_is_not_shown_to_the_holder_either(here: Situation) -> None:
    nowhere = {"postcode": None, "city": None, "street": None}
    handed = await here.offered(kind="womens-shelter", secret_address=True, **nowhere)
    office = (await handed.hold("status"))["office"]
    assert (office["name"], office["phone"]) == ("Beratungsstelle Lindenhof", "+49 821 000000")
    assert (office["street"], office["postcode"], office["city"]) == (None, None, None)


async def test_her_looking_is_not_recorded_and_changes_nothing(here: Situation) -> None:
    handed = await here.offered()
    before = len(await here.referral.said(about=handed.question))
    await handed.hold("status")
    assert len(await here.referral.said(about=handed.question)) == before


async def test_before_redemption_withdrawal_leaves_nothing_of_her_contact(here: Situation) -> None:
    handed = await here.offered()
    assert await handed.hold("withdrawal") == {"state": "withdrawn", "released": False, "deletion": None}
    row = await here.row(handed.id)
    assert (row["summary"], row["summary_language"], row["office"]) == (None, None, None)
    seen = await handed.hold("status")
    assert (seen["state"], seen["office"]) == ("withdrawn", None)
    withdrawn = (await here.referral.said(about=handed.question))[-1]
    assert (withdrawn.type, withdrawn.role, withdrawn.staff) == (
        "lotse.referral.referral.withdrawn.v1",
        "code-holder",
        None,
    )
    assert (await here.at(handed.office).get(INBOX))["items"] == []


async def test_after_redemption_the_office_is_told_to_delete_and_confirms(here: Situation) -> None:
    handed = await here.redeemed()
    await handed.answer("acceptance")
    assert (await handed.hold("withdrawal"))["deletion"] == "asked"
    assert (await here.row(handed.id))["summary"] is None
    (task,) = (await handed.desk.get(INBOX))["items"]
    assert (task["state"], task["deletion"]) == ("withdrawn", "asked")
    allowed = [action["name"] for action in task["actions"] if action["allowed"]]
    assert allowed == ["confirm-deletion"]
    assert (await handed.desk.get(handed.path))["summary"] is None
    assert (await handed.hold("status"))["deletion"] == "asked"
    await handed.answer("deletion-confirmation")
    assert (await here.row(handed.id))["office"] is None
    assert (await handed.desk.get(INBOX))["items"] == []
    assert await handed.desk.refused("GET", handed.path) == (404, "referral_unknown")
    assert (await handed.hold("status"))["deletion"] == "confirmed"
    answered = (await here.referral.said(about=handed.question))[-1]
    assert answered.type == "lotse.referral.referral.deletion-answered.v1"
    assert answered.data == {"result": "confirmed"}


async def test_an_office_that_never_confirms_is_not_kept_for_ever(here: Situation) -> None:
    handed = await here.redeemed()
    await handed.hold("withdrawal")
    here.referral.clock.advance(days=29, hours=23)
    await here.referral.tick()
    assert (await here.row(handed.id))["deletion"] == "asked"
    here.referral.clock.advance(hours=1)
    await here.referral.tick()
    row = await here.row(handed.id)
    assert (row["deletion"], row["office"]) == ("no-answer", None)
    assert (await here.referral.said(about=handed.question))[-1].data == {"result": "no-answer"}
    assert (await handed.hold("status"))["deletion"] == "no-answer"


async def test_proof_of_consent_and_withdrawal_stays_without_identity(here: Situation) -> None:
    handed = await here.redeemed(kind="jobcenter")
    await handed.hold("release", language="ar")
    here.referral.clock.advance(hours=5)
    await handed.hold("withdrawal")
    async with here.admin() as connection:
        proofs = await connection.fetch("SELECT * FROM consent WHERE referral = $1 ORDER BY kind", handed.id)
    assert [(proof["kind"], proof["language"]) for proof in proofs] == [("hand-over", "ar"), ("outcome-release", "ar")]
    assert {proof["withdrawn_at"] for proof in proofs} == {here.referral.clock.now()}


async def test_consent_is_withdrawn_once_and_the_same_key_is_answered_again(here: Situation) -> None:
    handed = await here.redeemed()
    transport = httpx.ASGITransport(app=here.referral.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://lotse.test") as http:
        headers = {"Idempotency-Key": f"withdraw-{handed.id}"}
        replies = [await http.post(f"{CODES}/withdrawal", json={"code": handed.code}, headers=headers) for _ in "12"]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].json() == replies[1].json()
    assert await handed.hold_refused("withdrawal") == (409, "wrong_state")
    assert len(await here.referral.said(about=handed.question, type="referral.withdrawn")) == 1


@pytest.mark.parametrize("step", ["decline", "outcome"])
async def test_she_can_withdraw_also_when_the_office_is_done(here: Situation, step: str) -> None:
    handed = await here.redeemed()
    if step == "decline":
        await handed.answer("decline", {"reason": "full"})
    else:
        await handed.answer("acceptance")
        await handed.answer("outcome", {"outcome": "advised"})
    assert (await handed.hold("withdrawal"))["deletion"] == "asked"


async def test_a_code_runs_out_at_its_time_also_before_the_timer_says_so(here: Situation) -> None:
    handed = await here.offered()
    here.referral.clock.advance(days=29, hours=23, minutes=59)
    assert (await handed.hold("status"))["state"] == "offered"
    here.referral.clock.advance(minutes=1)
    assert (await handed.hold("status"))["state"] == "expired"
    refused = await handed.desk.refused("POST", f"{CODES}/redemption", {"code": handed.code})
    assert refused == (404, "code_unknown")
    assert await here.referral.said(about=handed.question, type="referral.expired") == []


async def test_the_timer_says_that_a_code_ran_out_and_the_summary_goes_with_it(here: Situation) -> None:
    handed, redeemed = await here.offered(), await here.redeemed()
    here.referral.clock.advance(days=30)
    await here.referral.tick()
    await here.referral.tick()
    (event,) = await here.referral.said(about=handed.question, type="referral.expired")
    assert (event.role, event.data["office_kind"], event.data["week"]) == ("system", "mbe", "2026-W52")
    row = await here.row(handed.id)
    assert (row["state"], row["summary"]) == ("expired", None)
    assert (await here.row(redeemed.id))["state"] == "redeemed", "only what nobody redeemed runs out"
    assert (await handed.hold("status"))["state"] == "expired"
    assert await handed.hold_refused("withdrawal") == (409, "wrong_state")


async def wrong(here: Situation, number: int, address: str = "192.0.2.1", step: str = "status") -> httpx.Response:
    return await asked(here.referral, step, {"code": shown(code_from(number))}, address)


async def test_after_ten_wrong_codes_a_minute_no_code_is_looked_at_not_even_a_right_one(here: Situation) -> None:
    handed = await here.offered()
    for number in range(WRONG_FROM_ONE):
        step = ("status", "withdrawal")[number % 2]
        assert (await wrong(here, number, step=step)).status_code == 404
    limited = await asked(here.referral, "status", {"code": handed.code})
    assert (limited.status_code, limited.json()["code"]) == (429, "too_many_codes")
    assert limited.headers["Retry-After"] == "60"
    elsewhere = await asked(here.referral, "status", {"code": handed.code}, "192.0.2.2")
    assert elsewhere.status_code == 200, "another address is not kept out"
    here.referral.clock.advance(seconds=60)
    assert (await handed.hold("status"))["state"] == "offered"


async def test_an_office_that_guesses_is_limited_too(here: Situation) -> None:
    desk = here.at(await here.office())
    for number in range(WRONG_FROM_ONE):
        body = {"code": shown(code_from(number))}
        assert await desk.refused("POST", f"{CODES}/redemption", body) == (404, "code_unknown")
    assert await desk.refused("POST", f"{CODES}/redemption", body) == (429, "too_many_codes")


async def test_right_codes_and_typing_errors_are_not_counted(here: Situation) -> None:
    handed = await here.offered()
    for _ in range(2 * WRONG_FROM_ONE):
        assert (await handed.hold("status"))["state"] == "offered"
        assert (await asked(here.referral, "status", {"code": "0000-0000"})).status_code == 422
