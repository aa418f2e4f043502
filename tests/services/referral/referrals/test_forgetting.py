"""What becomes of referrals when their question is erased or held (walk, point 9)."""

import asyncio

from libs.contracts.codes import HoldReason
from libs.contracts.intake import QuestionHeld, QuestionHoldLifted
from tests.services.referral.situation import CODES, REFERRALS, SUMMARY, Handed, Situation, asked

INBOX = "/referral/v1/inbox"
BARE = ("summary", "summary_language", "code_hash", "made_by", "office", "question")


async def test_summary_office_code_and_links_are_gone_and_each_referral_says_so(here: Situation) -> None:
    handed = await here.offered()
    body = {"question": str(handed.question), "office": handed.office, "mode": "address-only"}
    address = await here.counsellor.do("POST", REFERRALS, body)
    await here.forget(handed.question)
    for id in (handed.id, address["id"]):
        row = await here.row(id)
        assert (row["state"], [row[name] for name in BARE]) == ("forgotten", [None] * 6)
    forgotten = await here.referral.said(about=handed.question, type="referral.forgotten")
    assert {event.subject for event in forgotten} == {f"referral/{handed.id}", f"referral/{address['id']}"}
    assert {(event.role, event.correlationid) for event in forgotten} == {("system", str(handed.question))}
    assert all(event.causationid is not None for event in forgotten)
    assert (await asked(here.referral, "status", {"code": handed.code})).status_code == 404


async def test_nothing_in_the_database_remembers_the_summary_or_the_question_beside_the_log(here: Situation) -> None:
    question, summary = await here.question(), f"Es geht um das Zeichen {here.programme}."
    made = await here.refer(question, await here.office(), summary=summary)
    assert (await here.row(made["id"]))["summary"] == summary
    await here.forget(question)
    tables = ("referral", "known_question", "consent", "idempotency", "forgettable", "office", "dead_letter", "parked")
    async with here.admin() as connection:
        for table in tables:
            rows = await connection.fetch(f"SELECT row_to_json({table})::text AS everything FROM {table}")
            everything = "".join(row["everything"] for row in rows)
            assert summary not in everything
            assert str(question) not in everything, table


async def test_the_proof_of_consent_without_identity_stays(here: Situation) -> None:
    handed = await here.offered()
    await here.forget(handed.question)
    async with here.admin() as connection:
        proofs = await connection.fetch("SELECT kind FROM consent WHERE referral = $1", handed.id)
    assert [proof["kind"] for proof in proofs] == ["hand-over"]


async def test_an_office_that_read_the_summary_is_told_to_delete_it_too(here: Situation) -> None:
    handed = await here.redeemed()
    await here.forget(handed.question)
    (task,) = (await handed.desk.get(INBOX))["items"]
    assert (task["id"], task["state"], task["deletion"]) == (handed.id, "forgotten", "asked")
    assert (await handed.desk.get(handed.path))["summary"] is None
    assert (await here.counsellor.get(handed.path))["office"] is None
    await handed.answer("deletion-confirmation")
    assert [(await here.row(handed.id))[name] for name in BARE] == [None] * 6
    answered = (await here.referral.said(about=handed.question))[-1]
    assert (answered.type, answered.data) == (
        "lotse.referral.referral.deletion-answered.v1",
        {"result": "confirmed"},
    )


async def test_after_thirty_days_without_an_answer_the_office_is_gone_too(here: Situation) -> None:
    handed = await here.redeemed()
    await here.forget(handed.question)
    here.referral.clock.advance(days=30)
    await here.referral.tick()
    assert [(await here.row(handed.id))[name] for name in BARE] == [None] * 6


async def test_an_office_that_confirmed_after_a_withdrawal_is_not_asked_again(here: Situation) -> None:
    handed = await here.redeemed()
    await handed.hold("withdrawal")
    await handed.answer("deletion-confirmation")
    await here.forget(handed.question)
    row = await here.row(handed.id)
    assert (row["state"], row["deletion"], [row[name] for name in BARE]) == ("forgotten", "confirmed", [None] * 6)


async def test_for_an_erased_question_nothing_more_is_kept(here: Situation) -> None:
    question, office = await here.question(), await here.office()
    await here.forget(question)
    body = {"question": str(question), "office": office, "mode": "one-time-code", "summary": SUMMARY}
    assert await here.counsellor.refused("POST", REFERRALS, body) == (410, "forgotten")


