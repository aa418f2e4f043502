"""Whatever is sent, nothing of it comes back, and nothing makes a server error."""

import asyncio
import json
import string
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.libs.edge.sample_app import OFFICE, Sample, shared
from tests.libs.edge.test_requests import CANARY

POSITIONS: list[dict[str, Any]] = [
    {"path": f"/intake/v1/{CANARY}"},
    {"path": f"/intake/v1/things/{CANARY}"},
    {"path": f"/intake/v1/things?{CANARY}=1"},
    {"path": f"/intake/v1/things?limit={CANARY}"},
    {"path": f"/intake/v1/things?cursor={CANARY}"},
    {"path": f"/intake/v1/things?colour={CANARY}"},
    {"method": "POST", "headers": {"Idempotency-Key": f"{CANARY} x"}},
    {"method": "POST", "headers": {"Content-Type": f"text/{CANARY}"}},
    {"method": "POST", "headers": {"Authorization": f"Bearer {CANARY}"}},
    {"method": "POST", "headers": {"Authorization": CANARY}},
    {"method": "POST", "headers": {"traceparent": CANARY, "X-Request-Id": CANARY, "X-Trace-Id": CANARY}},
    {"method": "POST", "path": f"/intake/v1/things/{OFFICE}/closing", "headers": {"If-Match": f'"{CANARY}"'}},
    {"method": "POST", "path": f"/intake/v1/things/{OFFICE}/closing", "content": CANARY.encode()},
    {"method": CANARY.upper()},
    {"method": "POST", "content": CANARY.encode()},
    {"method": "POST", "content": json.dumps({CANARY: CANARY}).encode()},
    {"method": "POST", "content": json.dumps({"title": [CANARY]}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a" * 201 + CANARY}).encode()},
    {"method": "POST", "content": json.dumps({"title": f"\x00{CANARY}"}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a", "colour": CANARY}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a", "at": CANARY}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a", "owner": CANARY}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a", "link": CANARY}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a", "parity": CANARY}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a", "shape": {"kind": CANARY}}).encode()},
    {"method": "POST", "content": json.dumps({"title": "a", "labels": {CANARY: {CANARY: CANARY}}}).encode()},
    {"method": "POST", "content": f'{{"title":"{CANARY}","title":1}}'.encode()},
    {"method": "POST", "content": f'{{"{CANARY}":1,"{CANARY}":1}}'.encode()},
]


@pytest.mark.parametrize("position", POSITIONS, ids=str)
async def test_a_canary_never_comes_back(
    sample: Sample, position: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    headers = sample.signed_in(**{"Idempotency-Key": "k", "Content-Type": "application/json"})
    headers |= position.get("headers", {})
    answer = await sample.client.request(
        position.get("method", "GET"),
        position.get("path", "/intake/v1/things"),
        content=position.get("content", b""),
        headers=headers,
    )
    assert 400 <= answer.status_code < 500
    assert CANARY.lower() not in (answer.text + str(answer.headers)).lower()
    assert CANARY.lower() not in "".join(capfd.readouterr()).lower()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = ["title", "text", "link", "colour", "at", "owner", "shape", "labels", "tags"]
NEAR = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), JSON, max_size=6)
ANY_HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answered(**request: Any) -> httpx.Response:
    """One request, outside any running loop."""
    made = shared()
    headers = made.signed_in(**{"Idempotency-Key": "k", "Content-Type": "application/json"})
    raw = {name: value.encode("latin-1") for name, value in (headers | request.pop("headers", {})).items()}
    return asyncio.run(made.client.request(headers=raw, **request))


@FUZZ
@given(
    st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | NEAR.map(lambda v: json.dumps(v).encode())
)
def test_no_body_makes_a_server_error(raw: bytes) -> None:
    answer = answered(method="POST", url="/intake/v1/things", content=raw)
    assert answer.status_code in (201, 400, 422)


@FUZZ
@given(st.text(string.ascii_letters + string.digits + "&=%+;,[]\"'<>", max_size=60), st.text(max_size=20))
def test_no_query_makes_a_server_error(raw: str, value: str) -> None:
    assert answered(method="GET", url=f"http://service/intake/v1/things?{raw}").status_code in (200, 400)
    encoded = httpx.QueryParams({"cursor": value.encode("utf-8", "replace").decode()})
    assert answered(method="GET", url=f"http://service/intake/v1/things?{encoded}").status_code in (200, 400)


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "Authorization",
                "Idempotency-Key",
                "If-Match",
                "If-None-Match",
                "Content-Type",
                "traceparent",
                "Content-Encoding",
            ]
        ),
        ANY_HEADER,
        max_size=4,
    )
)
def test_no_header_makes_a_server_error(headers: dict[str, str]) -> None:
    path = f"/intake/v1/things/{OFFICE}/closing"
    assert answered(method="POST", url=path, headers=headers).status_code in (200, 400, 401, 428)
    assert answered(method="GET", url=f"/intake/v1/things/{OFFICE}", headers=headers).status_code in (200, 304, 401)


@FUZZ
@given(st.binary(max_size=40))
def test_no_path_makes_a_server_error(raw: bytes) -> None:
    path = "".join(f"%{byte:02X}" for byte in raw)
    assert answered(method="GET", url=f"http://service/intake/v1/codes/{path}").status_code in (200, 404)
    assert answered(method="GET", url=f"http://service/intake/v1/things/{path}").status_code in (200, 404)
