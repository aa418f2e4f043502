"""Something to ask of the operations on spaces and on what is kept beside them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.intake.spaces.shapes import DESCRIPTION
from tests.rights.asking import Ask, Case, about, listing
from tests.services.intake.situation import Situation
from tests.services.probe import Person

SPACES = "/intake/v1/spaces"
ONE = f"{SPACES}/{{id}}"


async def _version(here: Situation) -> int:
    return int((await here.counsellor.get(f"{SPACES}/{here.space}"))["version"])


async def description(here: Situation, by: Person) -> Ask:
    return about(here.space, DESCRIPTION, await _version(here))


async def state(here: Situation, by: Person) -> Ask:
    seen = await here.counsellor.get(f"{SPACES}/{here.space}")
    body = {"state": "active"} if seen["state"] == "paused" else {"state": "paused", "reason": "no-staff"}
    return about(here.space, body, seen["version"])


WEEK = {"members": 320, "posts": 14, "questions": 2, "own_posts": 1, "tone": "helpful"}


async def new_week(here: Situation, by: Person) -> Ask:
    ask = about(here.space, WEEK, await _version(here))
    return replace(ask, path={**ask.path, "week": "2026-W40"})


async def weeks(here: Situation, by: Person) -> Ask:
    path = f"{SPACES}/{here.space}/observations/2026-W41"
    await here.counsellor.do("PUT", path, WEEK, version=await _version(here))
    return replace(about(here.space), traces=("2026-W41",))


async def programme_weeks(here: Situation, by: Person) -> Ask:
    await weeks(here, by)
    return listing(here.space, programme=here.programme)


CASES: Mapping[str, Case[Any]] = {
    f"PUT {ONE}": description,
    f"POST {ONE}/state": state,
    f"PUT {ONE}/observations/{{week}}": new_week,
    f"GET {ONE}/observations": weeks,
    "GET /intake/v1/observations": programme_weeks,
}
