"""Forms as a browser sends them, read into the JSON that a body's model takes.

A form of few short texts needs no nested parts, files or charsets, so the reader knows none and stays linear.
"""

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

from libs.edge.requests import Headers
from libs.kit.errors import Invalid

URLENCODED = re.compile(rb'application/x-www-form-urlencoded(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*', re.IGNORECASE)
MULTIPART = re.compile(rb'multipart/form-data\s*;\s*boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?\s*', re.IGNORECASE)
NAMED = re.compile(rb'content-disposition:\s*form-data\s*;\s*name="([a-z_]{1,40})"\s*', re.IGNORECASE)
MOST_FIELDS = 20
TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")


def is_form(headers: Headers) -> bool:
    """Whether the body says that it is a form, uncompressed."""
    content = headers.get(b"content-type", b"")
    plain = headers.get(b"content-encoding", b"identity").lower() == b"identity"
    return plain and bool(MULTIPART.fullmatch(content) or URLENCODED.fullmatch(content))


def as_json(raw: bytes, headers: Headers) -> bytes:
    """The form as a JSON object of its texts, the empty ones left out. Raises `Invalid`: `malformed_form`,
    `duplicate_member`."""
    multipart = MULTIPART.fullmatch(headers.get(b"content-type", b""))
    try:
        fields = list(_parts(raw, multipart[1]) if multipart else _pairs(raw))
    except ValueError:
        raise _malformed() from None
    made = dict(fields)
    if len(made) != len(fields):
        raise Invalid("duplicate_member", "The form has the same field twice.")
    return json.dumps({name: value for name, value in made.items() if value.strip()}).encode()


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    text = raw.decode("ascii")
    return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)


def _parts(raw: bytes, boundary: bytes) -> Iterator[tuple[str, str]]:
    """Name and text of each part (RFC 7578). Raises `ValueError` for what is no plain field."""
    start, *parts = (b"\r\n" + raw).split(b"\r\n--" + boundary, MOST_FIELDS + 1)
    if start.strip() or not parts or parts[-1].strip() != b"--":
        raise ValueError
    for part in parts[:-1]:
        head, blank, text = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        names = [match[1] for line in head.split(b"\r\n") if (match := NAMED.fullmatch(line))]
        if not blank or len(names) != 1:
            raise ValueError
        yield names[0].decode(), text.decode()


def _malformed() -> Invalid:
    return Invalid("malformed_form", "The form cannot be read: a few named texts in UTF-8 are expected, no files.")
