"""What a service is told by its environment. An unknown or missing setting fails at start, in words."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """Secrets may also come as files named like the setting, from the directory in `LOTSE_SECRETS_DIR`."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    service: Literal["intake", "review", "referral", "reporting"]
    environment: Literal["development", "test", "production"] = Field("development", alias="LOTSE_ENV")
    database_url: SecretStr = Field(alias="DATABASE_URL")
    migration_database_url: SecretStr | None = Field(None, alias="MIGRATION_DATABASE_URL")
    database_pool: int = Field(8, alias="DATABASE_POOL", ge=2, le=64)
    nats_url: str = Field("nats://127.0.0.1:4222", alias="NATS_URL")
    nats_user: str = Field("", alias="NATS_USER")
    nats_password: SecretStr = Field(SecretStr(""), alias="NATS_PASSWORD")
    stream_suffix: str = Field("", alias="STREAM_SUFFIX", pattern=r"^[A-Z0-9_]{0,20}$")
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
        """A key from `KEYS_DIR`, for example `permalink`; at least 32 bytes."""
        raw = (self.keys_dir / f"{name}.key").read_bytes()
        if len(raw) < 32:
            raise ValueError(f"key {name} is shorter than 32 bytes")
        return raw


def load(service: str, secrets_dir: str | None = None) -> Settings:
    """Read the environment (and secret files) into settings."""
    return Settings(service=service, _secrets_dir=secrets_dir)  # type: ignore[call-arg, arg-type]
