"""What already stands in a group is never denied: it is recorded as what it is, and what should not stand is
repaired.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.codes import LegalClass, ReviewRule, Standing
from libs.contracts.intake import Policy
from libs.contracts.review import IncidentDecided, SubmissionApprovalWithdrawn
from libs.kit.ids import new_id
from services.intake.postings.domain import Release, counts, standing
from services.intake.programmes.api import EXAMPLE_POLICY
from services.intake.programmes.domain import answers, needs_review
from tests.services.intake.situation import COUNTED, Situation, situation
from tests.services.probe import Probe

ANSWER = "Die Anerkennung kostet 100 bis 600 Euro."
DAWN = datetime(2026, 11, 1, tzinfo=UTC)
hours = st.integers(0, 48).map(lambda count: DAWN + timedelta(hours=count))


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


async def post(here: Situation, question: str, *parts: str, **body: object) -> dict[str, object]:
    made: dict[str, object] = await here.counsellor.do(
        "POST", f"/intake/v1/questions/{question}/postings", {"parts": parts or (ANSWER,), **body}
    )
    return made


async def types(here: Situation, question: str) -> list[str]:
    """The events of a question's life, short."""
    return [
        event.type.removeprefix("lotse.intake.").removesuffix(".v1") for event in await here.intake.said(about=question)
    ]


async def test_the_released_text_in_its_frame_answers_the_question(here: Situation) -> None:
    question = await here.triaged()
    await here.released(question, ANSWER)
    here.later(hours=5, minutes=30)
    made = await post(here, question, f"Liebe Amal,\n{ANSWER}\u200f")
    assert (made["standing"], made["counts"], made["repair"]) == ("matching", True, None)
    (answered,) = await here.intake.said(about=question, type="question.answered")
    assert (answered.data["hours_to_answer"], answered.data["reviewed"]) == (6, True)
    assert (await here.counsellor.get(f"/intake/v1/questions/{question}"))["status"] == "answered"


async def test_the_name_in_the_greeting_is_stored_nowhere(here: Situation) -> None:
    question = await here.triaged()
    await here.released(question, ANSWER)
    await post(here, question, f"Liebe Amalia-Sophia,\n{ANSWER} Aber nur manchmal.")
    rows = await here.intake.db._pool.fetch("SELECT payload FROM forgettable")  # type: ignore[union-attr]
    assert not any(b"Amalia" in row["payload"] for row in rows)


async def test_parts_are_one_posting(here: Situation) -> None:
    question = await here.triaged()
    await here.released(question, "Erster Satz. Zweiter Satz.")
    made = await post(here, question, "(1/2) Erster Satz.", "(2/2) Zweiter Satz.")
    assert made["standing"] == "matching"


async def test_a_deviating_text_is_recorded_warns_review_and_opens_a_repair(here: Situation) -> None:
    question = await here.triaged()
    await here.released(question, ANSWER)
    made = await post(here, question, f"{ANSWER} Und Widerspruch lohnt immer.")
    assert (made["standing"], made["counts"], made["repair"]) == ("deviating", False, "open")
    assert "question.answered" not in await types(here, question)
    repairs = (await here.counsellor.get("/intake/v1/repairs"))["items"]
    assert [repair["id"] for repair in repairs] == [made["id"]]
    path = f"/intake/v1/postings/{made['id']}/repair"
    still = {"result": "corrected", "parts": ["Etwas anderes."]}
    assert await here.counsellor.refused("POST", path, still, version=2) == (409, "still_not_released")
    ended = await here.counsellor.do("POST", path, {"result": "corrected", "parts": [ANSWER]}, version=2)
    assert (ended["standing"], ended["repair"], ended["counts"]) == ("matching", "corrected", True)
    assert (await types(here, question))[-2:] == ["question.answered", "posting.repaired"]


async def test_a_posting_without_approval_counts_only_once_review_clears_it(here: Situation) -> None:
    question = await here.triaged()
    made = await post(here, question, "Frei formuliert.")
    assert (made["standing"], made["counts"]) == ("without-approval", False)
    decided = IncidentDecided(**COUNTED, posting=made["id"], decision="cleared")  # type: ignore[arg-type]
    await here.intake.hear(decided, id=new_id(), programme=here.programme, concerns=question)
    (answered,) = await here.intake.said(about=question, type="question.answered")
    assert answered.data["reviewed"] is True
    (posting,) = (await here.counsellor.get(f"/intake/v1/questions/{question}/postings"))["items"]
    assert (posting["repair"], posting["counts"]) == ("cleared-by-review", True)


async def test_an_incident_that_is_not_cleared_leaves_the_repair_open(here: Situation) -> None:
    question = await here.triaged()
    made = await post(here, question, "Frei formuliert.")
    decided = IncidentDecided(**COUNTED, posting=made["id"], decision="remove-the-comment")  # type: ignore[arg-type]
    await here.intake.hear(decided, id=new_id(), programme=here.programme, concerns=question)
    assert "question.answered" not in await types(here, question)
    await here.counsellor.do("POST", f"/intake/v1/postings/{made['id']}/repair", {"result": "removed"}, version=2)


