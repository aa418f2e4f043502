"""The development issuer speaks the real code flow, keeps its key to itself, and stays on this machine."""

import hashlib
import os
import re
import stat
import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from jwt.types import Options

from cli.local import devissuer
from libs.kit.ids import staff_id
from tests.libs.edge.sample_app import AUDIENCE, ISSUER, OFFICE, Sample, key

VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
ASKED = {
    "response_type": "code",
    "client_id": "desk",
    "redirect_uri": "http://127.0.0.1:5173/back?x=1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "scope": "openid",
    "state": 'a"><script>',
    "nonce": "n-1",
}


@pytest.fixture
def browser(sample: Sample) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(sample.transport.app), base_url=ISSUER)


async def code(browser: httpx.AsyncClient, person: str = "amal") -> str:
    chosen = await browser.post("/authorize", params=ASKED, data={"person": person})
    assert chosen.status_code == 303
    back = urlsplit(chosen.headers["location"])
    assert (back.netloc, parse_qs(back.query)["state"]) == ("127.0.0.1:5173", [ASKED["state"]])
    return parse_qs(back.query)["code"][0]


def exchange(code: str, **changed: str) -> dict[str, str]:
    usual = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": ASKED["redirect_uri"],
        "client_id": "desk",
        "code_verifier": VERIFIER,
    }
    return usual | changed


async def test_the_code_flow_ends_in_a_token_that_a_service_believes(
    sample: Sample, browser: httpx.AsyncClient
) -> None:
    answer = await browser.post("/token", data=exchange(await code(browser)))
    assert (answer.status_code, answer.json()["expires_in"]) == (200, 3600)
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()["access_token"]
    assert (await sample.tokens.actor(f"Bearer {token}".encode())).staff == staff_id(ISSUER, "amal")
    untimed: Options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    identity = jwt.decode(answer.json()["id_token"], key().public_key(), ["ES256"], audience="desk", options=untimed)
    assert identity["nonce"] == "n-1"


async def test_a_code_works_once(browser: httpx.AsyncClient) -> None:
    spent = exchange(await code(browser))
    assert (await browser.post("/token", data=spent)).status_code == 200
    assert (await browser.post("/token", data=spent)).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:1/"},
        {"client_id": "other"},
        {"grant_type": "password"},
        {"code": "guess"},
    ],
    ids=str,
)
async def test_a_stolen_code_is_worth_nothing(browser: httpx.AsyncClient, changed: dict[str, str]) -> None:
    right = exchange(await code(browser))
    assert (await browser.post("/token", data=right | changed)).status_code == 400
    if "code" not in changed:
        assert (await browser.post("/token", data=right)).status_code == 400, "the first try spends it"


async def test_a_code_lives_a_minute(sample: Sample, browser: httpx.AsyncClient) -> None:
    made = exchange(await code(browser))
    sample.clock.advance(seconds=61)
    assert (await browser.post("/token", data=made)).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
        {"response_type": "token"},
    ],
    ids=str,
)
async def test_an_unsafe_request_is_refused_without_a_redirect(
    browser: httpx.AsyncClient, changed: dict[str, str]
) -> None:
    for method in ("GET", "POST"):
        answer = await browser.request(method, "/authorize", params=ASKED | changed, data={"person": "amal"})
        assert answer.status_code == 400
        assert "location" not in answer.headers


async def test_the_page_lists_the_people_and_escapes_what_it_was_given(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/authorize", params=ASKED)).text
    assert re.findall(r'name="person" value="([^"]+)"', page) == ["amal", "vera", "nobody", "office"]
    assert "<script>" not in page
    assert '<html lang="en">' in page
    assert "<h1>" in page


async def test_nobody_unknown_can_be_chosen(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/authorize", params=ASKED, data={"person": "mallory"})).status_code == 400


async def test_the_command_line_gets_a_token_directly(sample: Sample, browser: httpx.AsyncClient) -> None:
    token = (await browser.post("/dev/token", json={"as": "office"})).json()["access_token"]
    assert (await sample.tokens.actor(f"Bearer {token}".encode())).office == OFFICE


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"as": 1}', b'{"as": "mallory"}', b'{"as": []}', b"x" * 100_000])
async def test_an_unknown_person_gets_the_list_of_known_ones(browser: httpx.AsyncClient, body: bytes) -> None:
    answer = await browser.post("/dev/token", content=body)
    assert (answer.status_code, answer.json()["people"]) == (404, ["amal", "nobody", "office", "vera"])


async def test_another_host_name_is_not_answered(sample: Sample) -> None:
    rebound = httpx.AsyncClient(transport=httpx.ASGITransport(sample.transport.app), base_url="http://evil.example")
    assert (await rebound.post("/dev/token", json={"as": "amal"})).status_code == 400


async def test_a_foreign_page_may_not_read_a_token(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/dev/token", json={"as": "amal"}, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = devissuer.signing_key(tmp_path / "new")
    again = devissuer.signing_key(tmp_path / "new")
    assert first.private_numbers() == again.private_numbers()
    assert stat.S_IMODE((tmp_path / "new" / "devissuer.pem").stat().st_mode) == 0o600


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.local.devissuer", *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=30)


def test_it_does_not_start_in_production(tmp_path: Path) -> None:
    ended = start("--data", str(tmp_path), "--people", "none.json", LOTSE_ENV="production")
    assert ended.returncode == 1
    assert "LOTSE_ENV=production" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_people_that_cannot_be_read_are_said_in_words(tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text('{"amal": {"roles": "all"}}')
    ended = start("--data", str(tmp_path), "--people", str(people))
    assert ended.returncode == 1
    assert "cannot be read" in ended.stderr
    assert AUDIENCE not in ended.stderr
