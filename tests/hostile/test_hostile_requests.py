"""What no honest client sends, to every operation of the four services, over a real socket.

A refusal has a stable code, a pointer where a member is meant, a sentence a person understands, and nothing of what was
sent; nothing is stored by it, and the next good request is done.
"""

import copy
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

import httpx
import pytest

from libs.edge.openapi import NAMED
from tests.hostile import inputs
from tests.hostile.conftest import Hosts
from tests.hostile.sending import CANARY, Good, faults, good, said
from tests.rights.table import Row, every_row, rows
from tests.rights.world import CASES, SignIn

OPERATIONS = [(service, row) for service, row in every_row() if row.operation in CASES[service]]
# Each text that somebody writes: its service and operation, where it stands, and how long it may be.
PLACES = [
    ("intake", "POST /intake/v1/questions", "text", 20_000),
    ("intake", "POST /intake/v1/questions", "gist", 2_000),
    ("intake", "POST /intake/v1/questions", "place", 200),
    ("intake", "POST /intake/v1/spaces", "name", 200),
    ("intake", "POST /intake/v1/questions/{id}/postings", "parts/0", 20_000),
    ("review", "POST /review/v1/submissions", "core", 20_000),
    ("review", "POST /review/v1/submissions", "variant/text", 20_000),
    ("review", "POST /review/v1/submissions/{id}/revision", "core", 20_000),
    ("review", "POST /review/v1/submissions/{id}/revision", "variant", 20_000),
    ("review", "POST /review/v1/submissions/{id}/approval", "core", 20_000),
    ("referral", "PUT /referral/v1/offices/{id}", "name", 200),
    ("referral", "PUT /referral/v1/offices/{id}", "city", 200),
    ("referral", "PUT /referral/v1/offices/{id}", "street", 200),
    ("referral", "PUT /referral/v1/offices/{id}", "hours", 2_000),
    ("referral", "POST /referral/v1/referrals", "summary", 2_000),
]
MARK = "@@text@@"


def with_text(made: Good, place: str, text: str) -> bytes:
    """The body with a text in one place."""
    body: Any = copy.deepcopy(made.ask.body)
    *way, last = place.split("/")
    inner = body
    for step in way:
        inner = inner.setdefault(step, [""] if last == "0" else {})
    inner[int(last) if last.isdigit() else last] = text
    return json.dumps(body).encode()


@pytest.mark.parametrize(("service", "operation", "place", "longest"), PLACES, ids=lambda one: str(one))
def test_a_text_nobody_can_have_meant_is_refused_where_it_stands(
    hosts: Hosts, service: str, operation: str, place: str, longest: int
) -> None:
    made = good(hosts(service), rows(service)[operation])
    before = made.everything()
    for name, (text, code) in inputs.TEXTS.items():
        assert faults(made.send(raw=with_text(made, place, text))) == [(f"/{place}", code)], name
    too_long = with_text(made, place, CANARY + "ä" * (longest + 1 - len(CANARY)))
    assert faults(made.send(raw=too_long)) == [(f"/{place}", "too_long")]
    for name, half in inputs.HALVES.items():
        raw = with_text(made, place, MARK).replace(MARK.encode(), CANARY.encode() + half)
        assert said(made.send(raw=raw)) == (400, "malformed_json"), name
    assert made.everything() == before
    longest_text = ("Ein Text in 日本語, العربية und 🙂. " * 1_000)[: longest - 1] + "."
    done = made.send(raw=with_text(made, place, longest_text))
    assert done.status_code < 300, done.text


Tried = Iterator[tuple[str, httpx.Response, set[tuple[int, str]]]]


@pytest.mark.parametrize(("service", "row"), [pytest.param(*one, id=one[1].operation) for one in OPERATIONS])
def test_a_request_with_one_thing_wrong_is_refused_for_that(hosts: Hosts, service: str, row: Row) -> None:
    made = good(hosts(service), row)
    before = made.everything()
    found = [
        f"{name}: {said(reply)} instead of {expected}"
        for name, reply, expected in chain(bodies(made), heads(made), sign_ins(made), ids(made), queries(made))
        if said(reply) not in expected
    ]
    assert found == []
    assert made.everything() == before
    made.works()


