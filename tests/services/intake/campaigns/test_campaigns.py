"""A campaign grows from demand; what it shows was reviewed word for word, and reach is never members."""

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.review import IncidentDecided, SubmissionApprovalWithdrawn
from libs.kit.ids import new_id
from tests.services.intake.situation import COUNTED, Situation, situation
from tests.services.probe import Probe

V1 = "/intake/v1"
CONTENT: dict[str, Any] = {
    "text": "Ihre Arbeitszeit endet nicht, weil Sie dort wohnen.",
    "media": [
        {
            "kind": "video",
            "reference": "https://media.example.org/arbeitszeit.mp4",
            "alt_text": "Eine Frau erklärt einen Stundenzettel.",
            "captions": "Schreiben Sie jede Stunde auf.",
        }
    ],
}
NEW_ITEM = {"language": "de", "platform": "facebook", "legal_class": "general-information", **CONTENT}
BRIEF = {
    "aim": "Live-in-Betreuungskräfte kennen ihre Arbeitszeit.",
    "audience": "Betreuungskräfte aus Polen",
    "languages": ["de", "pl"],
    "starts": "2026-12-01",
    "ends": "2027-02-28",
}
FIGURES = {"views": 5400, "viewers": 3100, "interactions": 120}


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


def idea(here: Situation) -> dict[str, Any]:
    return {"programme": here.programme, "title": "Arbeitszeit", "topic": "c-contract", "origin": "questions"}


async def briefed(here: Situation) -> str:
    """A campaign with its brief; its id."""
    made = await here.counsellor.do("POST", f"{V1}/campaigns", idea(here))
    await here.counsellor.do("POST", f"{V1}/campaigns/{made['id']}/brief", BRIEF, version=1)
    return str(made["id"])


async def drafted(here: Situation, **changes: Any) -> str:
    """An item; its path."""
    made = await here.counsellor.do("POST", f"{V1}/campaigns/{await briefed(here)}/items", {**NEW_ITEM, **changes})
    return f"{V1}/campaign-items/{made['id']}"


async def seen(here: Situation, item: str) -> Any:
    return await here.counsellor.get(item)


async def step(here: Situation, item: str, name: str, body: Any = None, method: str = "POST") -> Any:
    path, version = f"{item}/{name}".rstrip("/"), (await seen(here, item))["version"]
    return await here.counsellor.do(method, path, body, version=version)


async def refused(here: Situation, item: str, name: str, body: Any = None, method: str = "POST") -> tuple[int, str]:
    path, version = f"{item}/{name}".rstrip("/"), (await seen(here, item))["version"]
    return await here.counsellor.refused(method, path, body, version=version)


async def released(here: Situation, item: str) -> UUID:
    """The item went through review as it is; the submission's id."""
    await step(here, item, "review")
    return await here.released(item.rpartition("/")[2], (await seen(here, item))["to_review"])


async def live(here: Situation) -> str:
    item = await drafted(here)
    await released(here, item)
    await step(here, item, "schedule", {"at": "2026-12-01T08:00:00Z", "spaces": [here.space]})
    here.later(days=9)
    await step(here, item, "going-live", {"link": "https://www.facebook.com/beratung/posts/7"})
    return item


async def types(here: Situation, item: str) -> list[str]:
    said = await here.intake.said(about=item.rpartition("/")[2])
    return [event.type.removeprefix("lotse.intake.campaign-item.").removesuffix(".v1") for event in said]


async def test_an_item_goes_from_draft_through_review_to_what_was_measured(here: Situation) -> None:
    item = await live(here)
    await step(here, item, "reach/2026-W49", FIGURES, "PUT")
    await step(here, item, "keeping")
    found = await seen(here, item)
    assert (found["state"], found["standing"]) == ("evergreen", "matching")
    expected = ["drafted", "put-to-review", "scheduled", "went-live", "measured", "kept"]
    assert await types(here, item) == expected
    (measured,) = await here.intake.said(type="campaign-item.measured", about=item.rpartition("/")[2])
    assert (measured.data["reach_views"], measured.data["reach_views_before"]) == (5400, 0)
    assert not any("member" in name for name in measured.data)


async def test_members_of_the_groups_and_reach_are_shown_apart_and_never_added(here: Situation) -> None:
    item = await live(here)
    assert (await seen(here, item))["reach"] == {"views": 0, "viewers": 0, "interactions": 0, "weeks": 0}
    await step(here, item, "reach/2026-W49", FIGURES, "PUT")
    here.later(days=7)
    await step(here, item, "reach/2026-W50", {"views": 600, "viewers": 400, "interactions": 5}, "PUT")
    found = await seen(here, item)
    assert found["standing_in"] == {"members": 300, "spaces": 1}
    assert found["reach"] == {"views": 6000, "viewers": 3100, "interactions": 125, "weeks": 2}
    body = {**FIGURES, "members": 300}
    assert (await refused(here, item, "reach/2026-W50", body, "PUT"))[0] == 422


