"""Who reads a question's text, to what end it is recorded, and what a coordinator needs a reason for."""

import pytest

from libs.contracts.reading import ReadingReason
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Person, Probe


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def path(here: Situation, channel: str = "public") -> str:
    return f"/intake/v1/questions/{(await here.question(channel=channel))['id']}"


async def readings(here: Situation, path: str) -> list[tuple[str, str, str | None]]:
    """Role, purpose and reason of every recorded reading."""
    said = await here.intake.said(about=path.rpartition("/")[2], type="access.recorded")
    return [(event.role, event.data["purpose"], event.data["reason"]) for event in said]


@pytest.mark.parametrize(
    ("role", "purpose"),
    [
        ("counsellor", "counselling"),
        ("second-reader", "counselling"),
        ("legal-reviewer", "legal-review"),
        ("dpo", "data-protection"),
        ("coordinator", "counselling"),
    ],
)
async def test_a_reading_is_recorded_with_the_readers_purpose(here: Situation, role: str, purpose: str) -> None:
    question = await path(here)
    await here.intake.person(role, programme=here.programme).get(question)
    assert await readings(here, question) == [(role, purpose, None)]


async def test_a_coordinator_reads_what_was_written_in_private_only_for_a_reason_that_is_recorded(
    here: Situation,
) -> None:
    question = await path(here, "private")
    assert await here.coordinator.refused("GET", question) == (403, "reason_missing")
    assert await here.coordinator.refused("GET", question, reason="curiosity") == (400, "invalid_parameter")
    assert await readings(here, question) == []
    for reason in ReadingReason:
        assert (await here.coordinator.get(question, reason=reason))["text"]
    assert await readings(here, question) == [("coordinator", "counselling", reason) for reason in ReadingReason]


@pytest.mark.parametrize("role", ["counsellor", "legal-reviewer", "second-reader", "dpo"])
async def test_who_also_has_a_task_with_the_question_itself_needs_no_reason(here: Situation, role: str) -> None:
    question = await path(here, "private")
    both: Person = here.intake.person("coordinator", role, programme=here.programme)
    assert (await both.get(question))["text"]
    assert [found[0] for found in await readings(here, question)] == [role]


async def test_where_no_text_is_kept_there_is_nothing_to_give_a_reason_for(intake: Probe) -> None:
    here = await situation(intake, question_text="none")
    question = await path(here, "private")
    assert (await here.coordinator.get(question))["text"] is None
    assert await readings(here, question) == []
