"""Who is calling: bearer tokens of one OIDC issuer. Claims that hold a name or a mail address are never read."""

import asyncio
import hashlib
import math
import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from libs.contracts.types import Code, LanguageTag
from libs.kit import logs
from libs.kit.actor import Actor
from libs.kit.clock import Clock
from libs.kit.errors import Unauthenticated, Unavailable
from libs.kit.ids import staff_id

LEEWAY = 30.0
REFETCH_AFTER = 30.0
RETRY_AFTER = 1.0
KEYS_LIVE = 600.0
LARGEST_TOKEN = 8 * 1024
REMEMBERED = 10_000
ALGORITHMS = ("ES256", "RS256")
BEARER = re.compile(rb"bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*) *", re.IGNORECASE)
SENTENCE = "Sign in again; this token does not hold."

# The one algorithm it may be used with, and the public key.
Key = tuple[str, Any]
Keys = dict[str, Key]


class Claim(BaseModel):
    """The one claim of ours, `lotse`: roles by programme, languages spoken, and the office of a partner."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    roles: Annotated[dict[Code, Annotated[list[Code], Field(max_length=20)]], Field(max_length=50)] = {}
    languages: Annotated[list[LanguageTag], Field(max_length=60)] = []
    office: Annotated[UUID, Field(strict=False)] | None = None


class IssuerKeys:
    """The issuer's signing keys, each with the one algorithm its type allows, so that a token cannot choose.

    For an unknown key id they are fetched again at most every 30 s; while there are none, at most every second.
    """

    def __init__(self, issuer: str, clock: Clock, client: httpx.AsyncClient) -> None:
        self.issuer, self.clock, self.client = issuer, clock, client
        self._keys: Keys = {}
        self._fetched = self._tried = -math.inf
        self._reachable = True
        self._fetching = asyncio.Lock()

    async def key(self, kid: str) -> Key | None:
        """None when the issuer has none such. Raises `Unavailable` when it is away."""
        # Whoever brings an unknown key waits for a fetch under way; who has a known one does not wait for its renewal.
        if kid not in self._keys or (self._due(kid) and not self._fetching.locked()):
            async with self._fetching:
                if self._due(kid):
                    await self._fetch()
        found = self._keys.get(kid)
        if found is None and not self._reachable:
            raise Unavailable("issuer_unavailable", "The sign-in service cannot be reached just now.", retry_after=2)
        return found

    def _due(self, kid: str) -> bool:
        now = self.clock.now().timestamp()
        # A time that lies ahead is of a clock that was set back since.
        wanted = kid not in self._keys or not 0 <= now - self._fetched <= KEYS_LIVE
        return wanted and not 0 <= now - self._tried < (REFETCH_AFTER if self._keys else RETRY_AFTER)

    async def _fetch(self) -> None:
        self._tried = self.clock.now().timestamp()
        try:
            found = await self._json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            where = str(found["jwks_uri"])
            if found["issuer"] != self.issuer or not (where.startswith("https://") or self._beside(where)):
                raise ValueError("the discovery document is not this issuer's")
            self._keys = _usable((await self._json(where))["keys"])
            self._fetched, self._reachable = self._tried, True
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            self._reachable = False
            logs.event("issuer_unavailable", 30, error=error)

    def _beside(self, address: str) -> bool:
        return urlsplit(address)[:2] == urlsplit(self.issuer)[:2]

    async def _json(self, address: str) -> Any:
        response = await self.client.get(address, timeout=5)
        response.raise_for_status()
        return response.json()


def _usable(entries: Any) -> Keys:
    found: Keys = {}
    for entry in entries:
        try:
            if entry.get("use", "sig") != "sig":
                continue
            key = jwt.PyJWK(entry, "ES256" if entry["kty"] == "EC" else "RS256").key
        except (jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
            found[str(entry.get("kid"))] = ("ES256", key)
        elif isinstance(key, RSAPublicKey) and key.key_size >= 2048:
            found[str(entry.get("kid"))] = ("RS256", key)
    return found


@dataclass(frozen=True)
class Seen:
    """A token that was verified with a key."""

    until: float
    kid: str
    key: Key
    actor: Actor


class Tokens:
    """Turns an Authorization header into an `Actor`. A token seen before is not verified again until it expires, as
    long as its key is one of the issuer's."""

    def __init__(self, issuer: str, audience: str, clock: Clock, client: httpx.AsyncClient | None = None) -> None:
        self.issuer, self.audience, self.clock = issuer, audience, clock
        self.client = client or httpx.AsyncClient(follow_redirects=False, trust_env=False)
        self.keys = IssuerKeys(issuer, clock, self.client)
        self._seen: OrderedDict[bytes, Seen] = OrderedDict()

    async def close(self) -> None:
        await self.client.aclose()

    async def actor(self, authorization: bytes | None) -> Actor:
        """Raises `Unauthenticated` with a `token_…` code, or `Unavailable` when the issuer is needed and away."""
        if authorization is None:
            raise Unauthenticated("token_missing", "Sign in: send a bearer token.")
        if len(authorization) > LARGEST_TOKEN:
            raise Unauthenticated("token_too_large", SENTENCE)
        digest = hashlib.sha256(authorization).digest()
        known = self._seen.get(digest)
        if known is not None and await self._holds(known):
            self._seen.move_to_end(digest)
            return known.actor
        kid, key, claims = await self._verified(_bearer(authorization))
        actor = _actor(claims)
        self._seen[digest] = Seen(float(claims["exp"]), kid, key, actor)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return actor

    async def _holds(self, known: Seen) -> bool:
        return self.clock.now().timestamp() < known.until + LEEWAY and await self.keys.key(known.kid) == known.key

    async def _verified(self, token: str) -> tuple[str, Key, dict[str, Any]]:
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthenticated("token_malformed", SENTENCE) from None
        kid = header.get("kid")
        if header.get("alg") not in ALGORITHMS or not isinstance(kid, str) or len(kid) > 200:
            raise Unauthenticated("token_invalid", SENTENCE)
        found = await self.keys.key(kid)
        if found is None or found[0] != header["alg"]:
            raise Unauthenticated("token_key_unknown", SENTENCE)
        claims = self._decoded(token, *found)
        self._hold_against_time(claims)
        return kid, found, claims

    def _decoded(self, token: str, algorithm: str, key: Any) -> dict[str, Any]:
        options = {
            "require": ["exp", "iss", "aud", "sub"],
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        }
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self.audience,
                issuer=self.issuer,
                options=options,  # type: ignore[arg-type]
            )
        except jwt.InvalidIssuerError:
            raise Unauthenticated("token_wrong_issuer", SENTENCE) from None
        except jwt.InvalidAudienceError:
            raise Unauthenticated("token_wrong_audience", SENTENCE) from None
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            raise Unauthenticated("token_invalid", SENTENCE) from None

    def _hold_against_time(self, claims: dict[str, Any]) -> None:
        # By our own clock, which a test can move; PyJWT would ask the machine's.
        now, until, since = self.clock.now().timestamp(), claims["exp"], claims.get("nbf", 0)
        if not all(type(moment) in (int, float) and 0 <= moment < 2**53 for moment in (until, since)):
            raise Unauthenticated("token_claims_malformed", SENTENCE)
        if now >= until + LEEWAY:
            raise Unauthenticated("token_expired", "Your sign-in has ended; sign in again.")
        if now < since - LEEWAY:
            raise Unauthenticated("token_not_yet_valid", "This token does not hold yet.")


def _bearer(authorization: bytes) -> str:
    match = BEARER.fullmatch(authorization)
    if match is None:
        raise Unauthenticated("token_malformed", SENTENCE)
    return match[1].decode()


def _actor(claims: dict[str, Any]) -> Actor:
    subject = claims["sub"]
    try:
        claim = Claim.model_validate(claims.get("lotse", {}))
    except ValidationError:
        raise Unauthenticated("token_claims_malformed", SENTENCE) from None
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise Unauthenticated("token_claims_malformed", SENTENCE)
    return Actor(
        staff=staff_id(claims["iss"], subject),
        roles={programme: frozenset(roles) for programme, roles in claim.roles.items()},
        languages=frozenset(claim.languages),
        office=claim.office,
    )
