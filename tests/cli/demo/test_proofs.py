"""The demo's proofs are worth something: each is seen to fail on what it is there to find."""

from typing import Any

from cli.demo.cast import Cast
from cli.demo.counting import Cell, count
from cli.demo.figures import _agrees, compare
from cli.demo.proofs import found_in_databases, in_order, left_on_the_bus
from cli.demo.tally import Erased, Tally
from cli.inside import owned
from cli.where import Installation
from libs.kit.ids import new_id

CODES = {"week": "2026-W48", "language": "ar", "topic": "a-costs", "platform": "facebook"}


def said(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": f"lotse.{kind}.v1", "programme": "fem-os", "data": {**CODES, **data}}


def cell(measure: str, **codes: str) -> Cell:
    return Cell("fem-os", measure, *{**CODES, **codes}.values())


def test_a_question_is_counted_where_triage_put_it() -> None:
    events = [
        said("intake.question.captured", topic="unassigned", language="de"),
        said("intake.question.triaged", captured_week="2026-W48", topic_before="unassigned", language_before="de"),
        said("intake.question.answered"),
        said("intake.question.answer-retracted", answered_week="2026-W48"),
        said("intake.posting.recorded", standing="matching"),
        said("review.submission.approved", changed=True),
        said("referral.referral.offered"),
        said("intake.access.recorded"),
    ]
    assert count(events) == dict.fromkeys(
        (
            cell("captured"),
            cell("posted-matching"),
            cell("approved"),
            cell("approved-with-changes"),
            cell("hours-to-approval"),
            cell("referral-offered"),
        ),
        1,
    )


def test_a_cell_agrees_only_with_its_count_and_a_withheld_one_only_when_it_is_small() -> None:
    assert _agrees({"count": 7, "reason": None}, 7)
    assert not _agrees({"count": 7, "reason": None}, 6)
    assert _agrees({"count": None, "reason": "few-cases"}, 4)
    assert not _agrees({"count": None, "reason": "few-cases"}, 5)
    assert not _agrees({"count": None, "reason": "few-cases"}, 0)


async def test_a_figure_that_nobody_counted_is_found(cast: Cast, space: str) -> None:
    body = {"space": space, "text": "Eine Frage", "channel": "public", "language": "de"}
    await cast.caller("counsellor-ar").post("/intake/v1/questions", body)
    phantom = cell("captured", platform="vk", language="sr")
    found = await compare(cast.caller("evaluator"), ["fem-os"], {phantom: 3})
    assert not found.match and phantom in found.differing


async def test_a_text_that_still_stands_somewhere_is_found(cast: Cast, platform: Installation, space: str) -> None:
    text = f'Sie fragt: "Wer hilft mir mit {new_id()}?"'
    body = {"space": space, "text": text, "channel": "public", "language": "de"}
    made = await cast.caller("counsellor-ar").post("/intake/v1/questions", body)
    found = await found_in_databases(platform, [Erased(made["id"], (text,))])
    assert {"intake.question", "intake.forgettable"} <= set(found)
    assert await found_in_databases(platform, [Erased(made["id"], (f"{new_id()} steht nirgends",))]) == []


async def test_a_text_that_still_lies_on_the_bus_is_found(cast: Cast, platform: Installation, space: str) -> None:
    from tests.stack.waiting import eventually

    body = {"space": space, "text": "Noch eine", "channel": "public", "language": "de"}
    made = await cast.caller("counsellor-ar").post("/intake/v1/questions", body)
    await eventually(lambda: left_on_the_bus(platform, [Erased(made["id"], ())]), 20)
    async with owned(platform, "intake") as connection:
        assert await connection.fetchval("SELECT count(*) FROM forgettable WHERE concerns = $1", made["id"]) == 1


def event(number: int, aggregate: str, version: int, cause: int | None = None) -> dict[str, Any]:
    what = {"service": "intake", "aggregate": aggregate, "version": version}
    return {"id": number, "what": what, "why": {"causation": cause}}


def test_a_trace_out_of_order_or_with_a_hole_is_found() -> None:
    whole = [event(1, "question/a", 1), event(2, "posting/b", 1, 1), event(3, "question/a", 2)]
    assert in_order(whole)
    assert not in_order([whole[1], whole[0], whole[2]]), "an effect before its cause"
    assert not in_order(whole[1:]), "a version is missing"


def test_agreement_is_a_share_of_what_was_compared() -> None:
    tally = Tally()
    assert tally.language_agreement is None
    for suggested in ("ar", "ar", "fa"):
        tally.compared("ar", suggested)
    tally.compared("de", "de")
    assert tally.language_agreement == 0.75
