"""The issuer's keys are fetched when they are needed, kept while it is away, and taken only where they belong."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cli.local import devissuer
from libs.edge import auth
from libs.kit.errors import Unavailable
from libs.kit.ids import staff_id
from tests.libs.edge.sample_app import AUDIENCE, ISSUER, NOON, PEOPLE, Sample, key
from tests.libs.edge.test_auth import KID, actor, refusal, signed
from tests.stack.clock import HandClock


async def test_a_flood_of_unknown_keys_asks_the_issuer_once_in_half_a_minute(sample: Sample) -> None:
    await actor(sample, sample.token())
    sample.clock.advance(seconds=31)
    before = sample.transport.fetched.count("/jwks.json")
    flood = [refusal(sample, signed(headers={"kid": f"kid-{n}"})) for n in range(50)]
    assert set(await asyncio.gather(*flood)) == {"token_key_unknown"}
    assert sample.transport.fetched.count("/jwks.json") == before + 1
    sample.clock.advance(seconds=29)
    await refusal(sample, signed(headers={"kid": "again"}))
    assert sample.transport.fetched.count("/jwks.json") == before + 1
    sample.clock.advance(seconds=2)
    await refusal(sample, signed(headers={"kid": "later"}))
    assert sample.transport.fetched.count("/jwks.json") == before + 2


async def test_those_who_come_while_the_keys_are_fetched_wait_for_them(sample: Sample) -> None:
    await asyncio.gather(*[actor(sample, sample.token()) for _ in range(10)])
    assert sample.transport.fetched.count("/jwks.json") == 1


async def test_a_new_key_of_the_issuer_is_found(sample: Sample) -> None:
    await actor(sample, sample.token())
    sample.issuer.key = ec.generate_private_key(ec.SECP256R1())
    sample.clock.advance(seconds=31)
    fresh = devissuer.mint(
        sample.issuer.key, "amal", PEOPLE["amal"], issuer=ISSUER, audience=AUDIENCE, now=sample.clock.now()
    )
    assert (await actor(sample, fresh)).staff == staff_id(ISSUER, "amal")


async def test_a_key_the_issuer_has_withdrawn_is_forgotten(sample: Sample) -> None:
    old = sample.token(lifetime=timedelta(days=1))
    await actor(sample, sample.token())
    sample.issuer.key = ec.generate_private_key(ec.SECP256R1())
    sample.clock.advance(minutes=11)
    assert await refusal(sample, old) == "token_key_unknown"


async def test_a_remembered_token_ends_with_its_key(sample: Sample) -> None:
    """Else who has stolen a key, and chosen how long a token lives, would keep it for that long."""
    stolen = sample.token(lifetime=timedelta(days=365))
    await actor(sample, stolen)
    sample.issuer.key = ec.generate_private_key(ec.SECP256R1())
    sample.clock.advance(minutes=11)
    assert await refusal(sample, stolen) == "token_key_unknown"


async def test_a_remembered_token_outlives_an_issuer_that_is_away(sample: Sample) -> None:
    token = sample.token(lifetime=timedelta(days=1))
    await actor(sample, token)
    sample.transport.away = True
    sample.clock.advance(hours=2)
    assert (await actor(sample, token)).staff == staff_id(ISSUER, "amal")


async def test_a_new_key_is_found_when_the_clock_was_set_back(sample: Sample) -> None:
    await actor(sample, sample.token())
    sample.issuer.key = ec.generate_private_key(ec.SECP256R1())
    sample.clock.set_back(hours=1)
    key, amal, now = sample.issuer.key, PEOPLE["amal"], sample.clock.now()
    assert await actor(sample, devissuer.mint(key, "amal", amal, issuer=ISSUER, audience=AUDIENCE, now=now))


async def test_an_issuer_that_is_away_is_a_503_and_is_not_asked_on_every_request(sample: Sample) -> None:
    sample.transport.away = True
    for _ in range(20):
        with pytest.raises(Unavailable) as refused:
            await actor(sample, sample.token())
        assert refused.value.code == "issuer_unavailable"
    assert len(sample.transport.fetched) == 1
    sample.transport.away = False
    sample.clock.advance(seconds=1)
    await actor(sample, sample.token())


async def test_known_keys_outlive_an_issuer_that_is_away(sample: Sample) -> None:
    await actor(sample, sample.token())
    sample.transport.away = True
    sample.clock.advance(minutes=30)
    await actor(sample, sample.token())


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/jwks.json"},
        {"issuer": ISSUER, "jwks_uri": "http://evil.example/jwks.json"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        {"issuer": ISSUER},
        [],
    ],
)
async def test_a_discovery_document_that_points_elsewhere_is_not_followed(document: Any) -> None:
    asked = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json=document)

    tokens = auth.Tokens(ISSUER, AUDIENCE, HandClock(NOON), httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    with pytest.raises(Unavailable):
        await tokens.actor(f"Bearer {signed()}".encode())
    assert asked == [f"{ISSUER}/.well-known/openid-configuration"]


def rsa_jwk(size: int, **more: str) -> tuple[Any, dict[str, Any]]:
    private = rsa.generate_private_key(65537, size)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key()))
    return private, {**jwk, "kid": str(uuid4()), **more}


def test_weak_keys_and_keys_for_another_use_are_not_taken() -> None:
    entries = [
        rsa_jwk(1024)[1],
        rsa_jwk(2048, use="enc")[1],
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "no point"},
        "nonsense",
        {},
        {**devissuer.public_jwk(key())},
    ]
    assert list(auth._usable(entries)) == [KID]


def test_the_key_id_is_the_thumbprint_of_rfc_7638() -> None:
    jwk = devissuer.public_jwk(key())
    assert len(jwk["kid"]) == 43
    assert jwk == devissuer.public_jwk(key())


async def test_an_rsa_key_signs_with_rs256() -> None:
    private, jwk = rsa_jwk(2048)

    async def answer(request: httpx.Request) -> httpx.Response:
        known = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/k"}
        return httpx.Response(200, json={"keys": [jwk]} if request.url.path == "/k" else known)

    tokens = auth.Tokens(ISSUER, AUDIENCE, HandClock(NOON), httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    token = signed(private, "RS256", headers={"kid": jwk["kid"]})
    assert (await tokens.actor(f"Bearer {token}".encode())).staff == staff_id(ISSUER, "amal")
