"""The directory over HTTP."""

import asyncio
from typing import Any

import asyncpg
import pytest

from libs.contracts.codes import OfficeKind
from libs.kit.ids import new_id
from tests.services.referral.situation import ENTRY, Situation

OFFICES = "/referral/v1/offices"


def path() -> str:
    return f"{OFFICES}/{new_id()}"


async def test_an_office_is_listed_and_the_fact_holds_no_place(here: Situation) -> None:
    office = await here.office(topics=["f-blue-card", "f-titles", "m-forms"])
    (event,) = await here.referral.said(about=office)
    assert event.type == "lotse.referral.office.listed.v1"
    assert event.programme == here.programme
    assert event.role == "referral-coordinator"
    assert event.data == {
        "kind": "mbe",
        "languages": ["de", "ar"],
        "topics": ["f-residence", "m-forms"],
        "land": "de-by",
        "reporting_duty": False,
    }


async def test_an_entry_that_says_nothing_new_changes_nothing(here: Situation) -> None:
    office = await here.office()
    body = {"listed_by": here.programme, **ENTRY}
    again = await here.referral_coordinator.do("PUT", f"{OFFICES}/{office}", body, version=1)
    assert again["version"] == 1
    assert len(await here.referral.said(about=office)) == 1


async def test_a_changed_entry_is_a_new_version_and_a_stale_one_is_refused(here: Situation) -> None:
    office = await here.office()
    body = {"listed_by": here.programme, **ENTRY, "phone": "+49 821 111111"}
    changed = await here.referral_coordinator.do("PUT", f"{OFFICES}/{office}", body, version=1)
    assert changed["version"] == 2
    assert (await here.counsellor.get(f"{OFFICES}/{office}"))["phone"] == "+49 821 111111"
    for stale in (0, 1):
        refused = await here.referral_coordinator.ask("PUT", f"{OFFICES}/{office}", body, version=stale)
        assert (refused.status_code, refused.json()["current_version"]) == (412, 2)


async def test_two_who_list_the_same_office_at_once_do_it_once(here: Situation) -> None:
    where, body = path(), {"listed_by": here.programme, **ENTRY}
    replies = await asyncio.gather(*(here.referral_coordinator.ask("PUT", where, body, version=0) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [200, 412, 412, 412]


async def test_the_directory_is_shared_by_all_programmes(here: Situation) -> None:
    office, elsewhere = await here.office(), f"{here.programme}-b"
    stranger = here.referral.person("coordinator", programme=elsewhere)
    body = {**ENTRY, "listed_by": elsewhere, "name": "Beratungsstelle Lindenhof, neu"}
    assert (await stranger.do("PUT", f"{OFFICES}/{office}", body, version=1))["version"] == 2
    assert (await here.counsellor.get(f"{OFFICES}/{office}"))["name"] == "Beratungsstelle Lindenhof, neu"


async def test_only_who_keeps_the_directory_lists_and_only_for_her_own_programme(here: Situation) -> None:
    body = {"listed_by": here.programme, **ENTRY}
    assert await here.counsellor.refused("PUT", path(), body, version=0) == (403, "role_missing")
    foreign = {**body, "listed_by": "somebody-elses"}
    assert await here.referral_coordinator.refused("PUT", path(), foreign, version=0) == (403, "role_missing")


@pytest.mark.parametrize("name", ["postcode", "city", "street"])
async def test_the_place_of_a_shelter_is_refused_before_it_is_stored(here: Situation, name: str) -> None:
    shelter = {**ENTRY, "kind": "womens-shelter", "secret_address": True, "listed_by": here.programme}
    body = {key: value for key, value in shelter.items() if key not in ("postcode", "city", "street") or key == name}
    reply = await here.referral_coordinator.ask("PUT", path(), body, version=0)
    assert reply.status_code == 422
    (fault,) = reply.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (f"/{name}", "address_is_secret")


async def test_an_address_that_becomes_secret_is_shown_and_found_no_more(here: Situation) -> None:
    town = f"Altstadt{here.programme[-6:]}"
    office = await here.office(city=town)
    assert [one["id"] for one in (await here.counsellor.get(OFFICES, q=town))["items"]] == [office]
    secret = {**ENTRY, "listed_by": here.programme, "secret_address": True, "city": None, "street": None}
    await here.referral_coordinator.do("PUT", f"{OFFICES}/{office}", {**secret, "postcode": None}, version=1)
    assert (await here.counsellor.get(OFFICES, q=town))["items"] == []
    shown = await here.counsellor.get(f"{OFFICES}/{office}")
    assert (shown["secret_address"], shown["postcode"], shown["city"], shown["street"]) == (True, None, None, None)


async def test_the_table_itself_refuses_the_place_of_a_shelter(here: Situation) -> None:
    office = await here.office()
    with pytest.raises(asyncpg.CheckViolationError):
        async with here.admin() as connection:
            await connection.execute("UPDATE office SET secret_address = true WHERE id = $1", office)


@pytest.mark.parametrize("kind", list(OfficeKind))
async def test_the_notice_stands_at_every_office_with_reporting_duty_and_at_no_other(
    here: Situation, kind: OfficeKind
) -> None:
    for duty, notice in ((True, "reporting-duty"), (False, None)):
        office = await here.office(kind=kind, reporting_duty=duty)
        assert (await here.counsellor.get(f"{OFFICES}/{office}"))["notice"] == notice
        (listed,) = [
            one for one in (await here.counsellor.get(OFFICES, kind=kind, limit=200))["items"] if one["id"] == office
        ]
        assert listed["notice"] == notice


async def test_nothing_that_goes_in_or_out_is_a_flag_on_the_status_of_a_person(here: Situation) -> None:
    document = (await here.referral.http.get("/referral/v1/openapi.json")).text.lower()
    assert [word for word in ("unclear", "undocumented", "residence_status", "papers") if word in document] == []


SEARCHES: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"languages": ["sr-Latn"]}, {"language": "sr"}, True),
    ({"languages": ["de"]}, {"language": "de-simple"}, False),
    ({"languages": ["de-simple"]}, {"language": "de-simple"}, True),
    ({"languages": ["srp"]}, {"language": "sr"}, False),
    ({"topics": ["f-blue-card"]}, {"topic": "f-blue-card"}, True),
    ({"topics": ["f-residence"]}, {"topic": "f-blue-card"}, True),
    ({"topics": ["f-blue-card"]}, {"topic": "f-residence"}, True),
    ({"topics": ["f-titles"]}, {"topic": "f-blue-card"}, False),
    ({"land": "de-sn"}, {"land": "de-sn"}, True),
    ({"land": "de-sn"}, {"land": "de-by"}, False),
    ({"kind": "lawyer"}, {"kind": "lawyer"}, True),
    ({"kind": "lawyer"}, {"kind": "jmd"}, False),
    ({"city": "München"}, {"q": "munchen"}, True),
    ({"city": "München"}, {"q": "lindenhof MÜNCHEN"}, True),
    ({"city": "München"}, {"q": "lindenhof Köln"}, False),
    ({}, {"q": "%"}, False),
    ({}, {"q": "Lindenweg"}, False),
    ({"active": False}, {}, False),
    ({"active": False}, {"active": "false"}, True),
    ({"languages": ["ar"], "land": "de-sn"}, {"language": "ar", "land": "de-be"}, False),
]


