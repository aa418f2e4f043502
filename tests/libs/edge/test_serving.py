"""The order of checks, methods, headers and replies of the HTTP edge."""

import json
from uuid import UUID

import pytest

from libs.edge.http import Operation
from libs.edge.problems import Problem
from libs.edge.serving import Served
from libs.kit.actor import Actor
from tests.libs.edge.sample_app import OFFICE, Sample, running, show_code

THING = f"/intake/v1/things/{OFFICE}"
BODY = {"title": "A thing"}


async def test_the_token_is_asked_before_anything_else(sample: Sample) -> None:
    answer = await sample.client.post("/intake/v1/things?zz=1", content=b"{")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")


async def test_the_role_is_asked_before_the_headers(sample: Sample) -> None:
    answer = await sample.client.post("/intake/v1/things", content=b"{", headers=sample.signed_in("office"))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


async def test_the_headers_are_asked_before_the_body(sample: Sample) -> None:
    answer = await sample.client.post("/intake/v1/things", content=b"{", headers=sample.signed_in())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


async def test_the_body_is_read_before_the_query(sample: Sample) -> None:
    headers = sample.signed_in(**{"Idempotency-Key": "k", "Content-Type": "application/json"})
    answer = await sample.client.post("/intake/v1/things?zz=1", content=b"{", headers=headers)
    assert answer.json()["code"] == "malformed_json"
    answer = await sample.client.post("/intake/v1/things?zz=1", json=BODY, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_parameter")


async def test_a_person_without_any_role_may_do_nothing(sample: Sample) -> None:
    answer = await sample.client.get("/intake/v1/things", headers=sample.signed_in("nobody"))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


async def test_a_handler_sees_only_the_programmes_in_which_an_allowed_role_is_held(sample: Sample) -> None:
    seen = []

    async def look(call):  # type: ignore[no-untyped-def]
        seen.append((call.actor, call.programmes))
        return await show_code(call)

    operation = Operation("GET", "/x/{code}", "x", "x", look, ("counsellor",), Problem)
    scope = {"query_string": b"", "path_params": {"code": "ab"}, "path": "/x/ab"}
    token = sample.token("vera").encode()
    await Served(operation, sample.edge).respond(scope, None, {b"authorization": b"Bearer " + token})  # type: ignore[arg-type]
    actor, programmes = seen[0]
    assert isinstance(actor, Actor)
    assert programmes == {"lara"}


async def test_a_good_command_is_answered(sample: Sample) -> None:
    answer = await sample.client.post(
        "/intake/v1/things", json=BODY, headers=sample.signed_in(**{"Idempotency-Key": "a-1"})
    )
    assert (answer.status_code, answer.json()) == (201, {"id": str(OFFICE), "version": 1})
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-trace-id"]) == 32


@pytest.mark.parametrize("key", ["", "a b", "ä".encode().decode("latin-1"), "k" * 201, "tab\there"])
async def test_a_malformed_idempotency_key_is_refused(sample: Sample, key: str) -> None:
    headers = [*sample.signed_in().items(), ("Idempotency-Key", key.encode("latin-1"))]
    answer = await sample.client.post("/intake/v1/things", json=BODY, headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_malformed")


async def test_two_idempotency_keys_are_refused(sample: Sample) -> None:
    headers = [*sample.signed_in().items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await sample.client.post("/intake/v1/things", json=BODY, headers=headers)
    assert answer.json()["code"] == "idempotency_key_malformed"


async def test_a_key_of_200_characters_is_taken(sample: Sample) -> None:
    headers = sample.signed_in(**{"Idempotency-Key": "k" * 200})
    assert (await sample.client.post("/intake/v1/things", json=BODY, headers=headers)).status_code == 201


async def test_a_search_by_post_needs_no_key(sample: Sample) -> None:
    answer = await sample.client.post("/intake/v1/things/search", json=BODY, headers=sample.signed_in())
    assert answer.status_code == 200


async def test_a_write_without_if_match_is_a_428(sample: Sample) -> None:
    answer = await sample.client.post(f"{THING}/closing", headers=sample.signed_in(**{"Idempotency-Key": "k"}))
    assert (answer.status_code, answer.json()["code"]) == (428, "if_match_missing")


@pytest.mark.parametrize("tag", ["3", '"x"', "*", 'W/"3"', '"3", "4"', '"03"', '"-1"', '"99999999999"', '"٣"'])
async def test_an_if_match_that_is_no_version_is_malformed(sample: Sample, tag: str) -> None:
    headers = {k: v.encode() for k, v in sample.signed_in(**{"Idempotency-Key": "k", "If-Match": tag}).items()}
    answer = await sample.client.post(f"{THING}/closing", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (400, "if_match_malformed")


async def test_if_match_reaches_the_handler(sample: Sample) -> None:
    headers = sample.signed_in(**{"Idempotency-Key": "k", "If-Match": '"3"'})
    assert (await sample.client.post(f"{THING}/closing", headers=headers)).json()["version"] == 4


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 200), (b"{}", 200), (b" {} ", 200), (b'{"a":1}', 400), (b"[]", 400)]
)
async def test_a_command_without_a_body_takes_none(sample: Sample, body: bytes, status: int) -> None:
    headers = sample.signed_in(**{"Idempotency-Key": "k", "If-Match": '"3"'})
    assert (await sample.client.post(f"{THING}/closing", content=body, headers=headers)).status_code == status


async def test_a_read_whose_etag_is_known_is_a_304_without_a_body(sample: Sample) -> None:
    for known in ('"3"', 'W/"3"', '"1", "3"', "*"):
        answer = await sample.client.get(THING, headers=sample.signed_in(**{"If-None-Match": known}))
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"3"')
    answer = await sample.client.get(THING, headers=sample.signed_in(**{"If-None-Match": '"2"'}))
    assert answer.status_code == 200


async def test_if_none_match_changes_nothing_about_a_command(sample: Sample) -> None:
    headers = sample.signed_in(**{"Idempotency-Key": "k", "If-None-Match": '"1"'})
    assert (await sample.client.post("/intake/v1/things", json=BODY, headers=headers)).status_code == 201


async def test_a_method_that_is_not_there_is_a_405_that_lists_those_that_are(sample: Sample) -> None:
    answer = await sample.client.delete("/intake/v1/things", headers=sample.signed_in())
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (await sample.client.request("AMAL", "/intake/v1/things")).status_code == 405


async def test_head_is_get_without_a_body(sample: Sample) -> None:
    shown = await sample.client.get(THING, headers=sample.signed_in())
    answer = await sample.client.head(THING, headers=sample.signed_in())
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == shown.headers["content-length"]


async def test_options_says_what_is_possible(sample: Sample) -> None:
    answer = await sample.client.options("/intake/v1/things/search")
    assert (answer.status_code, answer.headers["allow"]) == (204, "OPTIONS, POST")


async def test_a_fixed_segment_is_not_taken_for_an_id(sample: Sample) -> None:
    assert (await sample.client.get("/intake/v1/things/search", headers=sample.signed_in())).status_code == 405


@pytest.mark.parametrize("id", ["x", "1", "%00", f"{OFFICE.hex}", f"{{{OFFICE}}}", f"urn:uuid:{OFFICE}", f"{OFFICE}0"])
async def test_an_id_that_is_none_is_not_found(sample: Sample, id: str) -> None:
    answer = await sample.client.get(f"/intake/v1/things/{id}", headers=sample.signed_in())
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("code", ["%00", "a%20b", "%ED%A0%80", "a" * 101, "%F0%9F%98%80", "-x"])
async def test_a_code_that_is_none_is_not_found(sample: Sample, code: str) -> None:
    assert (await sample.client.get(f"/intake/v1/codes/{code}")).status_code == 404


async def test_a_public_operation_reads_no_token(sample: Sample) -> None:
    answer = await sample.client.get("/intake/v1/codes/ab", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 200
    assert sample.transport.fetched == []


async def test_an_unreachable_database_is_a_503(sample: Sample) -> None:
    headers = sample.signed_in(**{"Idempotency-Key": "k"})
    answer = await sample.client.post(f"{THING}/stored", json=BODY, headers=headers)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "store_unavailable", "1")


async def test_a_well_formed_traceparent_is_followed_and_any_other_is_not(sample: Sample) -> None:
    for given in ("00-" + "0" * 32 + "-" + "1" * 16 + "-01", "amal", "00-" + "g" * 32 + "-" + "1" * 16 + "-01"):
        answer = await sample.client.get("/intake/v1/codes/ab", headers={"traceparent": given})
        assert answer.headers["x-trace-id"] not in given


async def test_no_foreign_page_may_call_unless_its_origin_is_listed(sample: Sample) -> None:
    ask = {"Origin": "https://desk.example.org", "Access-Control-Request-Method": "POST"}
    assert "access-control-allow-origin" not in (await sample.client.options("/intake/v1/things", headers=ask)).headers
    async with running(CORS_ORIGINS="https://desk.example.org,http://localhost:5173") as listed:
        allowed = await listed.client.options("/intake/v1/things", headers=ask)
        assert allowed.headers["access-control-allow-origin"] == "https://desk.example.org"
        stranger = await listed.client.options("/intake/v1/things", headers={**ask, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers
        read = await listed.client.get("/intake/v1/codes/ab", headers={"Origin": "https://desk.example.org"})
        assert "ETag" in read.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origins", ["*", "https://*.example.org", "desk.example.org", "https://a.org/path"])
def test_an_origin_that_is_not_whole_stops_the_start(origins: str) -> None:
    from tests.libs.edge.sample_app import settings

    with pytest.raises(ValueError, match="CORS_ORIGINS"):
        settings(CORS_ORIGINS=origins)


async def key_of(sample: Sample, **changed: object) -> tuple[bytes, bytes]:
    """Scope and body of the Key an operation makes of a request."""
    said = {"method": "POST", "template": "/x/{id}", "person": UUID(int=1), "id": "a", "key": b"k", "raw": b"{}"}
    said |= changed
    operation = Operation(said["method"], said["template"], "x", "x", show_code, said.get("allow", ("a",)), Problem)  # type: ignore[arg-type]
    actor = Actor(staff=said["person"])  # type: ignore[arg-type]
    path = {"id": str(said["id"])}
    address = (f"/x/{said['id']}", said.get("query", b""))
    made = Served(operation, sample.edge)._key(actor, path, said["key"], said["raw"], address)  # type: ignore[arg-type]
    return made.scope, made.body


async def test_a_key_is_scoped_to_person_route_and_path(sample: Sample) -> None:
    usual = await key_of(sample)
    assert usual == await key_of(sample)
    changes: list[dict[str, object]] = [
        {"method": "PUT"},
        {"template": "/y/{id}"},
        {"person": UUID(int=2)},
        {"id": "b"},
        {"key": b"l"},
        {"allow": None},
    ]
    scopes = {usual[0], *[(await key_of(sample, **change))[0] for change in changes]}
    assert len(scopes) == len(changes) + 1


async def test_a_key_is_bound_to_the_body_and_the_body_is_not_to_be_guessed(sample: Sample) -> None:
    usual = await key_of(sample)
    for sent in ({"raw": b'{"a":1}'}, {"query": b"a=1"}):
        other = await key_of(sample, **sent)
        assert usual[0] == other[0]
        assert usual[1] != other[1]
    assert len(usual[1]) == 32


async def test_all_public_callers_share_one_scope(sample: Sample) -> None:
    assert await key_of(sample, allow=None) == await key_of(sample, allow=None, person=UUID(int=9))


async def test_the_document_of_the_service_is_served_and_has_an_etag(sample: Sample) -> None:
    answer = await sample.client.get("/intake/v1/openapi.json")
    assert answer.status_code == 200
    assert json.loads(answer.content)["openapi"] == "3.1.0"
    again = await sample.client.get("/intake/v1/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
