"""A development OIDC issuer, so that the real code flow is used everywhere.

Anyone who reaches it may be anyone in the people file. So it binds to 127.0.0.1 alone, answers only under a loopback
name, and does not start with LOTSE_ENV=production. It serves discovery, `/jwks.json`, `/authorize` (code with PKCE,
RFC 7636), `/token`, and for the command line `POST /dev/token {"as": "<key>"}`.
"""

import argparse
import hashlib
import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from libs.edge.auth import Claim
from libs.kit import logs
from libs.kit.clock import Clock, SystemClock
from libs.kit.settings import LOOPBACK

LIFETIME = timedelta(hours=1)
CODE_LIVES = timedelta(seconds=60)
LARGEST = 64 * 1024
LOCAL_ORIGIN = r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in for development</title>
<meta name="viewport" content="width=device-width"><style>
body{{font:1.1rem/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}}
button{{font:inherit;padding:.4rem .8rem;min-width:14rem;text-align:left}}li{{margin:.6rem 0}}</style></head>
<body><main><h1>Who are you today?</h1><p>Invented people, for development only. Choose one to sign in.</p>
<form method="post" action="/authorize?{query}"><ul>{people}</ul></form></main></body></html>"""


class Person(Claim):
    """One sample person: what her token says of her, and the invented name that only the page shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str


People = dict[str, Person]


class Asked(BaseModel):
    """The parameters of an authorization request (RFC 6749, 4.1.1; RFC 7636, 4.3)."""

    response_type: str
    client_id: str
    redirect_uri: str
    code_challenge: str
    code_challenge_method: str
    scope: str = ""
    state: str = ""
    nonce: str = ""

    def refusal(self) -> str | None:
        """Why this cannot be served, or None."""
        if self.response_type != "code" or self.code_challenge_method != "S256" or len(self.code_challenge) != 43:
            return "Only response_type=code with an S256 code_challenge is served here."
        if urlsplit(self.redirect_uri).hostname not in LOOPBACK:
            return "The redirect_uri must be on this machine."
        return None


def read_people(file: Path) -> People:
    """The sample people by their short key, as in `lotse token --as KEY`."""
    return TypeAdapter(People).validate_json(file.read_bytes())


