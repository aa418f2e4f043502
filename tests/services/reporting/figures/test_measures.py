"""Every measure has its rule, its unit and its words in both languages."""

import pytest
from pydantic import TypeAdapter

from libs.contracts.envelope import FACTS
from libs.contracts.types import Code
from services.reporting.figures.api import WORDS
from services.reporting.figures.domain import BY_CODE, MEASURES, SOURCES, Measure
from tests.services.probe import Probe
from tests.services.reporting import facts
from tests.services.reporting.recount import ADD_ONE


def test_words_and_rules_name_the_same_measures() -> None:
    assert set(WORDS) == set(BY_CODE)
    assert len(BY_CODE) == len(MEASURES)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.code)
def test_a_measure_says_what_it_is(measure: Measure) -> None:
    assert TypeAdapter(Code).validate_python(measure.code)
    assert all(WORDS[measure.code][language].endswith(".") for language in ("de", "en"))
    assert measure.part_of is None or measure.part_of in BY_CODE
    assert measure.fact.type in FACTS and "reporting" in measure.fact.readers
    assert measure.hours is None or measure.hours in measure.fact.model_fields
    assert measure.where is None or measure.where[0] in measure.fact.model_fields


def test_no_figure_is_counted_from_what_reporting_says_itself() -> None:
    assert SOURCES == ("intake", "review", "referral")


def test_the_recount_of_the_tests_knows_every_measure() -> None:
    known = {*ADD_ONE.values(), "approved-with-changes", "hours-to-answer", "hours-to-approval"}
    assert {code for code in BY_CODE if not code.startswith("posted-")} == known


async def test_measures_are_explained_over_http(reporting: Probe) -> None:
    someone = reporting.person("funder", programme=facts.fresh_programme())
    found = await someone.get("/reporting/v1/measures")
    first = found["items"][0]
    assert (first["measure"], first["unit"]) == ("captured", "question")
    assert first["counted_from"] == "lotse.intake.question.captured.v1"
    assert first["de"].startswith("Fragen") and first["en"].startswith("Questions")
    assert found["definition_version"] == 1
