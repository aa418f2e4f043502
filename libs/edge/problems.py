"""The error tree as problem replies (RFC 9457). Only here does an error get a status; nothing typed comes back."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import asyncpg
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from libs.kit import logs
from libs.kit.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Limited,
    LotseError,
    NotFound,
    Stale,
    Unauthenticated,
    Unavailable,
)
from libs.kit.transaction import Reply

MEDIA_TYPE = "application/problem+json"
STATUS_OF: dict[type[LotseError], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    Stale: 412,
    Limited: 429,
    Unavailable: 503,
}
# The edge's own refusals say more exactly than their class what is wrong with the request.
EXACTLY = {
    400: """malformed_request malformed_json malformed_form duplicate_member body_unexpected malformed_query
        unknown_parameter repeated_parameter invalid_parameter cursor_mismatch idempotency_key_missing
        idempotency_key_malformed if_match_malformed""",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
    415: "unsupported_media_type",
    428: "if_match_missing",
}
STATUS_OF_CODE = {code: status for status, codes in EXACTLY.items() for code in codes.split()}
RETRIED = frozenset({"not_yet_known", "in_flight"})
AWAY = (
    ConnectionError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)


EXAMPLE: dict[str, Any] = {
    "type": "urn:lotse:problem:invalid_input",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "Some of what was sent cannot be accepted.",
    "code": "invalid_input",
    "errors": [{"pointer": "/text", "code": "required", "message": "This is required."}],
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}


class FaultView(BaseModel):
    """One place in what was sent."""

    pointer: str = Field(description="RFC 6901 pointer into the body, or `/query/<parameter>`.")
    code: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [EXAMPLE]})

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FaultView]
    trace_id: str
    current_version: int | None = Field(None, description="Where it stands now; only with status 412.")


def status_of(error: LotseError) -> int:
    """The HTTP status of an error: its code's if that is more exact, else its class's."""
    of_class = next((status for kind, status in STATUS_OF.items() if isinstance(error, kind)), 500)
    return STATUS_OF_CODE.get(error.code, of_class)


def translated(error: BaseException) -> LotseError | None:
    """What a foreign exception means to the caller, or None when it is a fault of ours."""
    if isinstance(error, LotseError) and not _bad_value(error.__cause__):
        return error
    if _bad_value(error) or _bad_value(error.__cause__):
        return Invalid("invalid_input", "A value that was sent cannot be stored.")
    if isinstance(error, AWAY):
        return Unavailable("store_unavailable", "The database cannot be reached just now; try again.", retry_after=1)
    if isinstance(error, HTTPException):
        return _of_framework(error.status_code)
    return None


def _bad_value(error: BaseException | None) -> bool:
    # The server's DataError, or asyncpg's own of the same name, which is an InterfaceError and a ValueError at once.
    own = isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError)
    return own or isinstance(error, asyncpg.DataError)


def _of_framework(status: int) -> LotseError | None:
    if status == 404:
        return NotFound("unknown_path", "There is nothing under this address.")
    if status == 405:
        return Invalid("method_not_allowed", "This method is not possible here; see Allow.")
    if status == 413:
        return Invalid("body_too_large", "The body is too large.")
    return Invalid("malformed_request", "The request cannot be read.") if 400 <= status < 500 else None


def reply(error: BaseException, trace_id: str, *, headers: Mapping[str, str] | None = None) -> Reply:
    """The problem reply for any exception. One that we did not foresee is logged, and says nothing but its trace id."""
    known = translated(error)
    if known is None:
        logs.event("request_failed", logging.ERROR, error=error, trace_id=trace_id)
        known = LotseError("internal_error", "Something went wrong here; give the trace id when you ask about it.")
    status = status_of(known)
    members: dict[str, Any] = {**known.extra}
    members |= {
        "type": f"urn:lotse:problem:{known.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": known.message,
        "code": known.code,
        "errors": [{"pointer": f.pointer, "code": f.code, "message": f.message} for f in known.errors],
        "trace_id": trace_id,
    }
    return Reply(status, to_json(members), {"Content-Type": MEDIA_TYPE, **_headers(known, status), **(headers or {})})


def _headers(error: LotseError, status: int) -> dict[str, str]:
    made: dict[str, str] = {}
    after = error.retry_after
    if after is None and (status in (429, 503) or error.code in RETRIED):
        after = 1
    if after is not None:
        made["Retry-After"] = str(after)
    if status in (408, 413):
        # What is still to come of the body is not waited for.
        made["Connection"] = "close"
    if status == 401:
        made["WWW-Authenticate"] = "Bearer" if error.code == "token_missing" else 'Bearer error="invalid_token"'
    return made
