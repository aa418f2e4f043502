"""A claim is followed through languages and spaces, corrected or affirmed with what was reviewed, and forgotten."""

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.intake_misinformation import ClaimForgotten, CorrectionForgotten
from libs.contracts.review import IncidentDecided, SubmissionApprovalWithdrawn
from libs.kit.ids import new_id
from tests.services.intake.situation import COUNTED, Situation, situation
from tests.services.probe import Person, Probe

GIST = "Die Anerkennung eines Abschlusses sei nur mit Visum möglich."
WORDING = "Ohne Visum prüft niemand dein Diplom! Ruf Ali an: 0151 23456789"
TRUTH = "Für die Anerkennung braucht niemand ein Visum."
V1 = "/intake/v1"


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


class Rumour:
    """One claim of a test, and what is done with it."""

    def __init__(self, here: Situation, id: str) -> None:
        self.here, self.id = here, id
        self.path = f"{V1}/claims/{id}"

    async def seen(self) -> Any:
        return await self.here.counsellor.get(self.path)

    async def do(self, command: str, body: Any = None, by: Person | None = None) -> Any:
        version = (await self.seen())["version"]
        return await (by or self.here.counsellor).do("POST", f"{self.path}/{command}", body, version=version)

    async def refused(self, command: str, body: Any = None) -> tuple[int, str]:
        version = (await self.seen())["version"]
        return await self.here.counsellor.refused("POST", f"{self.path}/{command}", body, version=version)

    async def variant(self, language: str = "de", wording: str = WORDING) -> str:
        return str((await self.do("variants", {"language": language, "wording": wording}))["variant"])

    async def sighted(self, variant: str, **body: Any) -> str:
        wanted = {"variant": variant, "space": self.here.space, **body}
        return str((await self.here.counsellor.do("POST", f"{self.path}/sightings", wanted))["id"])

    async def text(self, language: str = "de") -> str:
        body = {"language": language, "legal_class": "general-information"}
        return str((await self.here.counsellor.do("POST", f"{self.path}/corrections", body))["id"])

    async def sighting(self, id: str) -> Any:
        items = (await self.here.counsellor.get(f"{self.path}/sightings"))["items"]
        return next(item for item in items if item["id"] == id)

    async def reply(self, sighting: str, correction: str, *parts: str) -> Any:
        version = (await self.sighting(sighting))["version"]
        body = {"correction": correction, "parts": parts or (TRUTH,)}
        return await self.here.counsellor.do("POST", f"{V1}/sightings/{sighting}/reply", body, version=version)

    async def repair(self, sighting: str, **body: Any) -> Any:
        version = (await self.sighting(sighting))["version"]
        return await self.here.counsellor.do("POST", f"{V1}/sightings/{sighting}/repair", body, version=version)


async def rumour(here: Situation, verdict: str | None = "wrong") -> Rumour:
    body = {"programme": here.programme, "topic": "a-costs", "gist": GIST}
    made = Rumour(here, (await here.counsellor.do("POST", f"{V1}/claims", body))["id"])
    if verdict is not None:
        await made.do("verdict", {"verdict": verdict})
    return made


async def withdrawn(here: Situation, submission: UUID, correction: str) -> None:
    fact = SubmissionApprovalWithdrawn.model_validate({**COUNTED, "core_version": 1})
    await here.intake.hear(fact, id=submission, programme=here.programme, concerns=correction)


async def types(here: Situation, about: str) -> list[str]:
    said = await here.intake.said(about=about)
    return [event.type.removeprefix("lotse.intake.").removesuffix(".v1") for event in said]


async def test_a_claim_is_corrected_with_what_review_released(here: Situation) -> None:
    claim = await rumour(here)
    sighting = await claim.sighted(await claim.variant(), seen_on="2026-11-16")
    correction = await claim.text()
    submission = await here.released(correction, TRUTH)
    shown = await here.counsellor.get(f"{V1}/corrections/{correction}")
    assert (shown["released"]["text"], shown["released"]["submission"]) == (TRUTH, str(submission))
    made = await claim.reply(sighting, correction, f"Hallo Amal,\n{TRUTH}")
    assert (made["standing"], made["answered"], made["repair"]) == ("matching", True, None)
    (replied,) = await here.intake.said(about=sighting, type="sighting.replied")
    assert (replied.correlationid, replied.data["kind"]) == (correction, "correction")
    assert (await claim.do("watch"))["status"] == "watched"
    assert (await claim.do("closing"))["status"] == "closed"


