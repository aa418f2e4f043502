"""Figures over HTTP: what is shown of what was counted, to whom, and through which moment."""

from typing import Any
from uuid import UUID

import pytest

from libs.contracts.envelope import Fact
from libs.contracts.roles import Role
from libs.kit.ids import new_id
from services.reporting.figures.api import READERS
from tests.services.probe import Person, Probe
from tests.services.reporting import facts

PATH = "/reporting/v1/figures"
STAFF = [new_id() for _ in range(3)]


@pytest.fixture
def programme() -> str:
    return facts.fresh_programme()


@pytest.fixture
def evaluator(reporting: Probe, programme: str) -> Person:
    return reporting.person("evaluator", programme=programme)


async def say(reporting: Probe, programme: str, count: int, *life: Fact, staff: list[UUID] | None = None) -> None:
    """So many aggregates live through these facts, in turn by these members of staff."""
    for n in range(count):
        who = (staff or STAFF)[n % len(staff or STAFF)]
        for envelope in facts.life(life, programme=programme, staff=who):
            assert await reporting.deliver(envelope) is None


def row(found: dict[str, Any], measure: str, part: str = "rows", **cell: str) -> dict[str, Any] | None:
    matching = [one for one in found[part] if one["measure"] == measure and one["cell"] == cell]
    assert len(matching) < 2
    return matching[0] if matching else None


async def test_counts_by_language_with_what_is_small_withheld(
    reporting: Probe, programme: str, evaluator: Person
) -> None:
    await say(reporting, programme, 6, facts.captured())
    await say(reporting, programme, 4, facts.captured(language="fa"))
    found = await evaluator.get(PATH, by="language")
    assert row(found, "captured", language="ar") == {
        "programme": programme,
        "measure": "captured",
        "unit": "question",
        "cell": {"language": "ar"},
        "count": 6,
        "median": None,
        "p90": None,
        "withheld": False,
        "reason": None,
    }
    small = row(found, "captured", language="fa")
    assert small is not None
    assert (small["count"], small["withheld"], small["reason"]) == (None, True, "few-cases")
    assert row(found, "captured", language="ru") is None
    total = row(found, "captured", "totals")
    assert total is not None and (total["count"], total["reason"]) == (None, "would-reveal-another")


async def test_the_total_is_shown_where_it_tells_of_nobody(reporting: Probe, programme: str, evaluator: Person) -> None:
    for language in ("ar", "fa"):
        await say(reporting, programme, 3, facts.captured(language=language))
    found = await evaluator.get(PATH, by="language")
    assert [one["count"] for one in found["rows"]] == [None, None]
    total = row(found, "captured", "totals")
    assert total is not None and total["count"] == 6
    assert (row(await evaluator.get(PATH), "captured") or {})["count"] == 6


async def test_triage_moves_the_count_and_leaves_no_empty_cell(
    reporting: Probe, programme: str, evaluator: Person
) -> None:
    await say(reporting, programme, 5, facts.captured(), facts.triaged(language="fa"))
    found = await evaluator.get(PATH, by="week,language,topic,platform", measures="captured")
    (only,) = found["rows"]
    assert only["cell"] == {"week": facts.WEEK, "language": "fa", "topic": "c-dismissal", "platform": "facebook"}
    assert only["count"] == 5


async def test_hours_have_a_median_and_a_ninetieth_percentile(
    reporting: Probe, programme: str, evaluator: Person
) -> None:
    for hours in (1, 2, 3, 4, 5, 6, 7):
        await say(reporting, programme, 1, facts.captured(), facts.answered(hours), staff=[STAFF[hours % 3]])
    found = row(await evaluator.get(PATH, measures="hours-to-answer"), "hours-to-answer")
    assert found is not None
    assert (found["count"], found["median"], found["p90"], found["unit"]) == (7, 4.0, 7.0, "hour")


async def test_hours_of_fewer_than_three_members_of_staff_are_withheld(
    reporting: Probe, programme: str, evaluator: Person
) -> None:
    await say(reporting, programme, 6, facts.captured(), facts.answered(), staff=STAFF[:2])
    found = row(await evaluator.get(PATH), "hours-to-answer")
    assert found is not None
    assert (found["count"], found["median"], found["p90"]) == (6, None, None)
    assert (found["withheld"], found["reason"]) == (True, "few-staff")