async def test_a_week_measured_again_says_what_was_said_before(here: Situation) -> None:
    item = await live(here)
    await step(here, item, "reach/2026-W49", FIGURES, "PUT")
    await step(here, item, "reach/2026-W49", {**FIGURES, "views": 5000}, "PUT")
    assert (await here.counsellor.get(f"{item}/reach"))["items"] == [{"week": "2026-W49", **FIGURES, "views": 5000}]
    *_, last = await here.intake.said(type="campaign-item.measured", about=item.rpartition("/")[2])
    assert (last.data["reach_views"], last.data["reach_views_before"]) == (5000, 5400)
    assert await refused(here, item, "reach/2026-W40", FIGURES, "PUT") == (422, "invalid_input")
    assert await refused(here, item, "reach/2026-W49x", FIGURES, "PUT") == (404, "not_found")


async def test_nobody_is_left_out(here: Situation) -> None:
    path = f"{V1}/campaigns/{await briefed(here)}/items"
    (medium,) = CONTENT["media"]
    for missing in ("alt_text", "captions"):
        without = {name: value for name, value in medium.items() if name != missing}
        assert (await here.counsellor.refused("POST", path, {**NEW_ITEM, "media": [without]}))[0] == 422


async def test_captions_and_alternative_texts_are_reviewed_with_the_text(here: Situation) -> None:
    item = await drafted(here)
    whole = (await seen(here, item))["to_review"]
    assert all(words in whole for words in (CONTENT["text"], "Stundenzettel", "jede Stunde"))
    await step(here, item, "review")
    await here.released(item.rpartition("/")[2], CONTENT["text"])
    at = {"at": "2026-12-01T08:00:00Z"}
    assert await refused(here, item, "schedule", at) == (409, "not_released")


async def test_what_was_written_anew_is_not_covered_by_the_old_release(here: Situation) -> None:
    item = await drafted(here)
    await released(here, item)
    await step(here, item, "", {**CONTENT, "text": "Sie haben immer frei."}, "PUT")
    assert (await seen(here, item))["state"] == "draft"
    await step(here, item, "review")
    assert await refused(here, item, "schedule", {"at": "2026-12-01T08:00:00Z"}) == (409, "not_released")


async def test_what_stands_without_a_release_is_recorded_and_recalled(here: Situation) -> None:
    item = await drafted(here)
    await step(here, item, "review")
    made = await step(here, item, "going-live", {})
    assert (made["state"], made["standing"]) == ("recalled", "without-approval")
    fact = IncidentDecided.model_validate({**COUNTED, "posting": made["id"], "decision": "cleared"})
    await here.intake.hear(fact, id=new_id(), programme=here.programme, concerns=made["id"])
    assert (await seen(here, item))["state"] == "live"


@pytest.mark.parametrize("at_work", [False, True])
async def test_a_withdrawn_approval_stops_and_recalls(here: Situation, at_work: bool) -> None:
    item = await drafted(here)
    submission = await released(here, item)
    await step(here, item, "schedule", {"at": "2026-11-23T10:00:00Z"})
    if at_work:
        await step(here, item, "going-live", {})
    fact = SubmissionApprovalWithdrawn.model_validate({**COUNTED, "core_version": 1})
    await here.intake.hear(fact, id=submission, programme=here.programme, concerns=item.rpartition("/")[2])
    assert (await seen(here, item))["state"] == ("recalled" if at_work else "in-review")
    assert (await types(here, item))[-1] == "recalled"


async def test_a_campaign_ends_when_nothing_waits(here: Situation) -> None:
    item = await drafted(here)
    await released(here, item)
    await step(here, item, "schedule", {"at": "2026-12-01T08:00:00Z"})
    campaign = f"{V1}/campaigns/{(await seen(here, item))['campaign']}"
    assert await here.counsellor.refused("POST", f"{campaign}/ending", {"end": "done"}, version=2) == (
        409,
        "items_waiting",
    )
    await step(here, item, "withdrawal")
    await here.counsellor.do("POST", f"{campaign}/ending", {"end": "done"}, version=2)
    assert await here.counsellor.refused("POST", f"{campaign}/items", NEW_ITEM) == (409, "campaign_ended")


async def test_an_item_needs_a_brief_that_names_its_language(here: Situation) -> None:
    made = await here.counsellor.do("POST", f"{V1}/campaigns", idea(here))
    path = f"{V1}/campaigns/{made['id']}/items"
    assert await here.counsellor.refused("POST", path, NEW_ITEM) == (409, "not_briefed")
    await here.counsellor.do("POST", f"{V1}/campaigns/{made['id']}/brief", BRIEF, version=1)
    assert await here.counsellor.refused("POST", path, {**NEW_ITEM, "language": "ar"}) == (422, "invalid_input")


async def test_no_fact_holds_a_word_of_it(here: Situation) -> None:
    item = await live(here)
    for event in await here.intake.said(about=(await seen(here, item))["campaign"]):
        assert "Arbeitszeit" not in event.model_dump_json() and "facebook.com" not in event.model_dump_json()