def signing_key(data: Path) -> ec.EllipticCurvePrivateKey:
    """The ES256 key in the data directory, made there on the first start and readable by its owner alone."""
    file = data / "devissuer.pem"
    if not file.exists():
        made = ec.generate_private_key(ec.SECP256R1())
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(made.private_bytes(*form))
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public key as a JWK whose `kid` is its thumbprint (RFC 7638)."""
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    known = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    thumbprint = hashlib.sha256(json.dumps(known, separators=(",", ":")).encode()).digest()
    return {**known, "kid": _b64(thumbprint), "use": "sig", "alg": "ES256"}


def mint(
    key: ec.EllipticCurvePrivateKey,
    person: str,
    claim: Claim,
    *,
    issuer: str,
    audience: str,
    now: datetime,
    lifetime: timedelta = LIFETIME,
    nonce: str | None = None,
) -> str:
    """A signed token for `person`, who is also its subject. `nonce` makes it the answer to an authorization request."""
    at = int(now.timestamp())
    claims = {
        "iss": issuer,
        "sub": person,
        "aud": audience,
        "iat": at,
        "nbf": at,
        "exp": at + int(lifetime.total_seconds()),
        "jti": secrets.token_hex(8),
        "lotse": claim.model_dump(mode="json", include=set(Claim.model_fields), exclude_none=True),
        **({"nonce": nonce} if nonce else {}),
    }
    return jwt.encode(claims, key, "ES256", headers={"kid": public_jwk(key)["kid"]})


class Issuer:
    """The endpoints. Codes live in memory for a minute and work once."""

    def __init__(
        self, address: str, audience: str, people: People, key: ec.EllipticCurvePrivateKey, clock: Clock
    ) -> None:
        self.address, self.audience, self.people, self.key, self.clock = address, audience, people, key, clock
        self._codes: dict[str, tuple[datetime, str, Asked]] = {}

    def token(self, person: str, audience: str | None = None, nonce: str | None = None) -> str:
        said, now = self.people[person], self.clock.now()
        to = audience or self.audience
        return mint(self.key, person, said, issuer=self.address, audience=to, now=now, nonce=nonce)

    async def discovery(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/jwks.json",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "scopes_supported": ["openid"],
            }
        )

    async def jwks(self, request: Request) -> Response:
        return JSONResponse({"keys": [public_jwk(self.key)]})

    async def authorize(self, request: Request) -> Response:
        """GET shows the page, POST takes the choice back to the client with a code."""
        try:
            asked = Asked.model_validate(dict(request.query_params))
            refusal = asked.refusal()
        except ValueError:
            refusal = "A parameter is missing."
        if refusal:
            return HTMLResponse(f"<!doctype html><title>Refused</title><h1>Refused</h1><p>{refusal}</p>", 400)
        if request.method != "POST":
            return HTMLResponse(self._page(asked))
        person = (await _form(request)).get("person", "")
        if person not in self.people:
            return HTMLResponse("<!doctype html><title>Refused</title><h1>Refused</h1><p>Nobody of that name.</p>", 400)
        code = secrets.token_urlsafe(24)
        self._codes[code] = (self.clock.now() + CODE_LIVES, person, asked)
        joint = "&" if urlsplit(asked.redirect_uri).query else "?"
        back = urlencode({"code": code, "state": asked.state, "iss": self.address})
        return RedirectResponse(f"{asked.redirect_uri}{joint}{back}", 303)

    def _page(self, asked: Asked) -> str:
        people = "".join(
            f'<li><button name="person" value="{escape(key)}">{escape(one.name)}</button> {escape(_roles(one))}</li>'
            for key, one in self.people.items()
        )
        return PAGE.format(query=escape(urlencode(asked.model_dump())), people=people)

    async def exchange(self, request: Request) -> Response:
        """RFC 6749, 4.1.3. A code is spent by the first try, whether it succeeds or not."""
        form = await _form(request)
        until, person, asked = self._codes.pop(form.get("code", ""), (None, "", None))
        self._codes = {code: kept for code, kept in self._codes.items() if kept[0] > self.clock.now()}
        challenge = _b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or until is None
            or until <= self.clock.now()
            or form.get("grant_type") != "authorization_code"
            or not secrets.compare_digest(challenge, asked.code_challenge)
            or (form.get("redirect_uri"), form.get("client_id")) != (asked.redirect_uri, asked.client_id)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        id_token = self.token(person, asked.client_id, asked.nonce)
        return self._tokens(self.token(person), id_token=id_token)

    async def direct(self, request: Request) -> Response:
        """For `lotse token --as KEY`: no browser, no code."""
        try:
            person = json.loads(await _read(request))["as"]
            return self._tokens(self.token(person))
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "unknown_person", "people": sorted(self.people)}, 404)

    def _tokens(self, access_token: str, **more: str) -> Response:
        seconds = int(LIFETIME.total_seconds())
        made = {"access_token": access_token, "token_type": "Bearer", "expires_in": seconds, **more}
        return JSONResponse(made, headers={"Cache-Control": "no-store"})


def application(issuer: Issuer) -> Starlette:
    """The issuer as an application that answers only under a loopback name, so that no foreign page can reach it."""
    routes = [
        Route("/.well-known/openid-configuration", issuer.discovery),
        Route("/jwks.json", issuer.jwks),
        Route("/authorize", issuer.authorize, methods=["GET", "POST"]),
        Route("/token", issuer.exchange, methods=["POST"]),
        Route("/dev/token", issuer.direct, methods=["POST"]),
    ]
    named = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)
    return Starlette(routes=routes, middleware=[named, Middleware(CORSMiddleware, allow_origin_regex=LOCAL_ORIGIN)])


async def _read(request: Request) -> bytes:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST:
            raise ValueError("too large")
    return raw


async def _form(request: Request) -> Mapping[str, str]:
    try:
        return dict(parse_qsl((await _read(request)).decode(), max_num_fields=20))
    except ValueError:
        return {}


def _roles(person: Person) -> str:
    return "; ".join(f"{programme}: {', '.join(roles)}" for programme, roles in person.roles.items())


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def main() -> None:
    """Serve until stopped."""
    if os.environ.get("LOTSE_ENV") == "production":
        raise SystemExit("The development issuer does not start with LOTSE_ENV=production; set OIDC_ISSUER to yours.")
    parser = argparse.ArgumentParser(prog="python -m cli.local.devissuer", description="A development OIDC issuer.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--data", type=Path, required=True, help="where the signing key is kept")
    parser.add_argument("--people", type=Path, required=True, help="JSON: key to {name, roles, languages, office}")
    parser.add_argument("--audience", default=os.environ.get("OIDC_AUDIENCE", "lotse"))
    given = parser.parse_args()
    logs.configure("devissuer")
    try:
        people = read_people(given.people)
    except (OSError, ValidationError) as error:
        raise SystemExit(f"The people in {given.people} cannot be read: {type(error).__name__}") from None
    issuer = Issuer(f"http://127.0.0.1:{given.port}", given.audience, people, signing_key(given.data), SystemClock())
    uvicorn.run(application(issuer), host="127.0.0.1", port=given.port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
