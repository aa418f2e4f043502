"""Reading requests: headers, body and query. Each refusal is a clean 4xx that holds nothing of what was sent."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from libs.edge.faults import faults
from libs.kit.errors import Fault, Invalid

M = TypeVar("M", bound=BaseModel)
Headers = Mapping[bytes, bytes]

JSON = re.compile(rb'application/json(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*', re.IGNORECASE)
IDEMPOTENCY_KEY = re.compile(rb"[\x21-\x7e]{1,200}")
VERSION = re.compile(rb'"(0|[1-9][0-9]{0,8})"')
TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
# Who sends more slowly holds a connection, and the stop of a service, for nothing.
BODY_SECONDS = 30.0
SEVERAL = (list, tuple, set, frozenset)


def collected(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """ASGI headers by lower-case name; repeats are joined by a comma (RFC 9110), which none of our forms allows."""
    headers: dict[bytes, bytes] = {}
    for name, value in raw:
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


def traceparent(headers: Headers) -> str | None:
    """The W3C traceparent if it is well-formed."""
    value = headers.get(b"traceparent", b"")
    return value.decode() if TRACEPARENT.fullmatch(value) else None


def idempotency_key(headers: Headers) -> bytes:
    """Raises `Invalid` when the key is missing or is not 1 to 200 visible ASCII characters."""
    key = headers.get(b"idempotency-key")
    if key is None:
        raise Invalid("idempotency_key_missing", "Send an Idempotency-Key, so that asking twice does it once.")
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise Invalid(
            "idempotency_key_malformed", "An Idempotency-Key is 1 to 200 visible ASCII characters, sent once."
        )
    return key


def if_match(headers: Headers) -> int:
    """The version in If-Match, a quoted number. Raises `Invalid`."""
    value = headers.get(b"if-match")
    if value is None:
        raise Invalid("if_match_missing", "Send If-Match with the ETag of what you have seen.")
    match = VERSION.fullmatch(value)
    if match is None:
        raise Invalid("if_match_malformed", 'If-Match is one quoted version, such as "3".')
    return int(match[1])


def unchanged(headers: Headers, etag: str | None) -> bool:
    """Whether If-None-Match names this ETag; comparison is weak (RFC 9110, 13.1.2)."""
    value = headers.get(b"if-none-match")
    if value is None or etag is None:
        return False
    seen = [tag.strip().removeprefix("W/") for tag in value.decode("latin-1").split(",")]
    return etag in seen or seen == ["*"]


async def read(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The whole body, cut off as soon as it passes `limit` bytes or takes too long. Raises `Invalid`, or
    `ClientDisconnect`."""
    declared = headers.get(b"content-length", b"0")
    if len(declared) > 12 or (declared.isdigit() and int(declared) > limit):
        raise too_large(limit)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            parts = [part async for part in _parts(receive, limit)]
    except TimeoutError:
        raise Invalid("body_too_slow", f"The body must be sent within {BODY_SECONDS:g} seconds.") from None
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _parts(receive: Receive, limit: int) -> AsyncIterator[bytes]:
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > limit:
            raise too_large(limit)
        yield part


def too_large(limit: int) -> Invalid:
    return Invalid("body_too_large", f"The body may have at most {limit:,} bytes.")


def must_be_json(headers: Headers) -> None:
    """Raises `Invalid` unless the body says it is plain, uncompressed application/json."""
    content = headers.get(b"content-type", b"")
    if content != b"application/json" and not JSON.fullmatch(content):
        raise Invalid("unsupported_media_type", "Send the body as application/json in UTF-8.")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Invalid("unsupported_media_type", "Send the body uncompressed.")


def must_be_empty(raw: bytes) -> None:
    """A command without a body takes none, or the empty object that many clients send of themselves."""
    if raw.strip() not in (b"", b"{}"):
        raise Invalid("body_unexpected", "This takes no body.")


class BodyReader(Generic[M]):
    """Reads one model from JSON. Made once per route, because the member names come from the model's schema."""

    def __init__(self, model: type[M]) -> None:
        self.model, self.names = model, frozenset(_names(model.model_json_schema()))

    def parse(self, raw: bytes) -> M:
        """Raises `Invalid`: `malformed_json`, `duplicate_member`, or `invalid_input` with pointers."""
        try:
            body = self.model.model_validate_json(raw)
        except ValidationError as error:
            if error.error_count() == 1 and error.errors(include_url=False)[0]["type"] == "json_invalid":
                raise malformed() from None
            found = faults(error, _document(raw), self.names)
            raise Invalid("invalid_input", "Some of what was sent cannot be accepted.", errors=found) from None
        _document(raw)
        return body


def malformed() -> Invalid:
    return Invalid("malformed_json", "The body is not well-formed JSON in UTF-8.")


def _document(raw: bytes) -> Any:
    # pydantic takes the last of two equal members, another reader the first: neither knows what was meant.
    try:
        return _DECODER.decode(raw.decode())
    except (ValueError, RecursionError):
        raise malformed() from None


def _single(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Invalid("duplicate_member", "An object in the body has the same member twice.")
    return made


def _names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for value in schema.values():
            yield from _names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _names(value)


_DECODER = json.JSONDecoder(object_pairs_hook=_single)


class QueryReader(Generic[M]):
    """Reads one model from a query string. A parameter with several values is given once, with commas, or repeated."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self.several = {(f.alias or name): _takes_several(f.annotation) for name, f in model.model_fields.items()}

    def parse(self, raw: bytes) -> M:
        """Raises `Invalid`: `malformed_query`, `unknown_parameter`, `repeated_parameter`, or `invalid_parameter`."""
        given: dict[str, Any] = {}
        for name, value in pairs(raw):
            if name not in self.several:
                raise unknown(self.several)
            if self.several[name]:
                given.setdefault(name, []).extend(value.split(","))
            elif name in given:
                fault = Fault(f"/query/{name}", "repeated", "This is given more than once.")
                raise Invalid("repeated_parameter", "A parameter is given more than once.", errors=(fault,))
            else:
                given[name] = value
        try:
            return self.model.model_validate(given)
        except ValidationError as error:
            found = faults(error, given, frozenset(self.several), "/query")
            raise Invalid("invalid_parameter", "A query parameter cannot be accepted.", errors=found) from None


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Names and values of a query string."""
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError:
        raise Invalid("malformed_query", "The query cannot be read.") from None


def unknown(known: Iterable[str]) -> Invalid:
    accepted = ", ".join(sorted(known)) or "none"
    return Invalid("unknown_parameter", f"There is a parameter that is not known here; accepted: {accepted}.")


def _takes_several(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return any(_takes_several(option) for option in get_args(annotation))
    return annotation in SEVERAL or origin in SEVERAL
