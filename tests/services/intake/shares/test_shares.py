"""What a share sheet hands over becomes a draft, redacted, and leaves nothing behind."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from libs.kit.actor import SYSTEM
from libs.kit.transaction import Cause
from tests.services.intake.situation import Situation, situation
from tests.services.probe import Probe

PATH = "/intake/v1/shares"
PAGE = Path("docs/operations/sharing.md").read_text()
POST = "https://m.facebook.com/groups/1/posts/2?fbclid=abc"
CANONICAL = "https://facebook.com/groups/1/posts/2"
TEXT = "¿Cuánto cuesta? Llamadme: 030 23125 123"
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"


@pytest.fixture
async def here(intake: Probe) -> Situation:
    return await situation(intake)


def multipart(*fields: tuple[str, str], more: str = "") -> bytes:
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"{more}\r\n\r\n{v}\r\n' for n, v in fields]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


async def send(here: Situation, raw: bytes, kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> httpx.Response:
    headers = {"Authorization": f"Bearer {here.intake.token(here.counsellor)}", "Content-Type": kind}
    return await here.intake.http.post(PATH, content=raw, headers=headers)


async def test_the_sheets_form_becomes_a_draft_that_can_be_captured(here: Situation) -> None:
    raw = multipart(("title", "Amal Ahmad | Facebook"), ("text", TEXT), ("url", POST))
    reply = await send(here, raw)
    assert reply.status_code == 200, reply.text
    made = reply.json()
    assert made == {
        "draft": {"text": "¿Cuánto cuesta? Llamadme: [Telefon]", "link": CANONICAL, "channel": "public"},
        "redacted": {"phone": 1},
        "link_unreadable": False,
    }
    assert "Amal" not in reply.text and "23125" not in reply.text
    await here.counsellor.do("POST", "/intake/v1/questions", {**made["draft"], "space": here.space})


@pytest.mark.parametrize(
    ("fields", "draft"),
    [
        ((("title", ""), ("text", f"Mira esto {POST}"), ("url", "")), ("Mira esto", CANONICAL)),
        ((("text", POST),), (None, CANONICAL)),
        ((("url", POST),), (None, CANONICAL)),
        ((("text", "¿Qué hago?\r\n¿Y ahora?"),), ("¿Qué hago?\r\n¿Y ahora?", None)),
        ((("url", "content://media/1"),), (None, None)),
        ((), (None, None)),
    ],
)
async def test_phones_share_what_they_have(here: Situation, fields: Any, draft: tuple[str | None, str | None]) -> None:
    made = (await send(here, multipart(*fields))).json()
    assert (made["draft"]["text"], made["draft"]["link"]) == draft
    assert made["link_unreadable"] is any("content:" in value for _, value in fields)


async def test_the_urlencoded_form_and_json_say_the_same(here: Situation) -> None:
    form = f"text={quote(TEXT)}&url={quote(POST)}".encode()
    encoded = await send(here, form, "application/x-www-form-urlencoded")
    plain = await send(here, json.dumps({"text": TEXT, "url": POST}).encode(), "application/json")
    assert encoded.status_code == 200
    assert encoded.json() == plain.json() == (await send(here, multipart(("text", TEXT), ("url", POST)))).json()


async def test_nothing_is_stored(here: Situation) -> None:
    assert (await send(here, multipart(("text", "Zwetschgendatschi")))).status_code == 200
    assert await _holding(here, "Zwetschgendatschi") == []
    await here.question(text="Reibekuchen")
    assert await _holding(here, "Reibekuchen") == ["question", "forgettable"], "so would be found what is stored"


async def _holding(here: Situation, word: str) -> list[str]:
    """The tables in which a word stands, seen as the system: who names no programme is shown no row."""
    async with here.intake.db.transaction(Cause(SYSTEM)) as tx:
        rows = {
            table: str([dict(row) for row in await tx.connection.fetch(f"SELECT * FROM {table}")])
            for table in ("question", "event", "idempotency", "forgettable")
        }
    return [table for table, shown in rows.items() if word in shown]


async def test_another_sites_form_is_refused_before_it_is_read(here: Situation) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": "session=1", "Origin": "https://evil.test"}
    reply = await here.intake.http.post(PATH, content=b"\xff not a form", headers=headers)
    assert (reply.status_code, "access-control-allow-origin" in reply.headers) == (401, False)


async def test_nothing_personal_may_stand_in_an_address(here: Situation) -> None:
    assert await here.counsellor.refused("GET", PATH, text="x") == (405, "method_not_allowed")
    assert await here.counsellor.refused("POST", PATH, {}, text="x") == (400, "unknown_parameter")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "malformed_form"),
        (multipart(("text", "x"))[:-6], "malformed_form"),
        (multipart(("text", "x"), more='; filename="a.txt"'), "malformed_form"),
        (multipart(("text", "x")).replace(b"x\r\n", b"\xff\r\n"), "malformed_form"),
        (multipart(*[("text", "x")] * 2), "duplicate_member"),
        (multipart(*[("text", "x")] * 50), "malformed_form"),
        (b"preamble" + multipart(("text", "x")), "malformed_form"),
        (multipart(("files", "x")), "invalid_input"),
        (multipart(("text", "a\u202eb")), "invalid_input"),
        (multipart(("text", "a\x00b")), "invalid_input"),
        (multipart(("text", "x" * 20_001)), "invalid_input"),
        (b"x" * (64 * 1024 + 1), "body_too_large"),
    ],
)
async def test_a_form_that_is_none_is_refused_and_not_repeated(here: Situation, raw: bytes, code: str) -> None:
    reply = await send(here, raw)
    assert (400 <= reply.status_code < 500, reply.json()["code"]) == (True, code)


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data", "multipart/form-data; boundary=a b", "multipart/mixed"]
)
async def test_another_kind_of_body_is_refused(here: Situation, kind: str) -> None:
    assert (await send(here, b"x", kind)).status_code == 415


async def test_the_other_operations_take_no_form(here: Situation) -> None:
    headers = {"Authorization": f"Bearer {here.intake.token(here.counsellor)}", "Idempotency-Key": "form"}
    reply = await here.intake.http.post("/intake/v1/questions", data={"text": "x"}, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")


def test_what_the_page_tells_to_install_goes_by_post() -> None:
    target = json.loads("{" + re.search(r'"share_target": {.*?\n}', PAGE, re.DOTALL)[0] + "}")["share_target"]  # type: ignore[index]
    assert (target["method"], target["enctype"]) == ("POST", "multipart/form-data")
    assert target["params"] == {name: name for name in ("title", "text", "url")}
    (bookmarklet,) = re.findall(r"^javascript:.*$", PAGE, re.MULTILINE)
    assert 'method="post"' in bookmarklet and "?" not in bookmarklet
