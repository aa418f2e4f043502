"""What is sent that should not be, each with what is said to it."""

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cli.local import devissuer
from tests.hostile.sending import CANARY
from tests.services.probe import Desk, Person, Probe

# Text that nobody can have meant, and the code of what is wrong with it.
TEXTS: Mapping[str, tuple[str, str]] = {
    "NUL": (f"{CANARY}\x00", "control_character"),
    "bell": (f"{CANARY}\x07", "control_character"),
    "escape": (f"{CANARY}\x1b[2J", "control_character"),
    "delete": (f"{CANARY}\x7f", "control_character"),
    "C1 control": (f"{CANARY}\x9b", "control_character"),
    "right-to-left override": (f"{CANARY}\u202egnp.exe", "bidi_override"),
    "left-to-right override": (f"{CANARY}\u202d", "bidi_override"),
    "isolate left open": (f"{CANARY}\u2066", "bidi_unbalanced"),
    "isolate closed twice": (f"{CANARY}\u2067a\u2069\u2069", "bidi_unbalanced"),
    "embedding closed as an isolate": (f"{CANARY}\u202ba\u2069", "bidi_unbalanced"),
    "isolates in isolates": (CANARY + "\u2068" * 17 + "\u2069" * 17, "bidi_nested"),
    "noncharacter": (f"{CANARY}\uffff", "noncharacter"),
    "nothing to be seen": ("\u200b\u2060\ufeff ", "blank"),
}
# Half a character: as JSON escapes it, as a program writes it that does not know better, and the wrong way round.
HALVES: Mapping[str, bytes] = {
    "\\ud800": b"\\ud800",
    "\\udfff": b"\\udfff",
    "pair the wrong way round": b"\\udc00\\ud800",
    "raw surrogate": b"\xed\xa0\x80",
    "half a UTF-8 sequence": b"\xf0\x9f\x98",
}
# Instead of the value of a member.
VALUES: Mapping[str, bytes] = {
    "1e999": b"1e999",
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "a huge number": b"9" * 5_000,
    "a long fraction": b"0." + b"1" * 5_000,
    "deep lists": b"[" * 500 + b"]" * 500,
    "deep objects": b'{"a":' * 500 + b"1" + b"}" * 500,
    "a list": b'["' + CANARY.encode() + b'"]',
    "an object": b'{"' + CANARY.encode() + b'":1}',
}


