"""A qualification is recorded in review, with evidence and validity; a token's role alone decides nothing."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import Evidence, Qualification
from services.review.supervision.domain import Recorded
from tests.services.probe import Person, Probe
from tests.services.review.situation import QUALIFICATION, REVIEWERS, Situation, situation

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))


def path(person: Person) -> str:
    return f"{REVIEWERS}/{person.staff}"


def body(here: Situation, **changes: Any) -> dict[str, Any]:
    return {"programme": here.programme, **QUALIFICATION, **changes}


@given(day=days, first=days, last=days, ended=st.booleans())
def test_a_qualification_holds_on_its_days_and_no_other(day: date, first: date, last: date, ended: bool) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) if ended else None
    recorded = Recorded("fem-os", Qualification.RICHTERAMT, Evidence.CERTIFICATE_SEEN, first, last, at)
    assert recorded.holds_on(day) == (not ended and first <= day <= last)


async def test_an_admin_records_it_and_intake_can_hear_who_until_when(here: Situation) -> None:
    new = here.someone("legal-reviewer")
    made = await here.admin.do("PUT", path(new), body(here), version=0)
    assert made == {"id": str(new.staff), "version": 1}
    (said,) = await here.review.said(about=new.staff)
    assert (said.type, said.programme, said.aggregateversion) == (
        "lotse.review.reviewer.qualified.v1",
        here.programme,
        1,
    )
    assert said.data == QUALIFICATION and said.staff == here.admin.staff


async def test_recording_the_same_again_changes_nothing_and_says_nothing(here: Situation) -> None:
    again = await here.admin.do("PUT", path(here.jurist), body(here), version=1)
    assert again["version"] == 1
    assert len(await here.review.said(about=here.jurist.staff)) == 1


async def test_nobody_records_her_own(here: Situation) -> None:
    both = here.someone("admin", "legal-reviewer")
    assert await both.refused("PUT", path(both), body(here), version=0) == (403, "own_qualification")
    assert await here.review.said(about=both.staff) == []


async def test_only_an_admin_of_that_programme_records_it(here: Situation, review: Probe) -> None:
    new, elsewhere = here.someone("legal-reviewer"), (await situation(review)).admin
    assert await here.coordinator.refused("PUT", path(new), body(here), version=0) == (403, "role_missing")
    assert await elsewhere.refused("PUT", path(new), body(here), version=0) == (403, "role_missing")


async def test_a_validity_that_ends_before_it_begins_or_is_over_is_refused(here: Situation) -> None:
    new = here.someone("legal-reviewer")
    for first, last in (("2026-12-01", "2026-11-30"), ("2026-01-01", "2026-11-22")):
        wrong = body(here, valid_from=first, valid_until=last)
        assert await here.admin.refused("PUT", path(new), wrong, version=0) == (422, "invalid_input")


async def test_the_version_runs_over_all_programmes_and_each_sees_its_own_only(here: Situation, review: Probe) -> None:
    there = await situation(review)
    stale = await there.admin.ask("PUT", path(here.jurist), body(there), version=0)
    assert (stale.status_code, stale.json()["current_version"]) == (412, 1)
    assert (await there.admin.refused("GET", path(here.jurist)))[0] == 404
    made = await there.admin.do("PUT", path(here.jurist), body(there, evidence="register-entry"), version=1)
    assert made["version"] == 2
    seen = await here.coordinator.get(path(here.jurist))
    assert seen["version"] == 2
    assert [one["programme"] for one in seen["qualifications"]] == [here.programme]
    assert [event.programme for event in await review.said(about=here.jurist.staff)] == [
        here.programme,
        there.programme,
    ]


async def test_a_qualification_that_ended_lets_nobody_decide_and_can_be_recorded_anew(here: Situation) -> None:
    await here.admin.do("DELETE", path(here.jurist), version=1, programme=here.programme)
    assert (await here.types(here.jurist.staff))[-1] == "reviewer.disqualified"
    assert await here.refused(here.jurist, await here.submitted(), "taking") == (403, "not_qualified")
    gone = await here.admin.refused("DELETE", path(here.jurist), version=2, programme=here.programme)
    assert gone == (404, "reviewer_unknown")
    (shown,) = (await here.admin.get(path(here.jurist)))["qualifications"]
    assert shown["ended_at"] and not shown["valid_today"]
    await here.admin.do("PUT", path(here.jurist), body(here), version=2)
    assert (await here.taken())["state"] == "taken"


async def test_a_role_in_the_token_without_a_qualification_decides_nothing(here: Situation) -> None:
    made = await here.submitted()
    assert await here.refused(here.someone("legal-reviewer"), made, "taking") == (403, "not_qualified")
    late = here.someone("legal-reviewer")
    await here.qualify(late, valid_from="2026-11-24")
    assert await here.refused(late, made, "taking") == (403, "not_qualified")
    here.later(days=1)
    assert (await here.taken(made, by=late))["state"] == "taken"


async def test_a_qualification_in_another_programme_does_not_help_here(here: Situation, review: Probe) -> None:
    there = await situation(review)
    both = Person(
        review,
        "both",
        here.jurist.claim.model_copy(
            update={"roles": {here.programme: ["legal-reviewer"], there.programme: ["legal-reviewer"]}}
        ),
    )
    await there.qualify(both)
    assert await here.refused(both, await here.submitted(), "taking") == (403, "not_qualified")


async def test_the_list_shows_who_is_valid_today_page_by_page(here: Situation) -> None:
    await here.qualify(here.someone("legal-reviewer"), valid_from="2027-01-01")
    first = await here.coordinator.get(REVIEWERS, programme=here.programme, limit=2)
    rest = await here.coordinator.get(REVIEWERS, programme=here.programme, limit=2, cursor=first["page"]["next"])
    assert first["page"]["total"] == 3 and rest["page"]["next"] is None
    shown = [one["qualifications"][0]["valid_today"] for one in (*first["items"], *rest["items"])]
    assert sorted(shown) == [False, True, True]


async def test_what_is_offered_succeeds(here: Situation) -> None:
    seen = await here.admin.get(path(here.jurist))
    assert [(one["name"], one["allowed"]) for one in seen["actions"]] == [("qualify", True), ("disqualify", True)]
    href, _, programme = seen["actions"][1]["href"].partition("?programme=")
    assert (await here.admin.ask("DELETE", href, version=1, programme=programme)).status_code == 200
    after = await here.admin.get(path(here.jurist))
    assert [one["name"] for one in after["actions"]] == ["qualify"]
    others = await here.coordinator.get(path(here.deputy))
    assert [one["reason"] for one in others["actions"]] == ["role_missing", "role_missing"]


async def test_one_key_for_two_programmes_is_refused(here: Situation) -> None:
    await here.admin.do("DELETE", path(here.jurist), version=1, programme=here.programme, key="once")
    again = await here.admin.ask("DELETE", path(here.jurist), version=1, programme=here.programme, key="once")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    other = await here.admin.refused("DELETE", path(here.jurist), version=1, programme="other", key="once")
    assert other == (422, "idempotency_key_reused")