async def test_a_retracted_answer_is_in_no_figure(reporting: Probe, programme: str, evaluator: Person) -> None:
    await say(reporting, programme, 6, facts.captured(), facts.answered())
    await say(reporting, programme, 5, facts.captured(), facts.answered(), facts.retracted(week="2026-W50"))
    found = await evaluator.get(PATH, by="week", measures="answered,hours-to-answer")
    assert [(one["cell"]["week"], one["count"]) for one in found["rows"]] == [(facts.WEEK, 6)] * 2


async def test_weeks_bound_what_is_counted(reporting: Probe, programme: str, evaluator: Person) -> None:
    for week, count in (("2026-W39", 5), ("2026-W40", 6), ("2026-W41", 7), ("2027-W01", 8)):
        await say(reporting, programme, count, facts.captured(week=week))
    between: dict[str, Any] = {"from": "2026-W40", "to": "2026-W41"}
    found = await evaluator.get(PATH, **between)
    assert (row(found, "captured") or {})["count"] == 13


async def test_a_part_is_withheld_where_the_rest_is_small(reporting: Probe, programme: str, evaluator: Person) -> None:
    await say(reporting, programme, 7, facts.submitted(), facts.approved(changed=True))
    await say(reporting, programme, 2, facts.submitted(), facts.approved())
    for measures in ("approved-with-changes", "approved,approved-with-changes"):
        found = await evaluator.get(PATH, measures=measures)
        part = row(found, "approved-with-changes")
        assert part is not None and (part["count"], part["reason"]) == (None, "would-reveal-another")
        assert {one["measure"] for one in found["rows"]} == set(measures.split(","))


async def test_figures_are_complete_through_the_last_event_of_each_source(
    reporting: Probe, programme: str, evaluator: Person
) -> None:
    found = await evaluator.get(PATH)
    assert [one["source"] for one in found["sources"]] == ["intake", "referral", "review"]
    assert found["withheld_below"] == 5 and found["definition_version"] == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"measures": "captured,unheard-of"}, "unknown_code"),
        ({"by": "office"}, "unknown_code"),
        ({"by": "week,week"}, "repeated"),
        ({"from": "2026-W41", "to": "2026-W40"}, "reversed"),
        ({"from": "2026-41"}, "malformed"),
        ({"programme": "not-hers"}, "programme_unknown"),
        ({"programme": "Ünsinn"}, "malformed"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    reporting: Probe, evaluator: Person, query: dict[str, Any], code: str
) -> None:
    reply = await evaluator.ask("GET", PATH, **query)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_parameter")
    assert reply.json()["errors"][0]["code"] == code


async def test_figures_of_other_programmes_are_not_seen(reporting: Probe, programme: str) -> None:
    await say(reporting, programme, 6, facts.captured())
    stranger = reporting.person("coordinator", programme=facts.fresh_programme())
    found = await stranger.get(PATH)
    assert (found["rows"], found["totals"]) == ([], [])


async def test_programmes_are_never_mixed_in_one_row(reporting: Probe) -> None:
    one, other = facts.fresh_programme(), facts.fresh_programme()
    for programme in (one, other):
        await say(reporting, programme, 5, facts.captured())
    both = reporting.person("auditor", programme=one)
    both.claim.roles[other] = ["auditor"]
    found = await both.get(PATH, measures="captured")
    assert {(one_row["programme"], one_row["count"]) for one_row in found["rows"]} == {(one, 5), (other, 5)}
    narrowed = await both.get(PATH, measures="captured", programme=one)
    assert [one_row["programme"] for one_row in narrowed["rows"]] == [one]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.HOLDER, Role.SYSTEM)])
async def test_figures_are_for_those_who_may_see_them(reporting: Probe, programme: str, role: Role) -> None:
    reply = await reporting.person(role, programme=programme).ask("GET", PATH)
    outside = {Role.BA_EXPERT, Role.PARTNER_OFFICE, Role.MO_REPRESENTATIVE, Role.MO_NETWORK, Role.EXPERT}
    assert reply.status_code == (403 if role in outside else 200)
    assert (role in READERS) is (role not in outside)


async def test_reading_figures_leaves_no_record(reporting: Probe, evaluator: Person) -> None:
    before = len(await reporting.said())
    await evaluator.get(PATH)
    assert len(await reporting.said()) == before