async def test_review_gets_the_words_and_no_fact_holds_them(here: Situation) -> None:
    claim = await rumour(here)
    await claim.variant()
    await claim.text()
    for event in await here.intake.said():
        assert "Diplom" not in event.model_dump_json() and "Visum" not in event.model_dump_json()
    pool = here.intake.db._pool
    assert pool is not None
    kept = [row["value"] for row in await pool.fetch("SELECT convert_from(payload, 'UTF8') AS value FROM forgettable")]
    assert any("prüft niemand dein Diplom" in value and GIST in value for value in kept)
    assert not any("23456789" in value for value in kept)


async def test_wordings_are_redacted_before_they_are_stored(here: Situation) -> None:
    claim = await rumour(here)
    await claim.variant()
    (variant,) = (await claim.seen())["variants"]
    assert "Diplom" in variant["wording"] and "23456789" not in variant["wording"]


async def test_a_right_answer_of_others_is_affirmed_through_the_same_review(here: Situation) -> None:
    claim = await rumour(here, "right")
    sighting = await claim.sighted(await claim.variant())
    assert (await claim.seen())["reply_kind"] == "affirmation"
    text = await claim.text()
    await here.released(text, TRUTH)
    await claim.reply(sighting, text)
    assert (await claim.sighting(sighting))["kind"] == "affirmation"


async def test_what_no_release_covers_is_recorded_and_repaired(here: Situation) -> None:
    claim = await rumour(here)
    sighting = await claim.sighted(await claim.variant())
    text = await claim.text()
    made = await claim.reply(sighting, text, "Das stimmt so nicht, Frau Meier.")
    assert (made["standing"], made["answered"], made["repair"]) == ("without-approval", False, "open")
    assert await claim.refused("closing") == (409, "repair_open")
    listed = await here.counsellor.get(f"{V1}/sightings/repairs")
    assert [item["id"] for item in listed["items"]] == [sighting]
    await here.released(text, TRUTH)
    here.later(minutes=1)
    made = await claim.repair(sighting, result="corrected", parts=[TRUTH])
    assert (made["answered"], made["repair"]) == (True, "corrected")


async def test_an_incident_that_review_cleared_ends_the_repair(here: Situation) -> None:
    claim = await rumour(here)
    sighting = await claim.sighted(await claim.variant())
    text = await claim.text()
    await claim.reply(sighting, text, "Das stimmt so nicht.")
    fact = IncidentDecided.model_validate({**COUNTED, "posting": sighting, "decision": "cleared"})
    await here.intake.hear(fact, id=new_id(), programme=here.programme, concerns=text)
    found = await claim.sighting(sighting)
    assert (found["answered"], found["repair"]) == (True, "cleared-by-review")


async def test_what_stands_of_a_withdrawn_approval_is_repaired_whenever_it_was_posted(here: Situation) -> None:
    claim = await rumour(here)
    sighting = await claim.sighted(await claim.variant())
    text = await claim.text()
    submission = await here.released(text, TRUTH)
    await claim.reply(sighting, text)
    here.later(days=3)
    await withdrawn(here, submission, text)
    found = await claim.sighting(sighting)
    assert (found["standing"], found["answered"], found["repair"]) == ("superseded", False, "open")


async def test_a_verdict_changes_only_when_no_text_rests_on_it(here: Situation) -> None:
    claim = await rumour(here)
    sighting = await claim.sighted(await claim.variant())
    text = await claim.text()
    await here.released(text, TRUTH)
    await claim.reply(sighting, text)
    assert await claim.refused("verdict", {"verdict": "right"}) == (409, "text_in_use")
    await here.counsellor.do("POST", f"{V1}/corrections/{text}/ending", version=1)
    assert (await claim.sighting(sighting))["repair"] == "open"
    await claim.do("verdict", {"verdict": "outdated"})
    (_, last) = await here.intake.said(about=claim.id, type="claim.assessed")
    assert (last.data["verdict_before"], last.data["verdict"]) == ("wrong", "outdated")