def bodies(made: Good) -> Tried:
    # What takes forms beside JSON, and needs no member, has tests of its own.
    if made.row.method == "GET" or made.operation.form:
        return
    if made.ask.body is None:
        for raw in (b"null", b"[]", b'""', b'{"a":1}', CANARY.encode(), b"\x00"):
            yield f"body {raw!r}", made.send(raw=raw), {(400, "body_unexpected")}
        return
    for name, raw, expected in inputs.bodies(made.body()):
        yield name, made.send(raw=raw), expected
    for name, changed in inputs.WRAPPED.items():
        raw = inputs.packed(made.body()) if name == "packed" else made.body()
        yield name, made.send(raw=raw, **changed), {(415, "unsupported_media_type")}


def heads(made: Good) -> Tried:
    if made.operation.if_match:
        yield "no If-Match", made.send(if_match=None), {(428, "if_match_missing")}
        for version in inputs.IF_MATCH:
            yield f"If-Match {version}", made.send(if_match=version), {(400, "if_match_malformed")}
        yield "another If-Match", made.send(if_match='"999"'), {(412, "stale")}
    if made.operation.idempotent:
        yield "no key", made.send(idempotency_key=None), {(400, "idempotency_key_missing")}
        for key in inputs.KEYS:
            yield f"key {key!r}", made.send(idempotency_key=key), {(400, "idempotency_key_malformed")}


def sign_ins(made: Good) -> Tried:
    if made.row.may is None:
        return
    probe = made.host.world.probe
    for name, (token, code) in inputs.TOKENS.items():
        reply = made.send(authorization=token(probe.desk, made.by, probe) if token else None)
        assert reply.headers["www-authenticate"].startswith("Bearer")
        yield name, reply, {(401, code)}


def ids(made: Good) -> Tried:
    for name in NAMED.findall(made.row.path):
        for id in inputs.IDS if name == "id" else inputs.CODES:
            reply = made.send(path=made.row.path.replace("{" + name + "}", id))
            yield f"{name} {id[:40]}", reply, {(404, "not_found"), (404, "unknown_path")}


def queries(made: Good) -> Tried:
    for name, query in inputs.QUERIES.items():
        yield name, made.send(query=query), {(400, "unknown_parameter"), (400, "malformed_query")}
    if made.operation.query is not None and "cursor" in made.operation.query.model_fields:
        for name, query in inputs.LIST_QUERIES.items():
            codes = ("invalid_parameter", "repeated_parameter", "cursor_mismatch")
            yield name, made.send(query=query), {(400, code) for code in codes}


FOREIGN = [(service, row) for service, row in OPERATIONS if row.foreign not in (None, "seen") and "{id}" in row.path]


@pytest.mark.parametrize(("service", "row"), [pytest.param(*one, id=one[1].operation) for one in FOREIGN])
def test_what_is_somebody_elses_looks_like_nothing_at_all(hosts: Hosts, service: str, row: Row) -> None:
    made = good(hosts(service), row)
    world = made.host.world
    stranger = world.somebody(SignIn((), (min(row.may or ()),), world.office))
    before = made.everything()
    there = Good(made.host, row, stranger, made.ask).send()
    nowhere = Good(made.host, row, stranger, made.ask.of_nothing()).send()
    assert said(there) == said(nowhere)
    assert _apart_from_the_trace(there) == _apart_from_the_trace(nowhere)
    assert made.everything() == before
    made.works()


def _apart_from_the_trace(reply: httpx.Response) -> tuple[Any, ...]:
    body = {name: value for name, value in reply.json().items() if name != "trace_id"}
    return reply.status_code, body, {k: v for k, v in reply.headers.items() if k != "x-trace-id"}
