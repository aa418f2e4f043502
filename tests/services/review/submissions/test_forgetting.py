"""Walk point 9, review's part: the question's text, the drafts and what was posted are gone from every row; the
approved answer, free of personal data, stays; history stands and says what was erased."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from libs.contracts.intake import (
    PostedText,
    PostingRecorded,
    QuestionCaptured,
    QuestionHeld,
    QuestionHoldLifted,
    QuestionTriaged,
)
from libs.kit.ids import new_id
from tests.services.review.situation import (
    ANSWERS,
    CAPTURED,
    COUNTED,
    INCIDENTS,
    SUBMISSIONS,
    TRIAGED,
    Situation,
)

OWN = {"method": "back-translation", "back_translation": "Rückübersetzung Lindenblatt"}


async def with_every_text(here: Situation) -> tuple[UUID, dict[str, Any]]:
    """A question with a text of its own in every place that holds one: each is named after a tree."""
    question = await here.captured("Frage Ahorn")
    await here.triage(question)
    blocked = await here.taken(await here.submitted(question, core="Kern Birke", variant=arabic("Buche")))
    await here.step(here.jurist, blocked, "block", {"core_version": 1, "reasons": ["needs-office"]})
    made = await here.submitted(question, core="Kern Eiche", variant=arabic("Erle"))
    made = await here.step(here.counsellor, made, "revision", {"core": "Kern Esche", "variant": "نص Fichte"})
    approved = await here.approved(made)
    body = {"variant_version": 2, **OWN}
    released = await here.step(here.counsellor, approved, "release", body)
    await here.posted(question, "deviating", text="Gepostet Kiefer", submission=released["id"])
    return question, released


def arabic(tree: str) -> dict[str, str]:
    return {"language": "ar", "text": f"نص {tree}"}


TREES = ("Ahorn", "Birke", "Buche", "Eiche", "Erle", "Esche", "Fichte", "Lindenblatt", "Kiefer")


async def test_forgetting_leaves_no_text_but_the_kept_answer(here: Situation) -> None:
    question, released = await with_every_text(here)
    assert all([await here.stored(tree) for tree in TREES])
    await here.forget(question)
    left = {tree: await here.stored(tree) for tree in TREES}
    assert {tree: tables for tree, tables in left.items() if tables} == {"Esche": ["answer"], "Fichte": ["answer"]}
    answer = await here.counsellor.get(f"{ANSWERS}/{released['answer']}")
    assert (answer["core"], answer["variant"]) == ("Kern Esche", "نص Fichte")


async def test_the_history_says_what_was_forgotten_once_for_each_aggregate(here: Situation) -> None:
    question, _ = await with_every_text(here)
    before = await here.types(question)
    await here.forget(question)
    after = await here.types(question)
    assert after[: len(before)] == before, "history stands"
    assert sorted(after[len(before) :]) == ["incident.forgotten", "submission.forgotten", "submission.forgotten"]
    said = await here.review.said(about=question)
    assert [event.role for event in said[len(before) :]] == ["system"] * 3


async def test_what_was_forgotten_is_gone_for_everybody(here: Situation) -> None:
    question, _ = await with_every_text(here)
    made = await here.submitted(question)
    (incident,) = (await here.jurist.get(INCIDENTS))["items"]
    await here.forget(question)
    assert await here.jurist.refused("GET", f"{SUBMISSIONS}/{made['id']}") == (410, "forgotten")
    assert await here.jurist.refused("GET", f"{INCIDENTS}/{incident['id']}") == (410, "forgotten")
    for who, path, body in (
        (here.jurist, "taking", None),
        (here.counsellor, "withdrawal", None),
        (here.counsellor, "revision", {"core": "neu"}),
        (here.counsellor, "confirmation", None),
    ):
        assert await here.refused(who, {**made, "version": 2}, path, body) == (410, "forgotten")
    items = (await here.jurist.get(SUBMISSIONS, state="forgotten"))["items"]
    assert len(items) == 3
    reasons = {action["reason"] for item in items for action in item["actions"]}
    assert reasons == {"forgotten", "role_missing"}


async def test_text_that_comes_after_the_forgetting_is_not_stored(here: Situation) -> None:
    """The order between aggregates is anybody's guess: a posting's event may come after the question's end."""
    question = await here.question()
    await here.forget(question)
    fact = PostingRecorded.model_validate({**COUNTED, "standing": "without-approval", "submission": None, "parts": 1})
    for text in (PostedText(text="Gepostet Zeder"), None):
        await here.review.hear(fact, id=new_id(), programme=here.programme, concerns=question, text=text)
    assert await here.stored("Zeder") == []
    assert (await here.jurist.get(INCIDENTS))["items"] == []


