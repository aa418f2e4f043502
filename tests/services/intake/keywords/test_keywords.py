"""What is searched for, and what a scout types into which group."""

from typing import Any

from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

LISTS = "/intake/v1/keyword-lists"


async def _list(here: Situation, language: str, *phrases: str, community: str | None = None) -> str:
    body = {"programme": here.programme, "community": community, "language": language, "phrases": list(phrases)}
    return str((await here.counsellor.do("POST", LISTS, body))["id"])


async def _space(here: Situation, name: str, **more: Any) -> str:
    body = {"programme": here.programme, "platform": "facebook", "kind": "group", "name": name, "members": 300}
    return str((await here.counsellor.do("POST", "/intake/v1/spaces", {**body, "access": "open", **more}))["id"])


async def _typed(here: Situation, space: str) -> list[tuple[str, list[str]]]:
    found = await here.counsellor.get(f"/intake/v1/spaces/{space}/search-phrases")
    return [(one["phrase"], one["spellings"]) for one in found["phrases"]]


async def test_each_spelling_is_typed_by_itself_because_no_platform_folds(intake: Probe) -> None:
    here = await situation(intake)
    await _list(here, "de", "Übersetzung", "Anerkennung", "anerkennung")
    await _list(here, "ar", "شهادة", "شهاده")
    assert await _typed(here, here.space) == [
        ("Übersetzung", ["ubersetzung", "Uebersetzung"]),
        ("Anerkennung", ["anerkennung"]),
        ("شهادة", ["شهاده"]),
    ]


async def test_a_list_goes_where_its_community_meets_and_its_language_is_spoken(intake: Probe) -> None:
    here = await situation(intake)
    await _list(here, "ar", "للجميع")
    await _list(here, "ar", "دمشق", community="syria")
    await _list(here, "uk", "диплом")
    syrian = await _space(here, "Syrer", languages=["ar"], communities=["syria"])
    assert [phrase for phrase, _ in await _typed(here, syrian)] == ["للجميع", "دمشق"]
    assert [phrase for phrase, _ in await _typed(here, here.space)] == ["للجميع"]
    page = await here.counsellor.get("/intake/v1/search-phrases", programme=here.programme)
    assert [(one["name"], len(one["phrases"])) for one in page["items"]] == [("Frauen in Musterstadt", 1), ("Syrer", 2)]


async def test_two_scripts_of_one_language_are_not_mixed(intake: Probe) -> None:
    here = await situation(intake)
    await _list(here, "sr-Cyrl", "диплома")
    await _list(here, "sr-Latn", "diploma")
    space = await _space(here, "Srbi", languages=["sr-Latn", "de"])
    assert [phrase for phrase, _ in await _typed(here, space)] == ["diploma"]


async def test_there_is_one_list_for_a_community_and_language_and_it_is_written_anew(intake: Probe) -> None:
    here = await situation(intake)
    id = await _list(here, "ar", "شهادة")
    body = {"programme": here.programme, "language": "ar", "phrases": ["عمل"]}
    assert await here.counsellor.refused("POST", LISTS, body) == (409, "keyword_list_exists")
    await here.counsellor.do("PUT", f"{LISTS}/{id}", {"phrases": ["عمل", "شهادة"]}, version=1)
    assert (await here.counsellor.get(f"{LISTS}/{id}"))["phrases"] == ["عمل", "شهادة"]
    assert [event.data for event in await intake.said(about=id)] == [
        {"language": "ar", "phrases": 1},
        {"language": "ar", "phrases": 2},
    ]


async def test_nobody_searches_for_a_person_and_nothing_stands_there_twice(intake: Probe) -> None:
    here = await situation(intake)
    body = {"programme": here.programme, "language": "de", "phrases": ["Anerkennung", "0151 23456789"]}
    reply = await here.counsellor.ask("POST", LISTS, body)
    fault = reply.json()["errors"][0]
    assert (reply.status_code, fault["pointer"], fault["code"]) == (422, "/phrases/1", "personal_data")
    reply = await here.counsellor.ask("POST", LISTS, {**body, "phrases": ["Arbeit", "Arbeit"]})
    assert reply.json()["errors"][0]["pointer"] == "/phrases/1"
