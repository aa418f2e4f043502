"""What a process is told by its environment. A missing or malformed setting fails at start, in words."""

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
S = TypeVar("S", bound=BaseSettings)


class BusSettings(BaseSettings):
    """Where the bus is, and who one is there."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    nats_url: str = Field("nats://127.0.0.1:4222", alias="NATS_URL")
    nats_user: str = Field("", alias="NATS_USER")
    nats_password: SecretStr = Field(SecretStr(""), alias="NATS_PASSWORD")


class Settings(BusSettings):
    """All that a service is told."""

    service: Literal["intake", "review", "referral", "reporting"]
    environment: Literal["development", "test", "production"] = Field("development", alias="LOTSE_ENV")
    database_url: SecretStr = Field(alias="DATABASE_URL")
    migration_database_url: SecretStr | None = Field(None, alias="MIGRATION_DATABASE_URL")
    database_pool: int = Field(8, alias="DATABASE_POOL", ge=2, le=64)
    oidc_issuer: str = Field("http://127.0.0.1:8080", alias="OIDC_ISSUER")
    oidc_audience: str = Field("lotse", alias="OIDC_AUDIENCE")
    keys_dir: Path = Field(alias="KEYS_DIR")
    http_host: str = Field("127.0.0.1", alias="HTTP_HOST")
    http_port: int = Field(0, alias="HTTP_PORT", ge=0, le=65535)
    metrics_port: int = Field(0, alias="METRICS_PORT", ge=0, le=65535)
    # Whole origins, separated by commas; never `*`, because a token would then work from any page.
    cors_origins: str = Field("", alias="CORS_ORIGINS", pattern=r"^(https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(,|$))*$")
    require_sync_always: bool = Field(True, alias="REQUIRE_SYNC_ALWAYS")
    nats_monitor_url: str | None = Field(None, alias="NATS_MONITOR_URL")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="LOG_LEVEL")

    @model_validator(mode="after")
    def _no_plain_issuer_but_loopback(self) -> "Settings":
        issuer = urlsplit(self.oidc_issuer)
        if issuer.scheme == "http" and issuer.hostname not in LOOPBACK:
            raise ValueError("OIDC_ISSUER must be https unless it is on this machine")
        if self.environment == "production" and issuer.scheme != "https":
            raise ValueError("OIDC_ISSUER must be https when LOTSE_ENV is production")
        return self

    def key(self, name: str) -> bytes:
        """A key from `KEYS_DIR`, for example `permalink`; at least 32 bytes. Read once: another takes a restart."""
        return _key(self.keys_dir / f"{name}.key")


@cache
def _key(path: Path) -> bytes:
    raw = path.read_bytes()
    if len(raw) < 32:
        raise ValueError(f"key {path.stem} is shorter than 32 bytes")
    return raw


def load(service: str, secrets_dir: str | None = None) -> Settings:
    """A service's settings, from the environment and from files in `secrets_dir`: see `read`."""
    return read(Settings, secrets_dir, service=service)


def read(kind: type[S], secrets_dir: str | None, **known: str) -> S:
    """Read the environment, then the files named like a setting in `secrets_dir`; the environment goes first.

    What is missing or malformed ends the process, named with the rule it breaks and never with what was given: that may
    be a password.
    """
    try:
        return kind(_secrets_dir=secrets_dir, **known)  # type: ignore[arg-type]
    except ValidationError as wrong:
        faults = wrong.errors(include_url=False, include_context=False, include_input=False)
        said = "; ".join(": ".join([*map(str, fault["loc"]), fault["msg"]]) for fault in faults)
        raise SystemExit(f"The settings do not hold: {said}") from None
