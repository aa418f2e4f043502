"""Something to ask of the operations on professional accounts and public pages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.rights.asking import Ask, Case, about, listing
from tests.services.intake.accounts.test_accounts import DESCRIBED, WEEK
from tests.services.intake.pages.test_pages import PAGE
from tests.services.intake.situation import Situation
from tests.services.probe import Person

ACCOUNTS = "/intake/v1/accounts"
ONE = f"{ACCOUNTS}/{{id}}"
OWN_PAGE = "/intake/v1/programmes/{code}/page"


def _new(here: Situation) -> dict[str, Any]:
    return {"programme": here.programme, "platform": "facebook", **DESCRIBED}


async def _asked(here: Situation) -> str:
    return str((await here.coordinator.do("POST", ACCOUNTS, _new(here)))["id"])


async def new_account(here: Situation, by: Person) -> Ask:
    return Ask(body=_new(here))


async def accounts(here: Situation, by: Person) -> Ask:
    return listing(await _asked(here))


async def account(here: Situation, by: Person) -> Ask:
    return about(await _asked(here))


async def description(here: Situation, by: Person) -> Ask:
    return about(await _asked(here), {**DESCRIBED, "label": "Neu"}, 1)


async def state(here: Situation, by: Person) -> Ask:
    return about(await _asked(here), {"state": "live", "cause": "set-up"}, 1)


async def standing(here: Situation, by: Person) -> Ask:
    ask = about(await _asked(here), WEEK, 1)
    return replace(ask, path={**ask.path, "week": "2026-W47"})


async def new_page(here: Situation, by: Person) -> Ask:
    seen = await here.intake.http.get(OWN_PAGE.format(code=here.programme))
    version = seen.json()["version"] if seen.status_code == 200 else 0
    return Ask({"code": here.programme}, PAGE, version)


async def page(here: Situation, by: Person) -> Ask:
    wanted = await new_page(here, by)
    if wanted.version == 0:
        await here.admin.do("PUT", OWN_PAGE.format(code=here.programme), PAGE, version=0)
    return Ask({"code": here.programme, "language": "ar"})


CASES: Mapping[str, Case[Any]] = {
    f"POST {ACCOUNTS}": new_account,
    f"GET {ACCOUNTS}": accounts,
    f"GET {ONE}": account,
    f"PUT {ONE}": description,
    f"POST {ONE}/state": state,
    f"PUT {ONE}/standings/{{week}}": standing,
    f"GET {ONE}/standings": account,
    f"PUT {OWN_PAGE}": new_page,
    f"GET {OWN_PAGE}": page,
    f"GET {OWN_PAGE}/{{language}}": page,
}
