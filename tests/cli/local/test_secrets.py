"""Passwords and keys are made once and read by their owner alone."""

from pathlib import Path

from cli.local.secrets import KEYS, Secrets


def test_a_password_is_made_once_and_differs_by_name(tmp_path: Path) -> None:
    first = Secrets(tmp_path / "secrets").password("nats-intake")
    assert len(first) == 32
    assert Secrets(tmp_path / "secrets").password("nats-intake") == first
    assert Secrets(tmp_path / "secrets").password("nats-review") != first


def test_the_keys_are_32_random_bytes_and_stay(tmp_path: Path) -> None:
    folder = Secrets(tmp_path / "secrets").make_keys()
    made = {name: (folder / f"{name}.key").read_bytes() for name in KEYS}
    assert {len(key) for key in made.values()} == {32}
    assert len(set(made.values())) == len(KEYS)
    Secrets(tmp_path / "secrets").make_keys()
    assert made == {name: (folder / f"{name}.key").read_bytes() for name in KEYS}


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    secrets.password("postgres-admin")
    secrets.make_keys()
    for path in (tmp_path / "secrets", *(tmp_path / "secrets").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