@pytest.mark.parametrize(("entry", "query", "found"), SEARCHES)
async def test_filters_find_what_they_say_and_combine_with_and(
    here: Situation, entry: dict[str, Any], query: dict[str, Any], found: bool
) -> None:
    mark = f"x{here.programme[-10:]}"
    office = await here.office(**{**entry, "name": f"Beratungsstelle Lindenhof {mark}"})
    wanted = {**query, "q": f"{mark} {query.get('q', '')}".strip()}
    items = (await here.counsellor.get(OFFICES, **wanted))["items"]
    assert [one["id"] for one in items] == ([office] if found else [])


async def test_the_pages_of_a_list_show_every_office_once_in_order_of_names(here: Situation) -> None:
    mark = f"y{here.programme[-10:]}"
    made = {await here.office(name=f"{mark} {name}") for name in ("b", "a", "b", "c", "a")}
    shown: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await here.counsellor.get(OFFICES, q=mark, limit=2, **cursor)
        shown += page["items"]
        assert page["page"]["total"] == 5
        if page["page"]["next"] is None:
            break
        cursor = {"cursor": page["page"]["next"]}
    assert [one["name"][-1] for one in shown] == ["a", "a", "b", "b", "c"]
    assert {one["id"] for one in shown} == made


async def test_an_office_sees_its_own_entry_and_nobody_elses(here: Situation) -> None:
    own, other = await here.office(), await here.office()
    desk = here.at(own)
    seen = await desk.get(f"{OFFICES}/{own}")
    assert (seen["id"], [action["allowed"] for action in seen["actions"]]) == (own, [False, False])
    assert await desk.refused("GET", f"{OFFICES}/{other}") == (404, "office_unknown")
    assert await desk.refused("GET", OFFICES) == (403, "role_missing")


async def test_what_is_offered_on_an_office_is_what_succeeds(here: Situation) -> None:
    office = await here.office()
    idle = await here.office(active=False)
    for person in (
        here.counsellor,
        here.referral_coordinator,
        here.referral.person("editor", programme=here.programme),
    ):
        for entry in (office, idle):
            shown = await person.get(f"{OFFICES}/{entry}")
            change, refer = shown["actions"]
            body = {"listed_by": here.programme, **ENTRY, "active": shown["active"], "name": f"{new_id()}"}
            reply = await person.ask("PUT", change["href"], body, version=shown["version"])
            assert change["allowed"] is (reply.status_code == 200)
            question = await here.question()
            wanted = {"question": str(question), "office": entry, "mode": "address-only"}
            reply = await person.ask("POST", refer["href"], wanted)
            assert refer["allowed"] is (reply.status_code == 201)
            assert refer["reason"] == (None if refer["allowed"] else reply.json()["code"])
