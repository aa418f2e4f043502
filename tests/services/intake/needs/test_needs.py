"""A signal of need: two codes, no question, and nothing that leads to a place or a person."""

from typing import Any

import pytest

from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

PATH = "/intake/v1/need-signals"


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


def body(here: Situation, **more: Any) -> dict[str, Any]:
    return {"space": here.space, "topic": "c-contract", "language": "ar", **more}


async def test_a_signal_says_topic_and_language_and_makes_no_question(here: Situation) -> None:
    made = await here.counsellor.do("POST", PATH, body(here))
    (fact,) = await here.intake.said(about=made["id"])
    assert (fact.type, fact.data) == (
        "lotse.intake.need-signal.noted.v1",
        {"week": "2026-W48", "platform": "facebook", "language": "ar", "topic": "c-contract"},
    )
    listed = await here.counsellor.get("/intake/v1/questions", programme=here.programme)
    assert listed["page"]["total"] == 0


async def test_a_language_nobody_counsels_in_yet_is_news_too(here: Situation) -> None:
    await here.counsellor.do("POST", PATH, body(here, language="ti"))


async def test_a_sensitive_topic_is_told_as_its_cluster_only(here: Situation) -> None:
    made = await here.counsellor.do("POST", PATH, body(here, topic="f-titles"))
    (fact,) = await here.intake.said(about=made["id"])
    assert fact.data["topic"] == "f-residence"


async def test_the_same_key_notes_once(here: Situation) -> None:
    first = await here.counsellor.do("POST", PATH, body(here), key="seen")
    assert await here.counsellor.do("POST", PATH, body(here), key="seen") == first
    assert len(await here.intake.said(about=first["id"])) == 1


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("topic", "money", None), ("language", "Arabic", None), ("text", "x", "unknown_member")],
)
async def test_what_is_no_code_is_refused(here: Situation, field: str, value: str, code: str | None) -> None:
    reply = await here.counsellor.ask("POST", PATH, body(here, **{field: value}))
    assert reply.status_code == 422
    assert code in (None, reply.json()["errors"][0]["code"])
