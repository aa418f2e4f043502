"""Each part is told what it needs, in kit's words, and nothing that leads it astray."""

from pathlib import Path

import pytest

from cli.local.databases import Access
from cli.local.directory import Directory
from cli.local.environment import inherited, of_migration, of_service
from cli.local.ports import Ports
from libs.kit.settings import load

PORTS = Ports(8080, {"intake": 8081}, {"intake": 9081}, 8181, 8182, 8183)
ACCESS = Access("postgresql://intake:p@127.0.0.1:8181/intake", "postgresql://intake_owner:p@127.0.0.1:8181/intake")


def apply(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)


def test_kit_reads_every_address_and_secret_that_a_service_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = Directory(tmp_path)
    apply(monkeypatch, dict(of_migration("intake", directory, PORTS, ACCESS)))
    settings = load("intake")
    assert settings.database_url.get_secret_value() == ACCESS.runtime
    assert settings.migration_database_url is not None
    assert settings.migration_database_url.get_secret_value() == ACCESS.owner
    assert (settings.nats_url, settings.nats_user) == ("nats://127.0.0.1:8182", "intake")
    assert settings.nats_password.get_secret_value() == directory.secrets.password("nats-intake")
    assert settings.nats_monitor_url == "http://127.0.0.1:8183"
    assert (settings.oidc_issuer, settings.http_port, settings.metrics_port) == ("http://127.0.0.1:8080", 8081, 9081)
    assert settings.environment == "development"
    assert settings.require_sync_always
    assert {len(settings.key(name)) for name in ("permalink", "idempotency", "cursor", "codes")} == {32}


def test_what_the_shell_knows_of_other_databases_reaches_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = dict.fromkeys(("ADMIN_DATABASE_URL", "DATABASE_URL"), "postgresql://chief:sesame@elsewhere/db")
    apply(monkeypatch, theirs | {"MIGRATION_DATABASE_URL": "sesame", "LOTSE_ENV": "production", "LOG_LEVEL": "DEBUG"})
    told = of_service("intake", Directory(tmp_path), PORTS, ACCESS)
    assert "sesame" not in "".join(told.values())
    assert (told["LOTSE_ENV"], told["LOG_LEVEL"]) == ("development", "DEBUG")


def test_no_proxy_of_the_shell_comes_between_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example.org")
    assert inherited()["NO_PROXY"] == "intranet.example.org,127.0.0.1,localhost"
