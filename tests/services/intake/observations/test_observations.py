"""A space's weeks: one each, correctable, and told without a count."""

from typing import Any

import pytest

from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

WEEK: dict[str, Any] = {"members": 12_000, "posts": 140, "questions": 12, "own_posts": 3, "tone": "helpful"}


async def _observe(here: Situation, week: str, version: int, **changes: Any) -> int:
    path = f"/intake/v1/spaces/{here.space}/observations/{week}"
    return int((await here.counsellor.do("PUT", path, {**WEEK, **changes}, version=version))["version"])


async def test_a_week_is_written_once_and_corrected(intake: Probe) -> None:
    here = await situation(intake)
    await _observe(here, "2026-W46", 1)
    await _observe(here, "2026-W46", 2, posts=150, rule_changes=["no-links"])
    page = await here.counsellor.get(f"/intake/v1/spaces/{here.space}/observations")
    assert [(one["week"], one["posts"], one["rule_changes"]) for one in page["items"]] == [
        ("2026-W46", 150, ["no-links"])
    ]
    first, second = await intake.said(about=here.space, type="space.observed")
    assert (first.data["corrected"], second.data["corrected"], second.data["rules_changed"]) == (False, True, True)
    assert not {"members", "posts", "questions", "own_posts"} & set(second.data)


async def test_the_newest_week_says_how_large_the_space_is(intake: Probe) -> None:
    here = await situation(intake)
    await _observe(here, "2026-W46", 1)
    await _observe(here, "2026-W20", 2, members=9)
    seen = await here.counsellor.get(f"/intake/v1/spaces/{here.space}")
    assert (seen["members"], seen["size_class"]) == (12_000, "under-100000")


@pytest.mark.parametrize("week", ["2026-W49", "2015-W01", "2025-W53", "2026-W00", "2026-47", "now"])
async def test_a_week_that_is_not_or_lies_ahead_or_far_back_is_refused(intake: Probe, week: str) -> None:
    here = await situation(intake)
    path = f"/intake/v1/spaces/{here.space}/observations/{week}"
    reply = await here.counsellor.ask("PUT", path, WEEK, version=1)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "/week")


async def test_own_posts_are_part_of_the_posts(intake: Probe) -> None:
    here = await situation(intake)
    path = f"/intake/v1/spaces/{here.space}/observations/2026-W46"
    reply = await here.counsellor.ask("PUT", path, {**WEEK, "own_posts": 141}, version=1)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (422, "more_than_posts")


async def test_the_weeks_of_a_programme_go_on_by_cursor_the_newest_first(intake: Probe) -> None:
    here = await situation(intake)
    for version, week in enumerate(("2026-W44", "2026-W45", "2026-W46"), 1):
        await _observe(here, week, version)
    seen: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = await here.counsellor.get(
            "/intake/v1/observations", programme=here.programme, since="2026-W45", limit=1, **more
        )
        seen += [one["week"] for one in page["items"]]
        if page["page"]["next"] is None:
            break
        more = {"cursor": page["page"]["next"]}
    assert seen == ["2026-W46", "2026-W45"] and page["page"]["total"] == 2