async def test_a_text_already_forgotten_where_it_came_from_is_known_as_absent(here: Situation) -> None:
    question = new_id()
    await here.hear(QuestionCaptured.model_validate(CAPTURED), question, None)
    await here.hear(QuestionTriaged.model_validate(TRIAGED), question, None)
    made = await here.submitted(question)
    seen = (await here.read(made))["question"]
    assert (seen["text"], seen["gist"], seen["due_at"], seen["days_left"]) == (None, None, None, None)


async def test_drafts_that_race_with_the_forgetting_are_refused_or_forgotten(here: Situation) -> None:
    for number in range(8):
        question = await here.captured(f"Frage Ulme {number}")
        await here.triage(question)
        made = await here.submitted(question, core=f"Kern Ulme {number}")
        body = {"core": f"Neuer Kern Ulme {number}"}
        path = f"{SUBMISSIONS}/{made['id']}/revision"
        reply, _ = await asyncio.gather(here.counsellor.ask("POST", path, body, version=1), here.forget(question))
        assert reply.status_code in (200, 409, 410), reply.text
        assert await here.stored("Ulme") == []
        assert (await here.types(made["id"]))[-1] == "submission.forgotten"


async def test_a_submission_that_races_with_the_forgetting_is_refused_or_forgotten(here: Situation) -> None:
    for number in range(12):
        question = await here.captured(f"Frage Weide {number}")
        await here.triage(question)
        body = {"question": str(question), "core": f"Kern Weide {number}", "variant": arabic("Weide")}
        reply, _ = await asyncio.gather(here.counsellor.ask("POST", SUBMISSIONS, body), here.forget(question))
        assert reply.status_code in (201, 409, 410), reply.text
        assert await here.stored("Weide") == []


async def test_a_hold_marks_every_row_that_concerns_the_question(here: Situation) -> None:
    question, released = await with_every_text(here)
    await here.hear(QuestionHeld.model_validate({"reason": "complaint"}), question)
    later = await here.submitted(question)
    held = await marked(here, question, released["id"])
    assert held == {"known_question", "submission", "core", "variant", "decision", "answer", "incident"}
    assert await marked(here, question, later["id"]) >= {"submission", "core", "variant"}
    await here.hear(QuestionHoldLifted(), question)
    assert await marked(here, question, released["id"]) == set()


async def marked(here: Situation, question: UUID, submission: str) -> set[str]:
    """The tables of which every row about these is held."""
    where = {
        "known_question": "id = $1",
        "submission": "question = $1",
        "answer": "question = $1",
        "incident": "question = $1",
        **dict.fromkeys(("core", "variant", "decision"), "submission = $2 AND $1::uuid IS NOT NULL"),
    }
    found = set()
    pool = here.review.db._pool
    assert pool is not None
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL lotse.programmes = '*'")
        for table, condition in where.items():
            arguments = (question, submission) if "$2" in condition else (question,)
            if await connection.fetchval(f"SELECT bool_and(held) FROM {table} WHERE {condition}", *arguments):
                found.add(table)
    return found


async def test_a_forgotten_question_can_be_answered_by_nobody_any_more(here: Situation) -> None:
    approved = await here.approved()
    question = UUID((await here.read(approved))["question"]["id"])
    await here.forget(question)
    release = {"variant_version": 1, "method": "second-speaker"}
    assert await here.refused(here.speaker, approved, "release", release) == (410, "forgotten")


async def test_the_release_of_a_forgotten_question_is_taken_from_the_texts_too(here: Situation) -> None:
    question, _ = await with_every_text(here)
    pool = here.review.db._pool
    assert pool is not None
    count = "SELECT count(*) FROM forgettable WHERE concerns = $1"
    assert await pool.fetchval(count, str(question)) == 1
    await here.forget(question)
    assert await pool.fetchval(count, str(question)) == 0


async def test_a_decision_is_never_changed_afterwards(here: Situation) -> None:
    await here.approved()
    pool = here.review.db._pool
    assert pool is not None
    async with pool.acquire() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE decision SET kind = 'approved'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DELETE FROM decision")


async def test_timing_of_a_forgotten_question_is_gone(here: Situation) -> None:
    question = await here.question()
    await here.submitted(question)
    await here.forget(question)
    (item,) = (await here.jurist.get(SUBMISSIONS, state="forgotten"))["items"]
    assert (item["question"]["due_at"], item["question"]["deadline"], item["question"]["taken_by"]) == (
        None,
        None,
        None,
    )
    assert item["question"]["topic"] == "f-residence", "the codes it was counted by stay"
