"""Whatever is sent, it is read or refused cleanly: no 5xx, right pointers, and nothing of it comes back."""

import asyncio
import json
import string
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.libs.kit.sample_app import OFFICE, Sample, running

CANARY = "Qx7kanarienvogel"
SURROGATE = '"\\ud800"'


async def send(sample: Sample, body: Any, *, path: str = "/intake/v1/things", **headers: str) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {"Idempotency-Key": "k", "Content-Type": "application/json", **headers}
    return await sample.client.post(path, content=raw, headers=sample.signed_in(**said))


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ("/title", "required")),
        ({"title": 5}, ("/title", "wrong_type")),
        ({"title": ""}, ("/title", "too_short")),
        ({"title": "  "}, ("/title", "blank")),
        ({"title": "a" * 201}, ("/title", "too_long")),
        ({"title": "a", "text": "a" * 20_001}, ("/text", "too_long")),
        ({"title": "a", "link": "javascript:alert(1)"}, ("/link", "malformed")),
        ({"title": "a", "link": "https://user:secret@example.org"}, ("/link", "not_a_link")),
        ({"title": "a", "link": "https://[::1"}, ("/link", "not_a_link")),
        ({"title": "a", "colour": "green"}, ("/colour", "unknown_code")),
        ({"title": "a", "at": "2026-11-23T09:30:00"}, ("/at", "malformed")),
        ({"title": "a", "at": "1763900000"}, ("/at", "malformed")),
        ({"title": "a", "at": 1763900000}, ("/at", "malformed")),
        ({"title": "a", "at": "9999-12-31T23:59:59-14:00"}, ("/at", "out_of_range")),
        ({"title": "a", "owner": "x"}, ("/owner", "malformed")),
        ({"title": "a", "shape": {"kind": "flat"}}, ("/shape", "unknown_code")),
        ({"title": "a", "shape": {}}, ("/shape", "required")),
        ({"title": "a", "shape": {"kind": "round"}}, ("/shape/radius", "required")),
        ({"title": "a", "shape": {"kind": "round", "radius": 0}}, ("/shape/radius", "out_of_range")),
        ({"title": "a", "shape": {"kind": "round", "radius": "1"}}, ("/shape/radius", "wrong_type")),
        ({"title": "a", "shape": {"kind": "round", "radius": True}}, ("/shape/radius", "wrong_type")),
        ({"title": "a", "shape": {"kind": "square", "corners": [{"x": 1}, {}]}}, ("/shape/corners/1/x", "required")),
        ({"title": "a", "tags": ["a", 1]}, ("/tags/1", "wrong_type")),
        ({"title": "a", "tags": ["a"] * 4}, ("/tags", "too_long")),
        ({"title": "a", "tags": "a"}, ("/tags", "wrong_type")),
        ({"title": "a", CANARY: 1}, ("", "unknown_member")),
        ({"title": "a", "labels": {CANARY: {"x": -1}}}, ("/labels", "out_of_range")),
        ({"title": "a", "labels": {CANARY: {"x": 1, CANARY: 1}}}, ("/labels", "unknown_member")),
        ([], ("", "wrong_type")),
        (None, ("", "wrong_type")),
        ("a", ("", "wrong_type")),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, dict) else None,
)
async def test_each_fault_points_at_its_place(sample: Sample, body: Any, expected: tuple[str, str]) -> None:
    answer = await send(sample, body)
    assert faults(answer) == [expected]
    assert CANARY not in answer.text
    assert all(fault["message"].endswith((".", ")")) for fault in answer.json()["errors"])


async def test_all_faults_are_told_at_once(sample: Sample) -> None:
    answer = await send(sample, {"title": "", "colour": "x", "owner": 1})
    assert faults(answer) == [("/title", "too_short"), ("/colour", "unknown_code"), ("/owner", "wrong_type")]


async def test_the_list_of_faults_ends_somewhere(sample: Sample) -> None:
    corners = [{"x": -1}] * 1000
    answer = await send(sample, {"title": "a", "shape": {"kind": "square", "corners": corners}})
    assert 1 <= len(faults(answer)) <= 20


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f", "\u202e", "\u2066", "\x9b"])
async def test_controls_nul_and_bidi_tricks_are_no_text(sample: Sample, character: str) -> None:
    found = faults(await send(sample, {"title": f"a{character}b"}))
    assert [pointer for pointer, _ in found] == ["/title"]


@pytest.mark.parametrize("at", ["2026-11-23T09:30:00Z", "2026-11-23T09:30:00.123+05:30", "2026-11-23 09:30:00-01:00"])
async def test_a_moment_with_its_zone_is_read(sample: Sample, at: str) -> None:
    assert (await send(sample, {"title": "a", "at": at})).status_code == 201


@pytest.mark.parametrize(
    "link", ["https://example.org/a?b=c#d", "http://xn--bcher-kva.example:8080/", "https://m.example.org/ä"]
)
async def test_a_web_address_is_a_link(sample: Sample, link: str) -> None:
    assert (await send(sample, {"title": "a", "link": link})).status_code == 201