def bodies(good: bytes) -> Iterator[tuple[str, bytes, set[tuple[int, str]]]]:
    """(name, bytes, what may be said) for a body that would be right otherwise."""
    malformed, invalid = {(400, "malformed_json")}, {(422, "invalid_input")}
    yield "nothing", b"", malformed
    yield "half of it", good[: len(good) // 2] or b"{", malformed
    yield "a byte order mark", b"\xef\xbb\xbf" + good, malformed
    yield "UTF-16", good.decode().encode("utf-16"), malformed
    yield "two of it", good + good, malformed
    yield "lists without end", b"[" * 100_000, malformed
    yield "a text", json.dumps(CANARY).encode(), invalid
    yield "null", b"null", invalid
    yield "a list of it", b"[" + good + b"]", invalid
    yield "a member too many", _with(good, CANARY, b"1"), invalid
    for first, value in list(json.loads(good).items())[:1]:
        yield "Python's quotes", repr(json.loads(good)).encode(), malformed
        yield "a member twice", _with(good, first, json.dumps(value).encode()), {(400, "duplicate_member")}
        for name, other in VALUES.items():
            # What is a list anyway gets the other things.
            if not (name == "a list" and isinstance(value, list)):
                yield name, _with(good, first, other, instead=True), malformed | invalid


def _with(good: bytes, name: str, value: bytes, *, instead: bool = False) -> bytes:
    members = {k: json.dumps(v).encode() for k, v in json.loads(good).items()}
    parts = [(k, v) for k, v in members.items() if not (instead and k == name)]
    return b"{" + b",".join(json.dumps(k).encode() + b":" + v for k, v in [*parts, (name, value)]) + b"}"


# Bodies that say they are something else, or come packed.
WRAPPED: Mapping[str, Mapping[str, str | None]] = {
    "no type": {"content_type": None},
    "plain text": {"content_type": "text/plain"},
    "a form": {"content_type": "application/x-www-form-urlencoded"},
    "parts": {"content_type": f"multipart/form-data; boundary={CANARY}"},
    "another alphabet": {"content_type": "application/json; charset=latin-1"},
    "two types": {"content_type": "application/json, text/plain"},
    "a made-up type": {"content_type": f"application/{CANARY}"},
    "packed": {"content_encoding": "gzip"},
}
IF_MATCH = ["3", 'W/"3"', "*", '"-1"', '"03"', '"1", "2"', '"' + "9" * 40 + '"', f'"{CANARY}"', '""', '"1e0"']
KEYS: list[str | bytes] = ["", "a b", "k" * 201, f"{CANARY}ü".encode()]
# In a path instead of an id.
IDS = [
    "1",
    "0",
    "-1",
    "null",
    CANARY,
    f"{CANARY}%00",
    "%00",
    "%FF%FE",
    "%ED%A0%80",
    "%2e%2e%2f%2e%2e%2fetc",
    "'%20OR%201=1%20--",
    "%E2%80%AE",
    "a" * 2_000,
    "0199f2a47b1e7c3d8e5f2a6b4c8d0e1f",
    "%7B0199f2a4-7b1e-7c3d-8e5f-2a6b4c8d0e1f%7D",
    "0199f2a4-7b1e-7c3d-8e5f-2a6b4c8d0e1f%0A",
    "٠199f2a4-7b1e-7c3d-8e5f-2a6b4c8d0e1f",
]
# In a path instead of a code: what can be read as one is simply another one.
CODES = ["%00", "%FF%FE", "%ED%A0%80", "%2e%2e%2f%2e%2e%2fetc", "'%20OR%201=1%20--", "%E2%80%AE", "a" * 2_000, "a%0A"]
# In a query, for any operation, and for one that takes a list's parameters.
QUERIES: Mapping[str, str] = {
    "unknown": f"{CANARY}=1",
    "unknown, empty": "=",
    "no UTF-8": "limit=%FF&x=%ED%A0%80",
    "too many": "&".join(f"a{n}=1" for n in range(101)),
}
LIST_QUERIES: Mapping[str, str] = {
    "limit 0": "limit=0",
    "limit 201": "limit=201",
    "no number": f"limit={CANARY}",
    "huge limit": "limit=" + "9" * 5_000,
    "1e1": "limit=1e1",
    "twice": "limit=1&limit=2",
    "made-up cursor": f"cursor={CANARY}",
    "short cursor": "cursor=AA",
    "cursor that is none": "cursor=%00",
    "empty cursor": "cursor=",
    "long cursor": "cursor=" + "A" * 5_000,
    "cursor in another alphabet": "cursor=%D9%A3",
}


def packed(raw: bytes) -> bytes:
    return gzip.compress(raw)


Token = Callable[[Desk, Person, Probe], str]


def _minted(**changes: Any) -> Token:
    def mint(desk: Desk, person: Person, probe: Probe) -> str:
        said: dict[str, Any] = {"issuer": desk.url, "audience": "lotse", "now": probe.clock.now(), "key": desk.key}
        said |= {k: v(said[k]) if callable(v) else v for k, v in changes.items()}
        return f"Bearer {devissuer.mint(said.pop('key'), person.name, person.claim, **said)}"

    return mint


def _unsigned(algorithm: str, sign: Callable[[bytes, Any], bytes]) -> Token:
    """The claims of a good token under another head."""

    def made(desk: Desk, person: Person, probe: Probe) -> str:
        head, claims, _ = probe.token(person).split(".")
        told = json.loads(base64.urlsafe_b64decode(head + "=="))
        front = base64.urlsafe_b64encode(json.dumps({**told, "alg": algorithm}).encode()).rstrip(b"=")
        unsigned = front + b"." + claims.encode()
        signature = base64.urlsafe_b64encode(sign(unsigned, desk.key)).rstrip(b"=")
        return f"Bearer {(unsigned + b'.' + signature).decode()}"

    return made


def _by_public_key(unsigned: bytes, key: Any) -> bytes:
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hmac.digest(key.public_key().public_bytes(*form), unsigned, hashlib.sha256)


def _stolen_name(desk: Desk, person: Person, probe: Probe) -> str:
    """Signed by somebody else who names the issuer's key."""
    claims = jwt.decode(probe.token(person), options={"verify_signature": False})
    kid = devissuer.public_jwk(desk.key)["kid"]
    return f"Bearer {jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), 'ES256', headers={'kid': kid})}"


def _tampered(desk: Desk, person: Person, probe: Probe) -> str:
    head, claims, signature = probe.token(person).split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    more = json.dumps({**told, "sub": CANARY}).encode()
    return f"Bearer {head}.{base64.urlsafe_b64encode(more).decode().rstrip('=')}.{signature}"


# Sign-ins that hold nothing, and what is said.
TOKENS: Mapping[str, tuple[Token | None, str]] = {
    "none": (None, "token_missing"),
    "a word": (lambda *_: CANARY, "token_malformed"),
    "a password": (lambda *_: "Basic YTpi", "token_malformed"),
    "no token": (lambda *_: f"Bearer {CANARY}", "token_malformed"),
    "three dots": (lambda *_: "Bearer a.b.c", "token_malformed"),
    "too large": (lambda *_: "Bearer " + "a" * 9_000 + ".b.c", "token_too_large"),
    "expired": (_minted(now=lambda now: now - timedelta(days=2)), "token_expired"),
    "not yet": (_minted(now=lambda now: now + timedelta(days=2)), "token_not_yet_valid"),
    "for somebody else": (_minted(audience=CANARY), "token_wrong_audience"),
    "of somebody else": (_minted(issuer=f"https://{CANARY}.example"), "token_wrong_issuer"),
    "an unknown key's": (_minted(key=lambda _: ec.generate_private_key(ec.SECP256R1())), "token_key_unknown"),
    "a stolen name's": (_stolen_name, "token_invalid"),
    "changed": (_tampered, "token_invalid"),
    "unsigned": (_unsigned("none", lambda *_: b""), "token_invalid"),
    "unsigned, in capitals": (_unsigned("NONE", lambda *_: b""), "token_invalid"),
    "signed with the public key": (_unsigned("HS256", _by_public_key), "token_invalid"),
}
