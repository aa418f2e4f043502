"""Issuing and redeeming one-time codes, over HTTP."""

import asyncio

from libs.kit.ids import new_id
from services.referral.codes.domain import code_from, fingerprint, read, shown
from services.referral.codes.shapes import HeldCode, Release
from tests.services.referral.situation import CODES, REFERRALS, Handed, Situation


async def redemption(here: Situation, office: str, code: str) -> tuple[int, str]:
    return await here.at(office).refused("POST", f"{CODES}/redemption", {"code": code})


async def test_the_code_is_shown_once_and_only_its_keyed_hash_is_stored(here: Situation) -> None:
    question = await here.question()
    made = await here.refer(question, await here.office())
    issued = await here.counsellor.ask("POST", f"{REFERRALS}/{made['id']}/code", {}, version=1)
    assert issued.headers["Cache-Control"] == "no-store"
    code = read(issued.json()["code"])
    assert code is not None
    row = await here.row(made["id"])
    assert row["code_hash"] == fingerprint(here.referral.settings.key("codes"), code)
    async with here.admin() as connection:
        for table in ("event", "idempotency", "referral", "consent", "forgettable"):
            rows = await connection.fetch(f"SELECT row_to_json({table})::text AS everything FROM {table}")
            everything = "".join(found["everything"] for found in rows)
            for form in (code, shown(code)):
                assert form not in everything and form.encode().hex() not in everything
    assert [event.type for event in await here.referral.said(about=question)][1:] == [
        "lotse.referral.referral.code-issued.v1"
    ]


async def test_handing_over_the_code_is_the_consent_and_its_proof_names_nobody(here: Situation) -> None:
    made = await here.refer(await here.question(), await here.office())
    body = {"language": "tr", "text_version": "2026-11"}
    issued = await here.counsellor.do("POST", f"{REFERRALS}/{made['id']}/code", body, version=1)
    assert (issued["language"], issued["text_version"]) == ("tr", "2026-11")
    async with here.admin() as connection:
        proof = dict(await connection.fetchrow("SELECT * FROM consent WHERE referral = $1", made["id"]))
    assert proof.keys() == {
        *("id", "programme", "referral", "kind", "text_version", "language", "given_at", "withdrawn_at"),
        *("retention_class", "held"),
    }
    assert (proof["kind"], proof["text_version"], proof["language"]) == ("hand-over", "2026-11", "tr")
    assert (proof["given_at"], proof["withdrawn_at"]) == (here.referral.clock.now(), None)


async def test_without_a_language_she_is_told_in_that_of_her_question(here: Situation) -> None:
    made = await here.refer(await here.question(), await here.office())
    issued = await here.counsellor.do("POST", f"{REFERRALS}/{made['id']}/code", {}, version=1)
    assert issued["language"] == "ar"


async def test_a_text_that_nobody_knows_is_no_consent(here: Situation) -> None:
    made = await here.refer(await here.question(), await here.office())
    body = {"text_version": "1999-01"}
    reply = await here.counsellor.ask("POST", f"{REFERRALS}/{made['id']}/code", body, version=1)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "text_version_unknown")


async def test_the_words_of_a_consent_can_be_read_by_everybody(here: Situation) -> None:
    texts = (await here.referral.http.get("/referral/v1/consent-texts")).json()
    assert texts["text_version"] == "2026-11"
    assert {(one["kind"], one["language"]) for one in texts["items"]} >= {
        *(("hand-over", "de"), ("hand-over", "en"), ("outcome-release", "de"), ("outcome-release", "en")),
    }


async def test_issuing_again_ends_the_earlier_code(here: Situation) -> None:
    handed = await here.offered()
    fresh = Handed(here, handed.question, handed.office, handed.id, await here.code({"id": handed.id, "version": 2}))
    assert await handed.hold_refused("status") == (404, "code_unknown")
    assert await redemption(here, handed.office, handed.code) == (404, "code_unknown")
    assert (await fresh.hold("status"))["state"] == "offered"
    await fresh.redeem()