@pytest.mark.parametrize("title", ["Straße", "العربية", "فارسی\u200cها", "🙂👩\u200d👧", "a\u0301", "日本"])
async def test_every_script_is_text(sample: Sample, title: str) -> None:
    assert (await send(sample, {"title": title})).status_code == 201


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nul",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"title":"\xff"}',
        b'{"title":"\xed\xa0\x80"}',
        b'{"title":' + SURROGATE.encode() + b"}",
        b'{"\\udfff":1}',
        b'{"title":"a"} {}',
        b"{'title':'a'}",
        b'{"title":"a",}',
        b'{"title":"\n"}',
        b"[" * 100_000,
        b'{"title":' * 20_000,
        b'{"labels":{"a":{"x":' + b"9" * 10_000 + b"}}}",
    ],
    ids=lambda raw: repr(raw[:24]),
)
async def test_what_is_no_json_is_a_400(sample: Sample, raw: bytes) -> None:
    answer = await send(sample, raw)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "1e-999", "9" * 400, "-0", "0." + "1" * 5000])
async def test_odd_numbers_are_refused_or_read_but_never_break(sample: Sample, number: str) -> None:
    answer = await send(sample, f'{{"title":"a","labels":{{"a":{{"x":1,"y":{number}}}}}}}'.encode())
    assert answer.status_code in (201, 400, 422)


@pytest.mark.parametrize(
    "raw", [b'{"title":"a","title":"b"}', b'{"title":"a","labels":{"a":{"x":1},"a":{"x":2}}}', b'{"x":1,"x":1}']
)
async def test_the_same_member_twice_is_refused_because_nobody_knows_which_was_meant(
    sample: Sample, raw: bytes
) -> None:
    answer = await send(sample, raw)
    assert (answer.status_code, answer.json()["code"]) == (400, "duplicate_member")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/xml", "application/json; charset=latin-1", "application/jsonp", "a, b"]
)
async def test_another_content_type_is_a_415(sample: Sample, kind: str) -> None:
    answer = await send(sample, {"title": "a"}, **{"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_json_is_json_however_it_is_written(sample: Sample, kind: str) -> None:
    assert (await send(sample, {"title": "a"}, **{"Content-Type": kind})).status_code == 201


async def test_a_compressed_body_is_a_415(sample: Sample) -> None:
    assert (await send(sample, {"title": "a"}, **{"Content-Encoding": "gzip"})).status_code == 415


async def test_a_body_that_declares_itself_too_large_is_refused_unread(sample: Sample) -> None:
    answer = await send(sample, {"title": "a" * 300_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("length", ["9" * 5000, "262145"])
async def test_an_enormous_content_length_is_a_413(sample: Sample, length: str) -> None:
    assert (await send(sample, {"title": "a"}, **{"Content-Length": length})).status_code == 413


async def test_a_body_without_length_is_cut_off_at_the_limit(sample: Sample) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while taken < 10_000_000:
            taken += 65_536
            yield b"a" * 65_536

    headers = sample.signed_in(**{"Idempotency-Key": "k", "Content-Type": "application/json"})
    answer = await sample.client.post("/intake/v1/things", content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert taken <= 262_144 + 2 * 65_536


async def test_a_sender_who_leaves_is_not_answered(sample: Sample) -> None:
    token = sample.token()
    sent: list[Any] = []
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/intake/v1/things",
        "raw_path": b"/intake/v1/things",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {token}".encode()),
            (b"idempotency-key", b"k"),
            (b"content-type", b"application/json"),
        ],
        "scheme": "http",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def catch(message: Any) -> None:
        sent.append(message)

    await sample.app(scope, receive, catch)
    assert sent == []


@pytest.mark.parametrize(
    ("query", "code", "pointers"),
    [
        ("zz=1", "unknown_parameter", []),
        ("limit=1&limit=2", "repeated_parameter", ["/query/limit"]),
        ("limit=0", "invalid_parameter", ["/query/limit"]),
        ("limit=201", "invalid_parameter", ["/query/limit"]),
        ("limit=x", "invalid_parameter", ["/query/limit"]),
        ("limit=", "invalid_parameter", ["/query/limit"]),
        ("colour=green", "invalid_parameter", ["/query/colour/0"]),
        ("colour=red,green", "invalid_parameter", ["/query/colour/1"]),
        ("owner=x", "invalid_parameter", ["/query/owner"]),
        ("cursor=%00", "invalid_parameter", ["/query/cursor"]),
        ("limit=%FF", "malformed_query", []),
        ("limit=%ED%A0%80", "malformed_query", []),
        ("&".join("a=1" for _ in range(101)), "malformed_query", []),
    ],
)
async def test_a_query_that_cannot_be_meant_is_a_400(
    sample: Sample, query: str, code: str, pointers: list[str]
) -> None:
    answer = await sample.client.get(f"/intake/v1/things?{query}", headers=sample.signed_in())
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers


@pytest.mark.parametrize("query", ["colour=red,blue", "colour=red&colour=blue", f"owner={OFFICE}", "limit=200", ""])
async def test_filters_combine(sample: Sample, query: str) -> None:
    assert (await sample.client.get(f"/intake/v1/things?{query}", headers=sample.signed_in())).status_code == 200


async def test_an_operation_without_a_query_takes_none(sample: Sample) -> None:
    answer = await sample.client.get(f"/intake/v1/codes/ab?{CANARY}=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


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
    """One request to a service of its own, outside any running loop."""

    async def ask() -> httpx.Response:
        async with running() as made:
            headers = made.signed_in(**{"Idempotency-Key": "k", "Content-Type": "application/json"})
            raw = {name: value.encode("latin-1") for name, value in (headers | request.pop("headers", {})).items()}
            return await made.client.request(headers=raw, **request)

    return asyncio.run(ask())


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
