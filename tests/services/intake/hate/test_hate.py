"""Hate against an account of ours: codes alone, and no grave attack is closed before somebody cared for a colleague."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import Platform
from libs.contracts.intake_misinformation import HateKind, HateMeasure
from libs.kit.ids import new_id
from services.intake.hate import domain
from services.intake.hate.domain import CARE, GRAVE, Incident
from tests.services.intake.accounts.test_accounts import asked
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

PATH = "/intake/v1/hate-incidents"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def recorded(here: Situation, kind: str = "threat") -> Any:
    body = {"account": (await asked(here)).rpartition("/")[2], "language": "ar", "kind": kind}
    return await here.counsellor.do("POST", PATH, body)


async def test_an_attack_is_recorded_answered_and_closed(here: Situation) -> None:
    one = f"{PATH}/{(await recorded(here))['id']}"
    await here.counsellor.do("POST", f"{one}/measures", {"measure": "reported-to-platform"}, version=1)
    assert await here.counsellor.refused("POST", f"{one}/closing", version=2) == (409, "care_missing")
    await here.coordinator.do("POST", f"{one}/measures", {"measure": "colleague-debriefed"}, version=2)
    done = await here.coordinator.do("POST", f"{one}/closing", version=3)
    assert done["is_open"] is False
    seen = await here.counsellor.get(one)
    assert seen["measures"] == ["reported-to-platform", "colleague-debriefed"]
    assert {action["reason"] for action in seen["actions"]} == {"unchanged", "incident_closed"}
    assert (await here.counsellor.get(PATH, programme=here.programme, state="open"))["items"] == []


async def test_its_facts_hold_codes_alone(here: Situation) -> None:
    made = await recorded(here, "insult")
    await here.counsellor.do("POST", f"{PATH}/{made['id']}/closing", version=1)
    first, last = await here.intake.said(about=made["id"])
    assert first.data == {"week": "2026-W48", "platform": "facebook", "language": "ar", "kind": "insult"}
    assert last.type == "lotse.intake.hate-incident.closed.v1"


async def test_nothing_can_be_written_about_who_did_it(here: Situation) -> None:
    body = {"account": str(new_id()), "language": "de", "kind": "insult", "author": "Max"}
    assert (await here.counsellor.refused("POST", PATH, body))[0] == 422


@given(kind=st.sampled_from(HateKind), measures=st.lists(st.sampled_from(HateMeasure)))
def test_a_grave_attack_is_closed_with_care_alone(kind: HateKind, measures: list[HateMeasure]) -> None:
    incident = Incident(new_id(), new_id(), "fem-os", 1, NOW, NOW, "2026-W48", Platform.FACEBOOK, "ar", kind)
    for measure in measures:
        if domain.refuse_measure(incident, measure) is None:
            incident = domain.measured(incident, measure)
    assert len(set(incident.measures)) == len(incident.measures)
    may = domain.refuse_closing(incident) is None
    assert may == (kind not in GRAVE or bool(set(measures) & set(CARE)))
    if may:
        done = domain.closed(incident, NOW)
        assert domain.refuse_closing(done) and all(domain.refuse_measure(done, one) for one in HateMeasure)
