"""How a question was written down: codes and minutes, kept with it and counted, never what would lead back."""

from typing import Any

import pytest

from tests.services.intake.situation import TRIAGE, Situation, situation
from tests.services.probe import Probe

ALL: dict[str, Any] = {
    "captured_as": "summary",
    "contact": "follow-up",
    "anonymous": True,
    "third_person": False,
    "machine_help": ["translation", "sources"],
    "counselling_minutes": 12,
    "form_minutes": 0,
}


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def _fact(here: Situation, id: str) -> dict[str, Any]:
    (fact,) = await here.intake.said(about=id, type="question.captured")
    return fact.data


async def test_what_is_said_of_the_writing_down_is_kept_and_told(here: Situation) -> None:
    made = await here.question(**ALL)
    shown = await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    assert shown["documented"] == ALL
    told = await _fact(here, made["id"])
    assert {name: told[name] for name in ALL if name != "anonymous"} == {
        name: value for name, value in ALL.items() if name != "anonymous"
    }
    assert "anonymous" not in told


async def test_what_is_not_said_is_not_taken_for_no(here: Situation) -> None:
    made = await here.question(machine_help=[])
    told = await _fact(here, made["id"])
    assert told["machine_help"] == []
    assert (told["third_person"], told["contact"], told["captured_as"]) == (None, None, None)
    shown = await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    assert shown["documented"]["anonymous"] is None


@pytest.mark.parametrize("form", ["image", "voice"])
async def test_a_picture_or_a_voice_note_can_be_seen_in_the_group_so_the_fact_is_silent(
    here: Situation, form: str
) -> None:
    made = await here.question(captured_as=form)
    assert (await _fact(here, made["id"]))["captured_as"] is None
    assert (await here.counsellor.get(f"/intake/v1/questions/{made['id']}"))["documented"]["captured_as"] == form


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("counselling_minutes", 601),
        ("form_minutes", -1),
        ("contact", "second"),
        ("anonymous", "yes"),
        ("machine_help", ["translation"] * 5),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_its_place(here: Situation, field: str, value: object) -> None:
    body = {"space": here.space, "text": "Was kostet es?", "channel": "public", field: value}
    reply = await here.counsellor.ask("POST", "/intake/v1/questions", body)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"].startswith(f"/{field}")


async def test_referral_and_misinformation_are_told_at_triage_and_stay_until_said_otherwise(here: Situation) -> None:
    id = await here.triaged(referral=True, misinformation=False)
    await here.counsellor.do("POST", f"/intake/v1/questions/{id}/triage", TRIAGE, version=3)
    first, second = await here.intake.said(about=id, type="question.triaged")
    assert (first.data["referral"], first.data["misinformation"]) == (True, False)
    assert (second.data["referral"], second.data["misinformation"]) == (True, False)


async def test_erasure_leaves_the_codes_that_lead_nowhere(here: Situation) -> None:
    made = await here.question(**ALL)
    await here.dpo.do("POST", f"/intake/v1/questions/{made['id']}/erasure", version=1)
    shown = await here.counsellor.get(f"/intake/v1/questions/{made['id']}")
    assert (shown["status"], shown["text"], shown["documented"]) == ("forgotten", None, {**ALL, "anonymous": None})
