"""Who runs a space: a contact only with consent and under seal, agreements, and the register of joint controllers."""

from typing import Any

from libs.kit.actor import SYSTEM
from libs.kit.transaction import Cause
from services.intake.partners.shapes import Entry, NewAgreement
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

WORDS = "Samira, nach 18 Uhr im Messenger"
CONTACT = {"contact": WORDS, "consent_form": "message", "consent_on": "2026-11-16"}
AGREEMENT: dict[str, Any] = NewAgreement.model_json_schema()["examples"][0]
ENTRY: dict[str, Any] = Entry.model_json_schema()["examples"][0]


async def _partner(here: Situation, **body: Any) -> str:
    path = f"/intake/v1/spaces/{here.space}/partners"
    return f"/intake/v1/partners/{(await here.counsellor.do('POST', path, {'role': 'administrator', **body}))['id']}"


async def _stored(intake: Probe, path: str) -> dict[str, Any]:
    async with intake.db.transaction(Cause(SYSTEM)) as tx:
        row = await tx.connection.fetchrow("SELECT * FROM partner WHERE id::text = $1", path.rpartition("/")[2])
        assert row is not None
        return dict(row)


async def test_a_contact_lies_under_seal_and_opening_it_is_recorded(intake: Probe) -> None:
    here = await situation(intake)
    path = await _partner(here, contact=CONTACT)
    assert WORDS.encode() not in (await _stored(intake, path))["contact"]
    seen = await here.counsellor.get(path)
    assert (seen["contact"], seen["version"]) == (WORDS, 1)
    said = await intake.said(about=path.rpartition("/")[2])
    assert [event.type.split(".")[2] for event in said] == ["partner", "partner-reading"]
    assert "Samira" not in str([event.data for event in said])


async def test_a_list_tells_of_a_contact_and_never_which(intake: Probe) -> None:
    here = await situation(intake)
    await _partner(here, contact=CONTACT)
    reply = await here.counsellor.ask("GET", f"/intake/v1/spaces/{here.space}/partners")
    assert reply.json()["items"][0]["has_contact"] and "Samira" not in reply.text


async def test_there_is_no_contact_without_a_consent(intake: Probe) -> None:
    here = await situation(intake)
    path = await _partner(here)
    for missing in ("consent_form", "consent_on"):
        body = {name: value for name, value in CONTACT.items() if name != missing}
        assert (await here.counsellor.refused("PUT", f"{path}/contact", body, version=1))[0] == 422
    ahead = {**CONTACT, "consent_on": "2026-12-24"}
    reply = await here.counsellor.ask("PUT", f"{path}/contact", ahead, version=1)
    assert reply.json()["errors"][0]["code"] == "in_the_future"
    await here.counsellor.do("PUT", f"{path}/contact", CONTACT, version=1)
    assert (await here.counsellor.get(path))["contact"] == WORDS


async def test_a_withdrawn_consent_takes_the_contact_along_and_leaves_its_proof(intake: Probe) -> None:
    here = await situation(intake)
    path = await _partner(here, contact=CONTACT)
    await here.counsellor.do("DELETE", f"{path}/contact", version=1)
    seen = await here.counsellor.get(path)
    assert (seen["contact"], seen["consent_on"], seen["withdrawn_on"]) == (None, "2026-11-16", "2026-11-23")
    assert (await _stored(intake, path))["contact"] is None
    assert await here.counsellor.refused("DELETE", f"{path}/contact", version=2) == (409, "no_contact")


async def test_a_sealed_contact_does_not_open_in_another_partners_row(intake: Probe) -> None:
    here = await situation(intake)
    one, other = await _partner(here, contact=CONTACT), await _partner(here, contact=CONTACT)
    move = "UPDATE partner SET contact = (SELECT contact FROM partner WHERE id::text = $1) WHERE id::text = $2"
    async with intake.db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute(move, one.rpartition("/")[2], other.rpartition("/")[2])
    assert await here.counsellor.refused("GET", other) == (503, "contact_unreadable")


async def test_an_agreement_is_kept_in_redacted_words_and_ends_once(intake: Probe) -> None:
    here = await situation(intake)
    path = f"/intake/v1/spaces/{here.space}/agreements"
    terms = "Fragen an admin@beispiel.de oder 030 901820"
    made = await here.counsellor.do("POST", path, {**AGREEMENT, "terms": terms})
    (kept,) = (await here.counsellor.get(path))["items"]
    assert kept["terms"] == "Fragen an [E-Mail] oder [Telefon]"
    ending = f"/intake/v1/agreements/{made['id']}/ending"
    await here.counsellor.do("POST", ending, {"reason": "ended-by-partner"}, version=1)
    again = await here.counsellor.refused("POST", ending, {"reason": "expired"}, version=2)
    assert again == (409, "agreement_ended")
    assert [event.type.split(".")[3] for event in await intake.said(about=made["id"])] == ["made", "ended"]


async def test_the_register_tells_with_whom_what_for_and_until_when(intake: Probe) -> None:
    here = await situation(intake)
    made = await here.dpo.do("POST", "/intake/v1/arrangements", {**ENTRY, "programme": here.programme})
    path = f"/intake/v1/arrangements/{made['id']}"
    wrong = await here.dpo.ask("PUT", path, {**ENTRY, "until": "2025-12-31"}, version=1)
    assert wrong.json()["errors"][0]["pointer"] == "/until"
    await here.dpo.do("PUT", path, {**ENTRY, "until": "2026-12-31"}, version=1)
    (seen,) = (await here.coordinator.get("/intake/v1/arrangements", programme=here.programme))["items"]
    assert (seen["party"], seen["until"], seen["purposes"]) == (ENTRY["party"], "2026-12-31", ["joint-space"])
