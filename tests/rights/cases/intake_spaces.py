"""Something to ask of the operations on spaces and on what is kept beside them."""

import base64
import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from libs.edge.bodies import Body
from services.intake.channels.api import NewDecision
from services.intake.keywords.shapes import NewList
from services.intake.partners.shapes import Contact, Entry, NewAgreement
from services.intake.spaces.shapes import DESCRIPTION
from services.intake.spreadsheets.shapes import Import
from tests.rights.asking import Ask, Case, about, listing
from tests.services.intake.situation import Situation
from tests.services.probe import Person

SPACES = "/intake/v1/spaces"
ONE = f"{SPACES}/{{id}}"
_communities = itertools.count(1)


async def _seen(here: Situation) -> dict[str, Any]:
    seen: dict[str, Any] = await here.counsellor.get(f"{SPACES}/{here.space}")
    return seen


async def _version(here: Situation) -> int:
    return int((await _seen(here))["version"])


async def description(here: Situation, by: Person) -> Ask:
    return about(here.space, DESCRIPTION, await _version(here))


async def state(here: Situation, by: Person) -> Ask:
    seen = await _seen(here)
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


def _words(here: Situation) -> dict[str, Any]:
    return {**_example(NewList), "programme": here.programme, "community": f"c-{next(_communities)}"}


async def _keyword_list(here: Situation) -> str:
    return str((await here.counsellor.do("POST", "/intake/v1/keyword-lists", _words(here)))["id"])


def _choice(here: Situation) -> dict[str, Any]:
    return {**_example(NewDecision), "programme": here.programme}


async def _decision(here: Situation) -> str:
    return str((await here.coordinator.do("POST", "/intake/v1/channel-decisions", _choice(here)))["id"])


async def new_keyword_list(here: Situation, by: Person) -> Ask:
    return Ask(body=_words(here))


async def keyword_lists(here: Situation, by: Person) -> Ask:
    return listing(await _keyword_list(here))


async def keyword_list(here: Situation, by: Person) -> Ask:
    return about(await _keyword_list(here))


async def phrases(here: Situation, by: Person) -> Ask:
    return about(await _keyword_list(here), {"phrases": ["Anerkennung"]}, 1)


async def space_phrases(here: Situation, by: Person) -> Ask:
    return about(here.space)


async def search_phrases(here: Situation, by: Person) -> Ask:
    return listing(here.space, programme=here.programme, state=(await _seen(here))["state"])


async def new_decision(here: Situation, by: Person) -> Ask:
    return Ask(body=_choice(here))


async def decisions(here: Situation, by: Person) -> Ask:
    return listing(await _decision(here))


async def decision(here: Situation, by: Person) -> Ask:
    return about(await _decision(here))


async def review(here: Situation, by: Person) -> Ask:
    return about(await _decision(here), {"result": "dropped"}, 1)


async def spreadsheet(here: Situation, by: Person) -> Ask:
    return Ask(body={**_example(Import), "programme": here.programme, "dry_run": False})


async def weeks_spreadsheet(here: Situation, by: Person) -> Ask:
    table = "name,week,members,posts,questions,own_posts\nFrauen in Musterstadt,2026-W30,300,9,1,1\n"
    content = base64.b64encode(table.encode()).decode()
    body = {"programme": here.programme, "format": "csv", "content": content, "dry_run": False}
    return Ask(body=body)


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
    "POST /intake/v1/keyword-lists": new_keyword_list,
    "GET /intake/v1/keyword-lists": keyword_lists,
    "GET /intake/v1/keyword-lists/{id}": keyword_list,
    "PUT /intake/v1/keyword-lists/{id}": phrases,
    f"GET {ONE}/search-phrases": space_phrases,
    "GET /intake/v1/search-phrases": search_phrases,
    "POST /intake/v1/channel-decisions": new_decision,
    "GET /intake/v1/channel-decisions": decisions,
    "GET /intake/v1/channel-decisions/{id}": decision,
    "POST /intake/v1/channel-decisions/{id}/review": review,
    "POST /intake/v1/imports/spaces": spreadsheet,
    "POST /intake/v1/imports/observations": weeks_spreadsheet,
}
