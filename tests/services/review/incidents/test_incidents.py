"""What stands in a group without a valid release is an incident: a legal reviewer looks at it within 24 hours, and it
does not count as an answer until she clears it."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import IncidentDecision, LegalClass, Level, Platform, Qualification, Standing
from libs.contracts.intake import Policy, PostedText, PostingSuperseded
from libs.kit.errors import LotseError
from libs.kit.ids import new_id
from services.review.incidents import domain
from services.review.incidents.domain import KnownPosting
from services.review.questions.domain import KnownQuestion
from services.review.questions.domain import Situation as Deciding
from services.review.supervision.domain import Person as Decider
from tests.services.probe import MONDAY, Probe
from tests.services.review.situation import COUNTED, GIST, INCIDENTS, POLICY, QUESTION, VARIANT, Situation, situation

POSTED = "نص آخر تماماً"


async def incident(here: Situation, standing: str = "without-approval", **posting: Any) -> tuple[UUID, dict[str, Any]]:
    """(posting, the incident as listed)."""
    question = await here.question()
    posted = await here.posted(question, standing, text=POSTED, **posting)
    items = (await here.jurist.get(INCIDENTS))["items"]
    return posted, next(item for item in items if item["posting"] == str(posted))


async def decide(here: Situation, found: dict[str, Any], decision: str, by: Any = None) -> dict[str, Any]:
    path = f"{INCIDENTS}/{found['id']}/decision"
    done: dict[str, Any] = await (by or here.jurist).do("POST", path, {"decision": decision}, version=found["version"])
    return done


@pytest.mark.parametrize("standing", ["without-approval", "deviating", "superseded"])
async def test_a_posting_that_no_release_covers_opens_an_incident_due_in_a_day(standing: str, here: Situation) -> None:
    posting, found = await incident(here, standing)
    assert (found["standing"], found["state"], found["overdue"]) == (standing, "open", False)
    assert (found["opened_at"], found["due_at"]) == ("2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z")
    (event,) = await here.review.said(about=found["id"])
    assert event.data == {**COUNTED, "posting": str(posting), "standing": standing, "due_hours": 24}
    assert (event.correlationid, event.role) == (found["question"], "system")


@pytest.mark.parametrize("standing", ["matching", "review-not-required"])
async def test_a_posting_that_is_covered_opens_none(standing: str, here: Situation) -> None:
    await here.posted(await here.question(), standing)
    assert (await here.jurist.get(INCIDENTS))["items"] == []


async def test_the_reviewer_sees_what_stands_there_beside_what_was_released(here: Situation) -> None:
    question = await here.question()
    released = await here.released(await here.submitted(question))
    await here.posted(question, "deviating", text=POSTED, submission=released["id"])
    (found,) = (await here.jurist.get(INCIDENTS))["items"]
    assert POSTED not in str(found)
    seen = await here.jurist.get(f"{INCIDENTS}/{found['id']}")
    assert (seen["posted"], seen["released"]) == (POSTED, VARIANT)
    assert (seen["asked"]["text"], seen["asked"]["gist"]) == (QUESTION, GIST)
    (access,) = await here.review.said(about=question, type="access")
    assert access.data["purpose"] == "legal-review" and access.staff == here.jurist.staff
    assert (await here.jurist.get(f"{INCIDENTS}/{found['id']}"))["version"] == 1, "reading moves no ETag"


async def test_an_approval_withdrawn_before_the_posting_makes_it_an_incident_whichever_was_heard_first(
    here: Situation,
) -> None:
    question = await here.question()
    released = await here.released(await here.submitted(question))
    posting = await here.posted(question, "matching", submission=released["id"])
    fact = PostingSuperseded.model_validate({**COUNTED, "submission": released["id"]})
    await here.review.hear(fact, id=posting, programme=here.programme, concerns=question, role="system")
    (found,) = (await here.jurist.get(INCIDENTS))["items"]
    assert found["standing"] == "superseded"
    seen = await here.jurist.get(f"{INCIDENTS}/{found['id']}")
    assert (seen["posted"], seen["released"]) == (None, VARIANT)
    path = f"{INCIDENTS}/{found['id']}/decision"
    poster = here.someone("legal-reviewer", name=here.counsellor.name)
    await here.qualify(poster)
    assert await poster.refused("POST", path, {"decision": "cleared"}, version=1) == (403, "own_posting")


async def test_one_posting_has_one_open_incident_and_a_further_one_after_the_decision(here: Situation) -> None:
    posting, found = await incident(here, "deviating")
    fact = PostingSuperseded.model_validate({**COUNTED, "submission": new_id()})
    again: dict[str, Any] = {"id": posting, "programme": here.programme, "concerns": found["question"]}
    await here.review.hear(fact, **again)
    assert (await here.jurist.get(INCIDENTS))["page"]["total"] == 1
    await decide(here, found, "cleared")
    await here.review.hear(fact, **again)
    (second,) = (await here.jurist.get(INCIDENTS))["items"]
    assert second["id"] != found["id"]


@pytest.mark.parametrize("decision", ["cleared", "correct-the-comment", "remove-the-comment"])
async def test_a_qualified_reviewer_decides_once(decision: str, here: Situation) -> None:
    posting, found = await incident(here)
    done = await decide(here, found, decision)
    assert (done["state"], done["decision"], done["version"]) == ("decided", decision, 2)
    event = (await here.review.said(about=found["id"]))[-1]
    assert event.data == {**COUNTED, "posting": str(posting), "decision": decision}
    assert (event.staff, event.role) == (here.jurist.staff, "legal-reviewer")
    path = f"{INCIDENTS}/{found['id']}/decision"
    assert await here.deputy.refused("POST", path, {"decision": "cleared"}, version=2) == (409, "already_decided")
    shown = (await here.jurist.get(INCIDENTS, state="decided"))["items"]
    assert [(one["decision"], one["decided_by"]) for one in shown] == [(decision, str(here.jurist.staff))]


async def test_nobody_decides_on_what_she_posted_herself(here: Situation) -> None:
    both = here.someone("legal-reviewer", "counsellor")
    await here.qualify(both)
    _, found = await incident(here, by=both)
    path, body = f"{INCIDENTS}/{found['id']}/decision", {"decision": "cleared"}
    assert await both.refused("POST", path, body, version=1) == (403, "own_posting")
    assert await here.someone("legal-reviewer").refused("POST", path, body, version=1) == (403, "not_qualified")
    assert await here.counsellor.refused("POST", path, body, version=1) == (403, "role_missing")
    assert (await decide(here, found, "cleared"))["decision"] == "cleared"


async def test_what_the_programme_does_not_answer_is_not_cleared(here: Situation) -> None:
    _, found = await incident(here)
    await here.configure(legal_classes=["not-legal", "general-information"])
    path = f"{INCIDENTS}/{found['id']}/decision"
    assert await here.jurist.refused("POST", path, {"decision": "cleared"}, version=1) == (409, "class_not_offered")
    seen = {one["name"]: one["reason"] for one in (await here.jurist.get(f"{INCIDENTS}/{found['id']}"))["actions"]}
    assert seen == {"cleared": "class_not_offered", "correct-the-comment": None, "remove-the-comment": None}
    assert (await decide(here, found, "remove-the-comment"))["state"] == "decided"


async def test_after_a_day_an_open_incident_is_overdue(here: Situation) -> None:
    first = (await incident(here))[1]
    here.later(hours=12)
    second = (await incident(here))[1]
    here.later(hours=12, seconds=1)
    shown = await here.coordinator.get(INCIDENTS, limit=1)
    rest = await here.coordinator.get(INCIDENTS, limit=1, cursor=shown["page"]["next"])
    assert [(one["id"], one["overdue"]) for one in (*shown["items"], *rest["items"])] == [
        (first["id"], True),
        (second["id"], False),
    ]


async def test_an_incident_may_be_heard_of_before_its_question(here: Situation) -> None:
    """The order between aggregates is anybody's guess."""
    question = new_id()
    await here.posted(question, "without-approval", text=POSTED)
    (found,) = (await here.jurist.get(INCIDENTS))["items"]
    assert {one["reason"] for one in found["actions"]} == {"not_yet_known"}
    path = f"{INCIDENTS}/{found['id']}/decision"
    assert await here.jurist.refused("POST", path, {"decision": "cleared"}, version=1) == (409, "not_yet_known")


