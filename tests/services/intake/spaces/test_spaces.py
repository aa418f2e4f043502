"""Spaces over HTTP: what is known of them, and their way from the first look to the end."""

from typing import Any

from services.intake.spaces.shapes import DESCRIPTION
from tests.services.intake.situation import situation
from tests.services.probe import Probe

SPACES = "/intake/v1/spaces"
CANDIDATE = {"platform": "facebook", "kind": "group", "name": "Pflege", "languages": ["ar"], "members": 5600}


async def _candidate(here: Any) -> str:
    body = {"programme": here.programme, **CANDIDATE, "access": "closed", "state": "candidate"}
    return str((await here.counsellor.do("POST", SPACES, body))["id"])


async def test_a_space_registered_as_before_is_at_work_at_once(intake: Probe) -> None:
    here = await situation(intake)
    seen = await here.counsellor.get(f"{SPACES}/{here.space}")
    assert (seen["state"], seen["rules"], seen["version"]) == ("active", None, 1)
    assert (await here.question())["version"] == 1


async def test_a_candidate_goes_its_way_and_each_step_is_a_fact(intake: Probe) -> None:
    here = await situation(intake)
    id = await _candidate(here)
    await here.counsellor.do("PUT", f"{SPACES}/{id}", DESCRIPTION, version=1)
    steps: list[dict[str, str]] = [
        {"state": "assessed"},
        {"state": "admin-contacted"},
        {"state": "joined"},
        {"state": "active"},
        {"state": "lost", "reason": "space-closed"},
    ]
    for version, step in enumerate(steps, 2):
        await here.counsellor.do("POST", f"{SPACES}/{id}/state", step, version=version)
    said = await intake.said(about=id)
    assert [event.type.split(".")[3] for event in said] == ["registered", "described", *["moved"] * 5]
    assert said[-1].data["state_before"] == "active" and said[-1].data["reason"] == "space-closed"
    assert "Syrien" not in str([event.data for event in said]) and "5600" not in str([event.data for event in said])


async def test_what_does_not_follow_is_refused_and_the_actions_say_so(intake: Probe) -> None:
    here = await situation(intake)
    id = await _candidate(here)
    path = f"{SPACES}/{id}/state"
    assert await here.counsellor.refused("POST", path, {"state": "joined"}, version=1) == (409, "space_state")
    assert await here.counsellor.refused("POST", path, {"state": "assessed"}, version=1) == (409, "space_not_assessed")
    assert (await here.counsellor.refused("POST", path, {"state": "archived"}, version=1))[0] == 422
    assert (await here.counsellor.refused("POST", path, {"state": "assessed"}, version=7))[0] == 412
    actions = {action["name"]: action for action in (await here.counsellor.get(f"{SPACES}/{id}"))["actions"]}
    assert actions["move-to-assessed"]["reason"] == "space_not_assessed"
    assert actions["move-to-archived"]["allowed"] and actions["describe"]["allowed"]


async def test_the_inventory_is_filtered_by_state_language_and_region(intake: Probe) -> None:
    here = await situation(intake)
    id = await _candidate(here)
    await here.counsellor.do("PUT", f"{SPACES}/{id}", DESCRIPTION, version=1)
    for filters, found in (
        ({"state": "candidate"}, [id]),
        ({"state": "active"}, [here.space]),
        ({"language": "ar", "region": "federal"}, [id]),
        ({"language": "uk"}, []),
    ):
        page = await here.counsellor.get(SPACES, programme=here.programme, **filters)
        assert [one["id"] for one in page["items"]] == found, filters


async def test_a_space_keeps_a_language_that_somebody_counsels_in(intake: Probe) -> None:
    here = await situation(intake)
    refused = await here.counsellor.ask(
        "PUT", f"{SPACES}/{here.space}", {**DESCRIPTION, "languages": ["vi"]}, version=1
    )
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/languages"
