"""Everybody can read what a programme is, who pays for it and which accounts are its own, also after its end."""

import re
import tomllib

import pytest

from services.intake.pages import rendering
from tests.services.intake.accounts.test_accounts import asked
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

ARABIC = {
    "language": "ar",
    "offer": "نقدم المشورة مجانًا <حول> الاعتراف بالشهادات.",
    "contact": "اكتبوا لنا رسالة.",
    "privacy": "https://lara.example.org/ar",
}
GERMAN = {
    "language": "de",
    "offer": "Wir beraten kostenlos.\nAuch abends.",
    "contact": "Schreiben Sie uns: 030 123456",
    "privacy": "https://lara.example.org/de",
}
PAGE = {"name": "LaRA & Co", "funder": "IQ Förderprogramm", "texts": [ARABIC, GERMAN]}


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


def path(here: Situation) -> str:
    return f"/intake/v1/programmes/{here.programme}/page"


async def test_a_page_is_published_and_read_without_signing_in(here: Situation) -> None:
    made = await here.admin.do("PUT", path(here), PAGE, version=0)
    assert made == {"version": 1, "missing_languages": ["uk"]}
    seen = (await here.intake.http.get(path(here))).json()
    assert [(text["language"], text["direction"]) for text in seen["texts"]] == [("ar", "rtl"), ("de", "ltr")]
    assert (seen["funder"], seen["ended"], seen["successor"]) == ("IQ Förderprogramm", False, None)
    said = (await here.intake.said(type="page"))[-1]
    assert (said.subject, said.programme) == (f"page/{here.programme}", here.programme)
    assert said.data == {"languages": ["ar", "de"], "has_successor": False}


async def test_it_says_which_accounts_are_ours_and_which_no_longer(here: Situation) -> None:
    await here.admin.do("PUT", path(here), PAGE, version=0)
    await asked(here, label="Nur gewünscht")
    live, retired = await asked(here, label="Echt"), await asked(here, label="Früher")
    for account, states in ((live, ["live"]), (retired, ["live", "retired"])):
        for version, state in enumerate(states, start=1):
            await here.coordinator.do("POST", f"{account}/state", {"state": state, "cause": "set-up"}, version=version)
    seen = (await here.intake.http.get(path(here))).json()
    assert [(account["label"], account["in_use"]) for account in seen["accounts"]] == [
        ("Echt", True),
        ("Früher", False),
    ]


async def test_it_stays_after_the_end_and_names_the_successor(intake: Probe) -> None:
    here = await situation(intake, term_end="2026-11-30")
    await here.admin.do("PUT", path(here), PAGE, version=0)
    here.later(days=30)
    successor = {"name": "LaRA Plus", "link": "https://plus.example.org"}
    await here.admin.do("PUT", path(here), {**PAGE, "successor": successor}, version=1)
    seen = (await here.intake.http.get(path(here))).json()
    assert (seen["ended"], seen["successor"]) == (True, successor)
    html = (await here.intake.http.get(f"{path(here)}/de")).text
    assert "Das Projekt ist beendet." in html and 'href="https://plus.example.org"' in html


async def test_as_a_page_it_runs_in_its_own_direction_and_nothing_typed_becomes_markup(here: Situation) -> None:
    await here.admin.do("PUT", path(here), PAGE, version=0)
    reply = await here.intake.http.get(f"{path(here)}/ar")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")
    assert '<html lang="ar" dir="rtl">' in reply.text and "&lt;حول&gt;" in reply.text and "LaRA &amp; Co" in reply.text
    assert "<script" not in reply.text and set(re.findall(r'aria-current="(\w+)"', reply.text)) == {"page"}
    assert (await here.intake.http.get(f"{path(here)}/fr")).status_code == 404


async def test_what_nobody_wrote_is_unknown_and_each_wrong_language_is_named(here: Situation) -> None:
    assert (await here.intake.http.get(path(here))).json()["code"] == "page_unknown"
    wrong = {**PAGE, "texts": [GERMAN, GERMAN, {**GERMAN, "language": "ja"}]}
    reply = await here.admin.ask("PUT", path(here), wrong, version=0)
    assert {(error["pointer"], error["code"]) for error in reply.json()["errors"]} == {
        ("/texts/1/language", "repeated"),
        ("/texts/2/language", "language_not_offered"),
    }
    await here.admin.do("PUT", path(here), PAGE, version=0)
    assert await here.admin.refused("PUT", path(here), PAGE, version=0) == (412, "stale")


def test_each_language_of_the_shipped_programmes_has_all_headings() -> None:
    programmes = tomllib.loads(rendering.WORDS.with_name("programmes.toml").read_text())
    wanted = {language for programme in programmes.values() for language in programme["policy"]["languages"]} | {"uk"}
    words = tomllib.loads(rendering.WORDS.read_text())
    assert wanted <= set(words)
    assert {frozenset(table) for table in words.values()} == {frozenset(words["en"])}
    assert rendering.headings("de-simple") == words["de"] and rendering.headings("ja") == words["en"]
