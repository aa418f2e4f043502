"""Every error becomes a problem reply (RFC 9457) that says what to do and repeats nothing."""

import json

import asyncpg
import pytest
from starlette.exceptions import HTTPException

from libs.edge import problems
from libs.edge.problems import STATUS_OF, Problem
from libs.kit.errors import Conflict, Fault, Invalid, LotseError, NotFound, Stale, Unauthenticated, Unavailable
from tests.libs.edge.sample_app import Sample

CANARY = "amal@example.org"


def test_each_class_of_the_error_tree_has_its_status() -> None:
    assert set(LotseError.__subclasses__()) == set(STATUS_OF)
    for kind, status in STATUS_OF.items():
        assert problems.reply(kind("some_code", "A sentence."), "0" * 32).status == status


def test_a_problem_has_all_its_members() -> None:
    made = problems.reply(Invalid("invalid_input", "No.", errors=(Fault("/a", "required", "Needed."),)), "ab" * 16)
    said = Problem.model_validate_json(made.body)
    assert said.type == "urn:lotse:problem:invalid_input"
    assert (said.status, said.code, said.detail, said.trace_id) == (422, "invalid_input", "No.", "ab" * 16)
    assert said.errors[0].model_dump() == {"pointer": "/a", "code": "required", "message": "Needed."}
    assert made.headers["Content-Type"] == "application/problem+json"


def test_a_stale_write_learns_the_current_version() -> None:
    made = problems.reply(Stale("stale", "Changed.", current_version=7), "0" * 32)
    assert (made.status, json.loads(made.body)["current_version"]) == (412, 7)


def test_extra_members_never_replace_those_of_the_standard() -> None:
    said = json.loads(problems.reply(Conflict("known", "There is one.", status="mine", earlier=["a"]), "0" * 32).body)
    assert (said["status"], said["earlier"]) == (409, ["a"])


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Unavailable("bus_away", "Away."), "1"),
        (Conflict("not_yet_known", "Not here yet."), "1"),
        (Conflict("in_flight", "Under way.", retry_after=3), "3"),
        (Conflict("held", "Held."), None),
        (NotFound("not_found", "No."), None),
    ],
)
def test_retry_after_is_said_where_asking_again_helps(error: LotseError, seconds: str | None) -> None:
    assert problems.reply(error, "0" * 32).headers.get("Retry-After") == seconds


def test_a_missing_and_a_failing_token_are_told_apart_in_the_challenge() -> None:
    assert problems.reply(Unauthenticated("token_missing", "."), "0").headers["WWW-Authenticate"] == "Bearer"
    failing = problems.reply(Unauthenticated("token_expired", "."), "0")
    assert failing.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


AWAY = [
    ConnectionResetError(CANARY),
    TimeoutError(CANARY),
    asyncpg.InterfaceError(CANARY),
    asyncpg.PostgresConnectionError(CANARY),
    asyncpg.ConnectionDoesNotExistError(CANARY),
    asyncpg.TooManyConnectionsError(CANARY),
    asyncpg.CannotConnectNowError(CANARY),
    asyncpg.AdminShutdownError(CANARY),
    asyncpg.CrashShutdownError(CANARY),
    asyncpg.QueryCanceledError(CANARY),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_a_database_that_is_away_is_a_503_to_be_asked_again(error: Exception) -> None:
    made = problems.reply(error, "0" * 32)
    assert (made.status, json.loads(made.body)["code"], made.headers["Retry-After"]) == (503, "store_unavailable", "1")
    assert CANARY.encode() not in made.body


def client_side() -> Exception:
    kind: type[Exception] = next(
        kind for kind in asyncpg.InterfaceError.__subclasses__() if kind.__name__ == "DataError"
    )
    return kind(CANARY)


def wrapped(error: Exception) -> Exception:
    away = Unavailable("store_unavailable", "Away.")
    away.__cause__ = error
    return away


UNSTORABLE = [
    asyncpg.DataError(CANARY),
    asyncpg.CharacterNotInRepertoireError(CANARY),
    asyncpg.NumericValueOutOfRangeError(CANARY),
    client_side(),
    wrapped(client_side()),
]


@pytest.mark.parametrize("error", UNSTORABLE, ids=lambda error: type(error).__name__)
def test_a_value_the_database_cannot_hold_is_the_senders_mistake(error: Exception) -> None:
    made = problems.reply(error, "0" * 32)
    assert (made.status, json.loads(made.body)["code"]) == (422, "invalid_input")
    assert CANARY.encode() not in made.body


def test_what_nobody_foresaw_says_only_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    made = problems.reply(ValueError(CANARY), "ab" * 16)
    said = json.loads(made.body)
    assert (made.status, said["code"], said["trace_id"], said["errors"]) == (500, "internal_error", "ab" * 16, [])
    assert CANARY.encode() not in made.body


@pytest.mark.parametrize(
    ("status", "code"), [(404, "unknown_path"), (405, "method_not_allowed"), (400, "malformed_request")]
)
def test_the_frameworks_own_errors_are_problems_too(status: int, code: str) -> None:
    made = problems.reply(HTTPException(status, CANARY), "0" * 32)
    assert (made.status, json.loads(made.body)["code"]) == (status, code)
    assert CANARY.encode() not in made.body


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("conflict", 409),
        ("known", 409),
        ("forbidden", 403),
        ("stale", 412),
        ("gone", 410),
        ("limited", 429),
        ("missing", 404),
    ],
)
async def test_a_handlers_error_arrives_as_a_problem_with_the_trace_id(sample: Sample, kind: str, status: int) -> None:
    answer = await sample.client.get(f"/intake/v1/failures/{kind}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
    assert answer.headers["cache-control"] == "no-store"


async def test_an_unknown_path_is_a_problem_and_is_not_repeated(sample: Sample) -> None:
    answer = await sample.client.get(f"/intake/v1/{CANARY}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_path")
    assert CANARY not in answer.text + str(answer.headers)
    assert answer.headers["x-trace-id"] == answer.json()["trace_id"]


async def test_a_path_with_a_slash_too_many_is_not_redirected(sample: Sample) -> None:
    assert (await sample.client.get("/intake/v1/things/")).status_code == 404