async def test_a_programme_sees_its_own_incidents_only(here: Situation, review: Probe) -> None:
    _, found = await incident(here)
    there = await situation(review)
    assert (await there.jurist.get(INCIDENTS))["items"] == []
    assert await there.jurist.refused("GET", f"{INCIDENTS}/{found['id']}") == (404, "incident_unknown")


async def test_a_posting_whose_text_is_forgotten_already_opens_no_incident_for_what_is_gone(here: Situation) -> None:
    question = await here.question()
    await here.forget(question)
    await here.posted(question, "deviating", text=None)
    assert (await here.jurist.get(INCIDENTS))["items"] == []
    assert PostedText(text=None).text is None


people = st.builds(
    Decider,
    staff=st.sampled_from([UUID(int=1), UUID(int=2)]),
    roles=st.sets(st.sampled_from(["legal-reviewer", "counsellor", "coordinator"])).map(frozenset),
    qualification=st.sampled_from([None, Qualification.RICHTERAMT]),
)


@given(
    person=people,
    poster=st.sampled_from([None, UUID(int=1), UUID(int=2)]),
    legal_class=st.sampled_from([None, *LegalClass]),
    level=st.sampled_from([None, *Level]),
    classes=st.sets(st.sampled_from(list(LegalClass)), min_size=1),
    decision=st.sampled_from(list(IncidentDecision)),
)
def test_only_another_qualified_person_clears_and_only_what_the_programme_answers(
    person: Decider,
    poster: UUID | None,
    legal_class: LegalClass | None,
    level: Level | None,
    classes: set[LegalClass],
    decision: IncidentDecision,
) -> None:
    policy = Policy.model_validate({**POLICY, "legal_classes": [code for code in LegalClass if code in classes]})
    id = UUID(int=9)
    question = KnownQuestion(id, "fem-os", Platform.FACEBOOK, "ar", "a-costs", level, legal_class)
    posting = KnownPosting(id, "fem-os", id, None, poster)
    opened = domain.opened(id, posting, Standing.DEVIATING, "text", False, MONDAY)
    try:
        done = domain.decide(opened, decision, Deciding(person, question, policy, MONDAY))
    except LotseError:
        return
    assert "legal-reviewer" in person.roles and person.qualification and person.staff != poster
    assert done.decided_by == person.staff
    if decision is IncidentDecision.CLEARED:
        assert legal_class in classes and legal_class is not LegalClass.COURT and level is not None
