"""Something to ask of the operations on spaces and on what is kept beside them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from libs.edge.bodies import Body
from services.intake.partners.shapes import Contact, Entry, NewAgreement
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


def _example(body: type[Body]) -> dict[str, Any]:
    """What the API's own pages show of a body."""
    shown: dict[str, Any] = body.model_json_schema()["examples"][0]
    return shown


async def _partner(here: Situation) -> str:
    body = {"role": "owner", "contact": _example(Contact)}
    return str((await here.counsellor.do("POST", f"{SPACES}/{here.space}/partners", body))["id"])


async def _agreement(here: Situation) -> str:
    path = f"{SPACES}/{here.space}/agreements"
    return str((await here.counsellor.do("POST", path, _example(NewAgreement)))["id"])


async def _arrangement(here: Situation) -> str:
    body = {**_example(Entry), "programme": here.programme}
    return str((await here.dpo.do("POST", "/intake/v1/arrangements", body))["id"])


async def new_partner(here: Situation, by: Person) -> Ask:
    return about(here.space, {"role": "administrator"})


async def partners(here: Situation, by: Person) -> Ask:
    return replace(about(here.space), traces=(await _partner(here),))


async def partner(here: Situation, by: Person) -> Ask:
    return about(await _partner(here), version=1)


async def contact(here: Situation, by: Person) -> Ask:
    return about(await _partner(here), _example(Contact), 1)


async def new_agreement(here: Situation, by: Person) -> Ask:
    return about(here.space, _example(NewAgreement))


async def agreements(here: Situation, by: Person) -> Ask:
    return replace(about(here.space), traces=(await _agreement(here),))


async def ending(here: Situation, by: Person) -> Ask:
    return about(await _agreement(here), {"reason": "expired"}, 1)


async def new_arrangement(here: Situation, by: Person) -> Ask:
    return Ask(body={**_example(Entry), "programme": here.programme})


async def arrangements(here: Situation, by: Person) -> Ask:
    return listing(await _arrangement(here))


async def arrangement(here: Situation, by: Person) -> Ask:
    return about(await _arrangement(here), _example(Entry), 1)


CASES: Mapping[str, Case[Any]] = {
    f"PUT {ONE}": description,
    f"POST {ONE}/state": state,
    f"PUT {ONE}/observations/{{week}}": new_week,
    f"GET {ONE}/observations": weeks,
    "GET /intake/v1/observations": programme_weeks,
    f"POST {ONE}/partners": new_partner,
    f"GET {ONE}/partners": partners,
    "GET /intake/v1/partners/{id}": partner,
    "PUT /intake/v1/partners/{id}/contact": contact,
    "DELETE /intake/v1/partners/{id}/contact": partner,
    f"POST {ONE}/agreements": new_agreement,
    f"GET {ONE}/agreements": agreements,
    "POST /intake/v1/agreements/{id}/ending": ending,
    "POST /intake/v1/arrangements": new_arrangement,
    "GET /intake/v1/arrangements": arrangements,
    "PUT /intake/v1/arrangements/{id}": arrangement,
}
