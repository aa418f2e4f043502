"""A channel decision is a record: for whom, against what, why, and when somebody looks again."""

from typing import Any

import pytest

from services.intake.channels.api import NewDecision
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

DECISIONS = "/intake/v1/channel-decisions"
EXAMPLE: dict[str, Any] = NewDecision.model_json_schema()["examples"][0]


async def _decide(here: Situation, **more: Any) -> str:
    made = await here.coordinator.do("POST", DECISIONS, {**EXAMPLE, "programme": here.programme, **more})
    return f"{DECISIONS}/{made['id']}"


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"choice": "reddit"}, "/choice", "not_compared"),
        ({"compared": ["facebook", "facebook"]}, "/compared", "repeated"),
        ({"review_on": "2026-11-16"}, "/review_on", "before_start"),
        ({"decided_on": "2026-12-01"}, "/decided_on", "in_the_future"),
    ],
)
async def test_what_is_no_decision_is_refused(intake: Probe, change: dict[str, Any], pointer: str, code: str) -> None:
    here = await situation(intake)
    reply = await here.coordinator.ask("POST", DECISIONS, {**EXAMPLE, "programme": here.programme, **change})
    assert reply.status_code == 422
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in reply.json()["errors"]]


async def test_a_decision_is_kept_until_a_next_date_or_it_is_over(intake: Probe) -> None:
    here = await situation(intake)
    path = await _decide(here)
    missing = await here.coordinator.ask("POST", f"{path}/review", {"result": "kept"}, version=1)
    assert missing.json()["errors"][0]["code"] == "review_missing"
    await here.coordinator.do("POST", f"{path}/review", {"result": "kept", "review_on": "2027-06-01"}, version=1)
    await here.coordinator.do("POST", f"{path}/review", {"result": "changed"}, version=2)
    again = await here.coordinator.refused("POST", f"{path}/review", {"result": "dropped"}, version=3)
    assert again == (409, "decision_over")
    seen = await here.counsellor.get(path)
    assert (seen["choice"], seen["result"], seen["version"]) == ("facebook", "changed", 3)
    said = await intake.said(about=path.rpartition("/")[2])
    assert [event.data.get("result") for event in said] == [None, "kept", "changed"]
    assert "Polen" not in str([event.data for event in said])


async def test_the_next_to_be_looked_at_comes_first(intake: Probe) -> None:
    here = await situation(intake)
    late, soon = await _decide(here, review_on="2028-01-01"), await _decide(here, review_on="2027-01-01")
    page = await here.counsellor.get(DECISIONS, programme=here.programme)
    assert [f"{DECISIONS}/{one['id']}" for one in page["items"]] == [soon, late]
