"""A service starts with what it was told, or says in words what is missing, and never what it was given."""

from pathlib import Path

import pytest

from libs.kit.settings import load

SECRET = "hunter2-of-the-test"
NAMES = ("DATABASE_URL", "NATS_PASSWORD", "OIDC_ISSUER", "LOTSE_ENV", "HTTP_PORT", "KEYS_DIR")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KEYS_DIR", "keys")
    return monkeypatch


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    """A folder as Kubernetes mounts a Secret: links to links, so that all its files change at once."""
    (tmp_path / "..2026_11_23").mkdir()
    (tmp_path / "..2026_11_23" / "DATABASE_URL").write_text(f"postgresql://intake:{SECRET}@postgres/intake\n")
    (tmp_path / "..data").symlink_to("..2026_11_23")
    (tmp_path / "DATABASE_URL").symlink_to("..data/DATABASE_URL")
    return tmp_path


def test_a_mounted_file_named_like_the_setting_is_read_without_its_last_line_end(mounted: Path) -> None:
    settings = load("intake", str(mounted))
    assert settings.database_url.get_secret_value() == f"postgresql://intake:{SECRET}@postgres/intake"


def test_the_environment_goes_before_the_files(mounted: Path, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_URL", "postgresql://elsewhere/intake")
    assert load("intake", str(mounted)).database_url.get_secret_value() == "postgresql://elsewhere/intake"


def test_a_missing_setting_is_named_and_no_other_is_shown(tmp_path: Path, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("NATS_PASSWORD", SECRET)
    with pytest.raises(SystemExit) as ended:
        load("intake", str(tmp_path))
    assert str(ended.value) == "The settings do not hold: DATABASE_URL: Field required"


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("HTTP_PORT", f"80{SECRET}", "HTTP_PORT: Input should be a valid integer"),
        ("LOTSE_ENV", SECRET, "LOTSE_ENV: Input should be 'development', 'test' or 'production'"),
        ("OIDC_ISSUER", f"http://{SECRET}.example", "OIDC_ISSUER must be https unless it is on this machine"),
        ("LOTSE_ENV", "production", "OIDC_ISSUER must be https when LOTSE_ENV is production"),
    ],
)
def test_a_malformed_setting_is_named_and_not_repeated(
    mounted: Path, environment: pytest.MonkeyPatch, name: str, given: str, said: str
) -> None:
    environment.setenv(name, given)
    with pytest.raises(SystemExit) as ended:
        load("intake", str(mounted))
    assert said in str(ended.value)
    assert SECRET not in str(ended.value)
