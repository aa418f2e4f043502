"""Only a token of our issuer, for us, in its time, is believed; and asking often costs the issuer nothing."""

import asyncio
import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.local import devissuer
from libs.edge import auth
from libs.kit.actor import Actor
from libs.kit.errors import LotseError, Unauthenticated
from libs.kit.ids import staff_id
from tests.libs.edge.sample_app import AUDIENCE, ISSUER, NOON, OFFICE, Sample, key, shared

KID = devissuer.public_jwk(key())["kid"]


def claims(**changed: Any) -> dict[str, Any]:
    now = int(NOON.timestamp())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "amal", "exp": now + 3600, "nbf": now, "lotse": {}}
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def signed(by: Any = None, algorithm: str = "ES256", headers: dict[str, Any] | None = None, **changed: Any) -> str:
    return jwt.encode(claims(**changed), by or key(), algorithm, headers={"kid": KID, **(headers or {})})


def raw(header: dict[str, Any], body: Any, signature: bytes = b"x") -> str:
    parts = (json.dumps(header).encode(), body if isinstance(body, bytes) else json.dumps(body).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


async def actor(sample: Sample, token: str) -> Actor:
    return await sample.tokens.actor(f"Bearer {token}".encode())


async def refusal(sample: Sample, token: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await actor(sample, token)
    assert token not in str(refused.value.message)
    return refused.value.code


async def test_a_good_token_names_an_actor(sample: Sample) -> None:
    who = await actor(sample, sample.token("vera"))
    assert who == Actor(
        staff=staff_id(ISSUER, "vera"),
        roles={"fem-os": frozenset({"auditor"}), "lara": frozenset({"counsellor"})},
    )
    assert (await actor(sample, sample.token("amal"))).languages == {"ar"}
    assert (await actor(sample, sample.token("office"))).office == OFFICE


async def test_name_and_mail_in_a_token_are_never_read(sample: Sample) -> None:
    who = await actor(sample, signed(name="Amal", email="amal@example.org", preferred_username="amal"))
    assert "Amal" not in repr(who)
    assert "example" not in repr(who)


async def test_a_token_without_our_claim_gives_no_right(sample: Sample) -> None:
    assert (await actor(sample, signed(lotse=None))).roles == {}


def public_pem() -> bytes:
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key().public_key().public_bytes(*form)


def hmac_with_the_public_key() -> str:
    unsigned = raw({"alg": "HS256", "typ": "JWT", "kid": KID}, claims()).rpartition(".")[0]
    mac = hmac.digest(public_pem(), unsigned.encode(), hashlib.sha256)
    return f"{unsigned}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


ATTACKS: dict[str, tuple[Any, str]] = {
    "alg none": (lambda: raw({"alg": "none", "kid": KID}, claims(), b""), "token_invalid"),
    "alg None": (lambda: raw({"alg": "None", "kid": KID}, claims(), b""), "token_invalid"),
    "HS256 with the public key": (hmac_with_the_public_key, "token_invalid"),
    "the right kid with another algorithm": (lambda: raw({"alg": "RS256", "kid": KID}, claims()), "token_key_unknown"),
    "another key under the right kid": (lambda: signed(ec.generate_private_key(ec.SECP256R1())), "token_invalid"),
    "a key brought along": (
        lambda: signed(
            other := ec.generate_private_key(ec.SECP256R1()),
            headers={"jwk": devissuer.public_jwk(other), "kid": "mine"},
        ),
        "token_key_unknown",
    ),
    "an extension we do not know": (lambda: signed(headers={"crit": ["exp"]}), "token_malformed"),
    "no kid": (lambda: jwt.encode(claims(), key(), "ES256"), "token_invalid"),
    "another issuer": (lambda: signed(iss="https://evil.example"), "token_wrong_issuer"),
    "no issuer": (lambda: signed(iss=None), "token_invalid"),
    "another audience": (lambda: signed(aud="shop"), "token_wrong_audience"),
    "no audience": (lambda: signed(aud=None), "token_invalid"),
    "no end": (lambda: signed(exp=None), "token_invalid"),
    "an end that is no number": (lambda: signed(exp="tomorrow"), "token_claims_malformed"),
    "an endless end": (lambda: signed(exp=10**400), "token_claims_malformed"),
    "ended": (lambda: signed(exp=int(NOON.timestamp()) - 31), "token_expired"),
    "not begun": (lambda: signed(nbf=int(NOON.timestamp()) + 31), "token_not_yet_valid"),
    "no subject": (lambda: signed(sub=None), "token_invalid"),
    "an endless subject": (lambda: signed(sub="a" * 256), "token_claims_malformed"),
    "no JSON": (lambda: raw({"alg": "ES256", "kid": KID}, b"{"), "token_invalid"),
    "a list": (lambda: raw({"alg": "ES256", "kid": KID}, []), "token_invalid"),
    "deep nesting": (lambda: raw({"alg": "ES256", "kid": KID}, b"[" * 4000), "token_invalid"),
    "a deep header": (lambda: base64.urlsafe_b64encode(b"[" * 4000).decode() + ".e30.eA", "token_malformed"),
    "two dots too few": (lambda: "abc", "token_malformed"),
    "too large": (lambda: "a" * 9000, "token_too_large"),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_forged_token_is_refused(sample: Sample, attack: str) -> None:
    make, code = ATTACKS[attack]
    assert await refusal(sample, make()) == code


@pytest.mark.parametrize("seconds", [0, 29])
async def test_clocks_may_differ_by_half_a_minute(sample: Sample, seconds: int) -> None:
    now = int(NOON.timestamp())
    await actor(sample, signed(exp=now - seconds))
    await actor(sample, signed(nbf=now + seconds))


MALFORMED: list[Any] = [
    [],
    "counsellor",
    {"roles": ["counsellor"]},
    {"roles": {"fem-os": "counsellor"}},
    {"roles": {"fem-os": [1]}},
    {"roles": {"Fem OS": ["counsellor"]}},
    {"roles": {"fem-os": ["Amal Haddad"]}},
    {"roles": {"fem-os,*": ["counsellor"]}},
    {"roles": {f"p-{n}": ["a1"] for n in range(51)}},
    {"roles": {"fem-os": [f"r-{n}" for n in range(21)]}},
    {"languages": ["arabic language"]},
    {"languages": [f"a{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(61)]},
    {"office": "next door"},
    {"office": 5},
    {"more": 1},
]


@pytest.mark.parametrize("claim", MALFORMED, ids=lambda claim: str(claim)[:40])
async def test_a_claim_out_of_form_is_refused_whole(sample: Sample, claim: Any) -> None:
    assert await refusal(sample, signed(lotse=claim)) == "token_claims_malformed"


@pytest.mark.parametrize("header", [None, b"", b"Bearer", b"Basic YTpi", b"Bearer a b", b"Bearer a.b.c, Bearer a.b.c"])
async def test_a_header_that_is_no_bearer_token_is_refused(sample: Sample, header: bytes | None) -> None:
    with pytest.raises(Unauthenticated):
        await sample.tokens.actor(header)


async def test_a_token_is_verified_once_and_then_remembered(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    token = sample.token()
    first = await actor(sample, token)
    sample.transport.away = True
    monkeypatch.setattr(jwt, "decode", None)
    assert await actor(sample, token) is first


async def test_a_remembered_token_ends_with_its_time(sample: Sample) -> None:
    token = sample.token()
    await actor(sample, token)
    sample.clock.advance(seconds=3600 + 29)
    await actor(sample, token)
    sample.clock.advance(seconds=2)
    assert await refusal(sample, token) == "token_expired"


async def test_the_memory_for_tokens_is_bounded(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "REMEMBERED", 3)
    for _ in range(5):
        await actor(sample, sample.token())
    assert len(sample.tokens._seen) == 3


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60), st.text(max_size=20))
def test_no_header_breaks_the_edge(first: bytes, second: bytes, kid: str) -> None:
    async def ask(header: bytes) -> None:
        try:
            await shared().tokens.actor(header)
        except LotseError as refused:
            assert refused.code.startswith("token_")

    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (first, second)]
    asyncio.run(ask(b"Bearer " + b".".join([*parts, b"eA"])))
    asyncio.run(ask(b"Bearer " + raw({"alg": "ES256", "kid": kid}, second).encode()))
    asyncio.run(ask(first))