@pytest.mark.parametrize("withdrawal_first", [True, False])
async def test_a_posting_after_the_withdrawal_is_superseded_whichever_is_heard_first(
    here: Situation, withdrawal_first: bool
) -> None:
    question = await here.triaged()
    submission = await here.released(question, ANSWER)
    here.later(hours=1)
    withdrawn_at = here.intake.clock.now()
    here.later(hours=1)

    async def withdraw() -> None:
        fact = SubmissionApprovalWithdrawn(**COUNTED, core_version=1)  # type: ignore[arg-type]
        await here.intake.hear(fact, id=submission, programme=here.programme, concerns=question, time=withdrawn_at)

    if withdrawal_first:
        await withdraw()
        await post(here, question)
    else:
        assert (await post(here, question))["counts"] is True
        await withdraw()
    (posting,) = (await here.counsellor.get(f"/intake/v1/questions/{question}/postings"))["items"]
    assert (posting["standing"], posting["repair"], posting["counts"]) == ("superseded", "open", False)
    answered = await here.intake.said(about=question, type="question.answered")
    retracted = await here.intake.said(about=question, type="question.answer-retracted")
    assert len(answered) == len(retracted) == (0 if withdrawal_first else 1)
    for before, after in zip(answered, retracted, strict=True):
        assert after.data["answered_week"] == before.data["week"]
        assert after.data["hours_to_answer"] == before.data["hours_to_answer"]


async def test_general_information_needs_no_review_where_the_policy_says_so(intake: Probe) -> None:
    here = await situation(intake, review_rule="individual", legal_classes=["not-legal", "general-information"])
    question = await here.triaged(legal_class="general-information")
    made = await post(here, question, "Das Amt hat montags geöffnet.")
    assert (made["standing"], made["counts"]) == ("review-not-required", True)


async def test_a_moment_in_the_future_or_before_the_capture_is_refused(here: Situation) -> None:
    question = await here.triaged()
    for moment in ("2026-11-24T09:00:00Z", "2026-11-20T09:00:00Z"):
        body = {"parts": [ANSWER], "posted_at": moment}
        refused = await here.counsellor.refused("POST", f"/intake/v1/questions/{question}/postings", body)
        assert refused == (422, "invalid_input")


async def test_a_release_named_but_not_heard_of_yet_asks_to_try_again(here: Situation) -> None:
    question = await here.triaged()
    body = {"parts": [ANSWER], "submission": str(uuid4())}
    reply = await here.counsellor.ask("POST", f"/intake/v1/questions/{question}/postings", body)
    assert (reply.status_code, reply.json()["code"], reply.headers["Retry-After"]) == (409, "not_yet_known", "1")


async def test_the_released_text_is_read_with_what_may_stand_around_it_and_the_reading_is_recorded(
    here: Situation,
) -> None:
    question = await here.triaged()
    path = f"/intake/v1/questions/{question}/release"
    assert await here.counsellor.refused("GET", path) == (409, "nothing_released")
    await here.released(question, ANSWER)
    seen = await here.counsellor.get(path)
    assert seen["text"] == ANSWER and seen["greetings"]
    assert len(await here.intake.said(about=question, type="access.recorded")) == 1


policies = st.builds(
    lambda rule, classes: Policy.model_validate({**EXAMPLE_POLICY, "review_rule": rule, "legal_classes": classes}),
    st.sampled_from(ReviewRule),
    st.sets(st.sampled_from([c for c in LegalClass if c is not LegalClass.COURT]), min_size=1),
)
releases = st.none() | st.builds(Release, st.uuids(), st.uuids(), st.just("de"), st.just("x"), hours, st.none() | hours)


@given(policies, st.sampled_from(LegalClass), releases, st.booleans(), hours)
def test_nothing_counts_that_the_legal_gate_does_not_cover(
    policy: Policy, legal: LegalClass, release: Release | None, same: bool, at: datetime
) -> None:
    found = standing(policy, legal, release, same, at)
    covered = release is not None and release.holds_at(at) and same
    if counts(found):
        assert answers(policy, legal)
        assert covered or not needs_review(policy, legal)
    if found is Standing.MATCHING:
        assert covered


@given(policies, st.sampled_from(LegalClass), releases, st.booleans(), hours)
def test_a_weakened_gate_is_caught_by_the_same_property(
    policy: Policy, legal: LegalClass, release: Release | None, same: bool, at: datetime
) -> None:
    def weakened() -> Standing:
        # The planted defect: a release that was withdrawn still covers.
        return Standing.MATCHING if release is not None and same else standing(policy, legal, release, same, at)

    if release is not None and release.withdrawn_at is not None and at >= release.withdrawn_at and same:
        assert counts(weakened())
        assert not counts(standing(policy, legal, release, same, at)) or not needs_review(policy, legal)
