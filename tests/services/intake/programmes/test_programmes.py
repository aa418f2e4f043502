"""A programme is configuration with a policy, not code."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import LegalClass, Level, ReviewRule
from libs.contracts.intake import Policy
from services.intake.programmes.api import EXAMPLE_POLICY
from services.intake.programmes.domain import Dated, answers, in_force, needs_review, selectable
from tests.services.intake.situation import situation
from tests.services.probe import Probe

POLICY = Policy.model_validate(EXAMPLE_POLICY)
policies = st.builds(
    POLICY.__class__.model_copy,
    st.just(POLICY),
    update=st.fixed_dictionaries(
        {
            "review_rule": st.sampled_from(ReviewRule),
            "legal_classes": st.lists(
                st.sampled_from([c for c in LegalClass if c is not LegalClass.COURT]), min_size=1, unique=True
            ).map(tuple),
        }
    ),
)


def languages(words: str) -> set[str]:
    return set(words.split())


async def test_the_three_shipped_programmes_are_there_with_their_languages(intake: Probe) -> None:
    person = intake.person("counsellor", programme="fem-os")
    listed = {item["code"]: item["policy"] for item in (await person.get("/intake/v1/programmes"))["items"]}
    assert languages("de ar en fr ps fa pt ru sr es tr") == set(listed["fem-os"]["languages"])
    assert languages("de bg el en es fr it hr hu pl ro cs sk") == set(listed["mb40"]["languages"])
    assert languages("es it ar en de") == set(listed["lara"]["languages"])
    assert listed["lara"]["legal_classes"] == ["not-legal", "general-information"]
    assert listed["lara"]["question_text"] == "none"


async def test_a_language_added_with_a_date_holds_from_that_day_on(intake: Probe) -> None:
    here = await situation(intake, languages=["de", "ar"])
    body = {"effective_from": "2026-11-25", "policy": {**EXAMPLE_POLICY, "languages": ["de", "ar", "uk"]}}
    await here.admin.do("PUT", f"/intake/v1/programmes/{here.programme}", body, version=1)
    wanted = {"space": here.space, "text": "Як знайти роботу?", "channel": "public", "language": "uk"}
    assert await here.counsellor.refused("POST", "/intake/v1/questions", wanted) == (422, "invalid_input")
    seen = await here.admin.get(f"/intake/v1/programmes/{here.programme}")
    assert seen["policy"]["languages"] == ["de", "ar"]
    assert seen["upcoming"][0]["policy"]["languages"] == ["de", "ar", "uk"]
    here.later(days=2)
    assert (await here.question(text="Як знайти роботу?", language="uk"))["language"] == "uk"


async def test_only_an_admin_of_the_programme_sets_its_policy(intake: Probe) -> None:
    here = await situation(intake)
    body = {"effective_from": "2020-01-01", "policy": EXAMPLE_POLICY}
    path = f"/intake/v1/programmes/{here.programme}"
    assert await here.counsellor.refused("PUT", path, body, version=1) == (403, "role_missing")
    stranger = intake.person("admin", programme="another-one")
    assert await stranger.refused("PUT", path, body, version=1) == (403, "role_missing")


async def test_a_policy_that_contradicts_itself_is_refused_at_each_place(intake: Probe) -> None:
    here = await situation(intake)
    policy = {**EXAMPLE_POLICY, "languages": ["ar", "ar"], "legal_classes": ["court"], "term_end": "2019-01-01"}
    body = {"effective_from": "2020-01-01", "policy": policy}
    reply = await here.admin.ask("PUT", f"/intake/v1/programmes/{here.programme}", body, version=1)
    assert reply.status_code == 422
    assert {error["code"] for error in reply.json()["errors"]} == {
        "before_start",
        "repeated",
        "german_missing",
        "court_never",
    }


@given(policies, st.sampled_from(LegalClass))
def test_an_individual_examination_always_needs_review_whatever_the_policy_says(
    policy: Policy, legal: LegalClass
) -> None:
    if legal in (LegalClass.INDIVIDUAL_EXAMINATION, LegalClass.COURT):
        assert needs_review(policy, legal)


@given(policies, st.sampled_from(Level), st.sampled_from(LegalClass))
def test_what_a_programme_does_not_answer_can_only_be_referred(policy: Policy, level: Level, legal: LegalClass) -> None:
    if selectable(policy, level, legal) and not answers(policy, legal):
        assert level is Level.REFERRAL


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=8), st.dates(date(2019, 1, 1), date(2031, 1, 1)))
def test_the_policy_in_force_is_the_latest_begun_and_of_those_the_last_set(begins: list[date], day: date) -> None:
    dated = tuple(Dated(version, begin, POLICY) for version, begin in enumerate(begins, 1))
    found = in_force(dated, day)
    begun = [one for one in dated if one.effective_from <= day]
    assert (found is None) == (not begun)
    if found is not None:
        assert all((one.effective_from, one.version) <= (found.effective_from, found.version) for one in begun)


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("term_start", 0, "wrong_type"),
        ("term_start", "2020-05-01T00:00:00", "malformed"),
        ("term_end", "9999-12-31", "out_of_range"),
        ("working_days", "30", "wrong_type"),
        ("back_translation", "yes", "wrong_type"),
        ("answer_years", 101, "out_of_range"),
        ("answer_year", 3, "unknown_member"),
    ],
)
async def test_nothing_in_a_policy_is_guessed(intake: Probe, member: str, value: object, code: str) -> None:
    here = await situation(intake)
    body = {"effective_from": "2027-01-01", "policy": {**EXAMPLE_POLICY, member: value}}
    reply = await here.admin.ask("PUT", f"/intake/v1/programmes/{here.programme}", body, version=1)
    pointer = "/policy" if code == "unknown_member" else f"/policy/{member}"
    assert [(fault["pointer"], fault["code"]) for fault in reply.json()["errors"]] == [(pointer, code)]
