"""An auditor reads a question's trace: all of it, never a text, and the reading is recorded."""

from base64 import b64decode
from uuid import UUID

import pytest

from libs.contracts.envelope import decode, encode
from libs.contracts.review import SubmissionForgotten
from libs.kit.ids import new_id
from tests.services.probe import Person, Probe
from tests.services.reporting import facts


@pytest.fixture
def programme() -> str:
    return facts.fresh_programme()


@pytest.fixture
def auditor(reporting: Probe, programme: str) -> Person:
    return reporting.person("auditor", programme=programme)


def path(question: UUID) -> str:
    return f"/reporting/v1/questions/{question}/trace"


async def story(reporting: Probe, programme: str) -> UUID:
    """A question with a submission that was returned, heard in no causal order."""
    question, submission = new_id(), new_id()
    captured = facts.envelope(facts.captured(), question, 1, programme=programme, staff=new_id())
    told = {"programme": programme, "concerns": question, "time": facts.later(1)}
    submitted = facts.envelope(facts.submitted(), submission, 1, cause=captured.id, **told)
    returned = facts.envelope(
        facts.returned(reasons=("law-wrong", "incomplete")), submission, 2, role="legal-reviewer", **told
    )
    for envelope in (submitted, returned, captured):
        assert await reporting.deliver(envelope) is None
    return question


async def test_a_trace_says_who_when_what_and_why_in_causal_order(
    reporting: Probe, programme: str, auditor: Person
) -> None:
    found = await auditor.get(path(await story(reporting, programme)))
    first, second, third = found["events"]
    assert [event["what"]["type"].split(".")[3] for event in found["events"]] == ["captured", "submitted", "returned"]
    assert first["who"]["staff"] and first["who"]["role"] == "counsellor"
    assert second["why"] == {"causation": first["id"], "reasons": []}
    assert third["why"]["reasons"] == ["law-wrong", "incomplete"]
    assert third["who"]["role"] == "legal-reviewer"
    assert third["what"]["version"] == 2 and third["what"]["data"]["core_version"] == 1
    assert (found["erased"]["state"], found["complete"]) == ("no", True)


async def test_reading_is_recorded_and_the_next_trace_shows_it(
    reporting: Probe, programme: str, auditor: Person
) -> None:
    question = await story(reporting, programme)
    await auditor.get(path(question))
    (reading,) = await reporting.said(about=question, type="access")
    assert (reading.staff, reading.role, reading.correlationid) == (auditor.staff, "auditor", str(question))
    assert reading.data == {"resource": "trace", "purpose": "audit"}
    await reporting.deliver(reading)
    found = await auditor.get(path(question))
    assert found["events"][-1]["id"] == str(reading.id)


async def test_a_data_protection_officer_reads_for_another_purpose(reporting: Probe, programme: str) -> None:
    question = await story(reporting, programme)
    await reporting.person("dpo", programme=programme).get(path(question))
    (reading,) = await reporting.said(about=question, type="access")
    assert (reading.role, reading.data["purpose"]) == ("dpo", "data-protection")


async def test_the_bytes_are_those_that_were_published(reporting: Probe, programme: str, auditor: Person) -> None:
    question = new_id()
    envelope = facts.envelope(facts.captured(), question, 1, programme=programme)
    await reporting.deliver(envelope)
    (event,) = (await auditor.get(path(question), bytes="true"))["events"]
    assert b64decode(event["bytes"]) == encode(envelope)
    (event,) = [e for e in (await auditor.get(path(question)))["events"] if e["what"]["service"] == "intake"]
    assert event["bytes"] is None


async def test_the_trace_says_what_was_erased_and_still_shows_what_happened(
    reporting: Probe, programme: str, auditor: Person
) -> None:
    question = await story(reporting, programme)
    captured = await auditor.get(path(question))
    submission = UUID(captured["events"][1]["what"]["aggregate"].split("/")[1])
    gone = {"programme": programme, "time": facts.later(9)}
    await reporting.deliver(facts.envelope(facts.forgotten(), question, 2, **gone))
    assert (await auditor.get(path(question)))["erased"] == {"state": "requested", "by": ["intake"], "at": None}
    await reporting.deliver(facts.envelope(SubmissionForgotten(), submission, 3, concerns=question, **gone))
    found = await auditor.get(path(question))
    assert found["erased"] == {"state": "erased", "by": ["intake", "review"], "at": "2026-11-18T12:09:00Z"}
    assert len(found["events"]) == 5


@pytest.mark.parametrize("role", ["coordinator", "counsellor", "funder", "admin", "legal-reviewer"])
async def test_nobody_else_may_read_a_trace(reporting: Probe, programme: str, role: str) -> None:
    question = await story(reporting, programme)
    someone = reporting.person(role, programme=programme)
    assert await someone.refused("GET", path(question)) == (403, "role_missing")
    assert await reporting.said(about=question, type="access") == []


async def test_an_auditor_of_another_programme_finds_nothing(reporting: Probe, programme: str) -> None:
    question = await story(reporting, programme)
    stranger = reporting.person("auditor", programme=facts.fresh_programme())
    assert await stranger.refused("GET", path(question)) == (404, "question_unknown")
    assert await reporting.said(about=question, type="access") == []


async def test_what_is_no_question_is_not_found(reporting: Probe, programme: str, auditor: Person) -> None:
    space = new_id()
    fact = facts.life([facts.submitted()], space, programme=programme)[0]
    await reporting.deliver(fact)
    for id in (new_id(), space):
        assert await auditor.refused("GET", path(id)) == (404, "question_unknown")


async def test_an_event_of_the_next_release_is_kept_and_shown(
    reporting: Probe, programme: str, auditor: Person
) -> None:
    question = new_id()
    known = facts.envelope(facts.captured(), question, 1, programme=programme)
    later = decode(
        encode(known)
        .replace(b"question.captured.v1", b"question.translated.v1")
        .replace(b'"aggregateversion":1', b'"aggregateversion":2')
        .replace(str(known.id).encode(), str(new_id()).encode())
    )
    await reporting.deliver(known)
    assert await reporting.deliver(later) is None
    found = await auditor.get(path(question))
    assert found["events"][1]["what"]["type"] == "lotse.intake.question.translated.v1"
