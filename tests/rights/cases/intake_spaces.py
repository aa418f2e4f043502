"""Something to ask of the operations on spaces and on what is kept beside them."""

from collections.abc import Mapping
from typing import Any

from services.intake.spaces.shapes import DESCRIPTION
from tests.rights.asking import Ask, Case, about
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


CASES: Mapping[str, Case[Any]] = {
    f"PUT {ONE}": description,
    f"POST {ONE}/state": state,
}