async def test_a_claim_has_one_text_in_each_language(here: Situation) -> None:
    claim = await rumour(here)
    await claim.text()
    await claim.text("ar")
    assert await claim.refused("corrections", {"language": "ar", "legal_class": "not-legal"}) == (409, "text_in_use")


async def test_without_a_verdict_there_is_nothing_to_correct(here: Situation) -> None:
    claim = await rumour(here, None)
    body = {"language": "de", "legal_class": "not-legal"}
    assert await claim.refused("corrections", body) == (409, "not_assessed")


async def test_spread_is_counted_by_week_language_and_platform(here: Situation) -> None:
    claim = await rumour(here)
    german, arabic = await claim.variant(), await claim.variant("ar", "بدون تأشيرة لا أحد يفحص شهادتك")
    for variant, day in (
        (german, "2026-11-09"),
        (german, "2026-11-10"),
        (arabic, "2026-11-17"),
        (german, "2026-11-17"),
    ):
        await claim.sighted(variant, seen_on=day)
    rows = (await here.counsellor.get(f"{claim.path}/spread"))["items"]
    assert [(row["week"], row["language"], row["platform"], row["sightings"], row["spaces"]) for row in rows] == [
        ("2026-W47", "ar", "facebook", 1, 1),
        ("2026-W47", "de", "facebook", 1, 1),
        ("2026-W46", "de", "facebook", 2, 1),
    ]


async def test_a_closed_claim_comes_back_with_its_next_sighting(here: Situation) -> None:
    claim = await rumour(here)
    variant = await claim.variant()
    await claim.do("closing")
    await claim.sighted(variant)
    assert (await claim.seen())["status"] == "assessed"
    assert (await types(here, claim.id))[-2:] == ["claim.reopened", "sighting.recorded"]


async def test_forgetting_a_claim_takes_its_words_links_and_texts(here: Situation) -> None:
    claim = await rumour(here)
    sighting = await claim.sighted(await claim.variant(), link="https://www.facebook.com/groups/1/posts/2")
    text = await claim.text()
    await claim.reply(sighting, text, "Das stimmt so nicht.")
    assert (await claim.do("forgetting", by=here.dpo))["status"] == "forgotten"
    seen, found = await claim.seen(), await claim.sighting(sighting)
    assert (seen["gist"], seen["variants"][0]["wording"]) == (None, None)
    assert (found["link"], found["space"], found["repair"], found["week"]) == (None, None, None, "2026-W48")
    assert (await types(here, text))[-1] == "correction.forgotten"
    assert await claim.refused("watch") == (410, "forgotten")


async def test_a_closed_claim_is_forgotten_after_its_days_and_a_link_after_its_own(here: Situation) -> None:
    claim, open_claim = await rumour(here), await rumour(here)
    await claim.do("closing")
    sighting = await open_claim.sighted(await open_claim.variant(), link="https://www.facebook.com/groups/1/posts/3")
    here.later(days=31)
    await here.intake.tick()
    assert ((await claim.seen())["status"], (await open_claim.seen())["status"]) == ("forgotten", "assessed")
    here.later(days=400)
    await here.intake.tick()
    assert (await open_claim.sighting(sighting))["link"] is None
    assert (await types(here, sighting))[-1] == "sighting.link-forgotten"


async def test_a_text_about_another_claim_is_not_taken(here: Situation) -> None:
    claim, other = await rumour(here), await rumour(here)
    sighting = await claim.sighted(await claim.variant())
    body = {"correction": await other.text(), "parts": [TRUTH]}
    refused = await here.counsellor.refused("POST", f"{V1}/sightings/{sighting}/reply", body, version=1)
    assert refused == (422, "invalid_input")


async def test_a_restored_database_forgets_again_what_had_been_forgotten(here: Situation) -> None:
    claim = await rumour(here)
    await claim.variant()
    text = await claim.text()
    await here.intake.hear(CorrectionForgotten(), id=text, programme=here.programme)
    await here.intake.hear(ClaimForgotten(), id=claim.id, programme=here.programme)
    seen = await claim.seen()
    assert (seen["status"], seen["gist"], seen["variants"][0]["wording"]) == ("forgotten", None, None)
    assert (await here.counsellor.get(f"{V1}/corrections/{text}"))["status"] == "forgotten"
