"""Whatever is sent, it is read or refused cleanly: no 5xx, right pointers, and nothing of it comes back."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.libs.edge.sample_app import OFFICE, Sample

CANARY = "Qx7kanarienvogel"
SURROGATE = '"\\ud800"'


async def send(sample: Sample, body: Any, *, path: str = "/intake/v1/things", **headers: str) -> httpx.Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {"Idempotency-Key": "k", "Content-Type": "application/json", **headers}
    return await sample.client.post(path, content=raw, headers=sample.signed_in(**said))


def faults_of(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x7f", "\u202e", "\u2066", "\x9b"])
async def test_controls_nul_and_bidi_tricks_are_no_text(sample: Sample, character: str) -> None:
    found = faults_of(await send(sample, {"title": f"a{character}b"}))
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