async def test_a_second_try_with_the_version_of_the_first_makes_no_second_code(here: Situation) -> None:
    made = await here.refer(await here.question(), await here.office())
    where = f"{REFERRALS}/{made['id']}/code"
    replies = await asyncio.gather(*(here.counsellor.ask("POST", where, {}, version=1) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [200, 412, 412, 412]


async def test_who_made_the_referral_or_a_referral_coordinator_issues_its_code(here: Situation) -> None:
    made = await here.refer(await here.question(), await here.office())
    where = f"{REFERRALS}/{made['id']}/code"
    assert await here.colleague.refused("POST", where, {}, version=1) == (403, "not_yours")
    await here.referral_coordinator.do("POST", where, {}, version=1)


async def test_an_address_has_no_code(here: Situation) -> None:
    body = {"question": str(await here.question()), "office": await here.office(), "mode": "address-only"}
    made = await here.referral_coordinator.do("POST", REFERRALS, body)
    refused = await here.referral_coordinator.refused("POST", f"{REFERRALS}/{made['id']}/code", {}, version=1)
    assert refused == (409, "wrong_state")


async def test_a_code_is_redeemed_once(here: Situation) -> None:
    handed = await here.offered()
    await handed.redeem()
    reply = await handed.desk.ask("POST", f"{CODES}/redemption", {"code": handed.code})
    assert (reply.status_code, reply.json()["code"], reply.json()["referral"]) == (409, "code_redeemed", handed.id)
    redeemed = await here.referral.said(about=handed.question, type="referral.redeemed")
    assert len(redeemed) == 1


async def test_two_desks_of_one_office_that_redeem_at_once_do_it_once(here: Situation) -> None:
    handed = await here.offered()
    desks = [here.at(handed.office) for _ in range(4)]
    replies = await asyncio.gather(*(d.ask("POST", f"{CODES}/redemption", {"code": handed.code}) for d in desks))
    assert sorted(reply.status_code for reply in replies) == [200, 409, 409, 409]


async def test_the_same_key_redeems_once_and_is_answered_again(here: Situation) -> None:
    handed = await here.offered()
    desk, key = handed.desk, f"redeem-{handed.id}"
    first, second = [await desk.ask("POST", f"{CODES}/redemption", {"code": handed.code}, key=key) for _ in range(2)]
    assert first.json() == second.json() == {"id": handed.id, "version": 3, "state": "redeemed"}


async def test_nothing_is_learned_by_guessing(here: Situation) -> None:
    """Wrong, foreign, of another programme, run out, withdrawn, erased: one answer, to the letter."""
    office = await here.office()
    foreign, withdrawn, erased, late = [await here.offered() for _ in range(4)]
    await withdrawn.hold("withdrawal")
    await here.forget(erased.question)
    replies = []

    async def tried(where: str, code: str, programme: str = here.programme) -> None:
        desk = here.referral.person("partner-office", programme=programme, office=where)
        reply = await desk.ask("POST", f"{CODES}/redemption", {"code": code})
        replies.append({**reply.json(), "status": reply.status_code, "trace_id": None})

    await tried(office, shown(code_from(123456789)))
    await tried(office, foreign.code)
    await tried(foreign.office, foreign.code, f"{here.programme}-b")
    await tried(withdrawn.office, withdrawn.code)
    await tried(erased.office, erased.code)
    redeemed = await here.redeemed()
    await tried(office, redeemed.code)
    here.referral.clock.advance(days=30)
    await tried(late.office, late.code)
    assert len(replies) == 7
    assert all(reply == replies[0] for reply in replies)
    assert (replies[0]["status"], replies[0]["code"]) == (404, "code_unknown")


async def test_a_mistyped_code_is_told_apart_without_looking_it_up_or_repeating_it(here: Situation) -> None:
    handed = await here.offered()
    mistyped = handed.code[:-1] + ("0" if handed.code[-1] != "0" else "1")
    for typed in (mistyped, handed.code[:-1], "nichts", "0" * 60):
        reply = await handed.desk.ask("POST", f"{CODES}/redemption", {"code": typed})
        if typed == "0" * 60:
            assert reply.json()["errors"][0]["code"] == "not_a_code"
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/code")
        assert typed not in reply.text


async def test_a_code_typed_by_hand_is_read(here: Situation) -> None:
    handed = await here.offered()
    typed = handed.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    await handed.desk.do("POST", f"{CODES}/redemption", {"code": typed})


async def test_no_code_stands_in_an_address(here: Situation) -> None:
    document = (await here.referral.http.get("/referral/v1/openapi.json")).json()
    with_codes = [path for path in document["paths"] if "/codes" in path]
    assert len(with_codes) == 4
    assert not [path for path in with_codes if "{" in path]
    unknown = await here.referral.http.get(f"{CODES}/{new_id()}")
    assert unknown.status_code == 404


async def test_the_code_stands_in_no_representation_of_what_was_sent_or_answered() -> None:
    code = shown(code_from(7))
    assert code not in repr(HeldCode(code=code)) + repr(Release(code=code, language="ar"))