async def test_a_referral_made_while_its_question_is_erased_is_refused_or_forgotten_never_kept(here: Situation) -> None:
    for _ in range(10):
        question, office = await here.question(), await here.office()
        body = {"question": str(question), "office": office, "mode": "one-time-code", "summary": SUMMARY}
        reply, _nothing = await asyncio.gather(here.counsellor.ask("POST", REFERRALS, body), here.forget(question))
        assert reply.status_code in (201, 410)
        if reply.status_code == 201:
            assert (await here.row(reply.json()["id"]))["state"] == "forgotten"


async def test_an_office_that_answers_while_the_question_is_erased_harms_nothing(here: Situation) -> None:
    handed = await here.redeemed()
    where = f"{handed.path}/acceptance"
    reply, _nothing = await asyncio.gather(handed.desk.ask("POST", where, version=3), here.forget(handed.question))
    assert reply.status_code in (200, 404, 409, 412)
    assert (await here.row(handed.id))["state"] == "forgotten"
    versions = [
        event.aggregateversion
        for event in await here.referral.said(about=handed.question)
        if event.subject == f"referral/{handed.id}"
    ]
    assert versions == list(range(1, len(versions) + 1))


async def held(here: Situation, handed: Handed) -> None:
    await here.hear(QuestionHeld(reason=HoldReason.COMPLAINT), handed.question)


async def test_a_hold_keeps_what_a_withdrawal_would_delete_and_shows_it_to_nobody(here: Situation) -> None:
    handed = await here.offered()
    await held(here, handed)
    await handed.hold("withdrawal")
    row = await here.row(handed.id)
    assert (row["state"], row["summary"], str(row["office"])) == ("withdrawn", SUMMARY, handed.office)
    assert await handed.desk.refused("GET", handed.path) == (404, "referral_unknown")
    assert (await here.counsellor.get(handed.path))["office"] is None
    assert (await handed.hold("status"))["office"] is None
    await here.hear(QuestionHoldLifted(), handed.question)
    row = await here.row(handed.id)
    assert (row["summary"], row["office"], row["held"]) == (None, None, False)


async def test_a_hold_keeps_what_decline_and_expiry_would_delete(here: Situation) -> None:
    declined, late = await here.redeemed(), await here.offered()
    for handed in (declined, late):
        await held(here, handed)
    await declined.answer("decline", {"reason": "full"})
    assert (await declined.desk.get(declined.path))["summary"] is None
    here.referral.clock.advance(days=30)
    await here.referral.tick()
    for handed, state in ((declined, "declined"), (late, "expired")):
        row = await here.row(handed.id)
        assert (row["state"], row["summary"]) == (state, SUMMARY)
        await here.hear(QuestionHoldLifted(), handed.question)
        assert (await here.row(handed.id))["summary"] is None


async def test_a_referral_of_a_held_question_is_held_from_its_beginning(here: Situation) -> None:
    question = await here.question()
    await here.hear(QuestionHeld(reason=HoldReason.AUDIT), question)
    made = await here.refer(question, await here.office())
    assert (await here.row(made["id"]))["held"] is True


async def test_a_referral_made_while_its_question_is_being_held_is_held(here: Situation) -> None:
    for _ in range(10):
        question, office = await here.question(), await here.office()
        reason = QuestionHeld(reason=HoldReason.AUDIT)
        made, _nothing = await asyncio.gather(here.refer(question, office), here.hear(reason, question))
        assert (await here.row(made["id"]))["held"] is True


async def test_a_hold_says_nothing_of_its_own_and_moves_no_version(here: Situation) -> None:
    handed = await here.offered()
    before = len(await here.referral.said(about=handed.question))
    await held(here, handed)
    await here.hear(QuestionHoldLifted(), handed.question)
    assert (len(await here.referral.said(about=handed.question)), await handed.version()) == (before, 2)


async def test_erasure_of_a_question_without_referrals_is_quiet(here: Situation) -> None:
    question = await here.question()
    await here.forget(question)
    assert await here.referral.said(about=question) == []


async def test_a_withdrawal_after_the_erasure_finds_nothing(here: Situation) -> None:
    handed = await here.redeemed()
    await here.forget(handed.question)
    assert await handed.hold_refused("withdrawal") == (404, "code_unknown")
    refused = await handed.desk.refused("POST", f"{CODES}/redemption", {"code": handed.code})
    assert refused == (404, "code_unknown")
