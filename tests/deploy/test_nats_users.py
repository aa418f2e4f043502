"""The users in the cluster's bus are those of the contracts, and the server takes the file."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cli.local.nats import binary
from cli.local.trouble import Trouble
from deploy import nats_users
from libs.kit.streams import permissions
from tests.deploy.rendering import K8S


def test_the_committed_file_is_what_the_contracts_say() -> None:
    assert nats_users.main(["--check"]) == 0


def test_a_file_that_is_out_of_date_is_found_and_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "users.conf"
    file.write_text(nats_users.text().replace('"ev.intake.>"', '">"'))
    monkeypatch.setattr(nats_users, "FILE", file)
    assert nats_users.main(["--check"]) == 1
    assert "run `python -m deploy.nats_users`" in capsys.readouterr().err
    assert nats_users.main([]) == 0
    assert file.read_text() == nats_users.text()


def test_every_user_is_there_with_a_password_that_the_file_does_not_hold() -> None:
    lines = [line.strip() for line in nats_users.text().splitlines()]
    for user in permissions():
        assert f"user: {user}" in lines
        assert f"password: ${user.upper()}_PASSWORD" in lines


@pytest.fixture
def mounted(tmp_path: Path) -> Path:
    """The files as they lie beside each other in the Pod."""
    for file in ("nats-embedded/nats.conf", "nats-embedded/users.conf", "secrets-dev/passwords.conf"):
        shutil.copy(K8S / "components" / file, tmp_path)
    return tmp_path


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        server = binary()
    except Trouble:
        pytest.skip("nats-server is not installed")
    command = [str(server), "-t", "-c", str(folder / "nats.conf")]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def test_the_server_takes_the_configuration(mounted: Path) -> None:
    assert checked(mounted).returncode == 0


def test_the_server_refuses_a_user_without_a_password_and_a_misspelt_setting(mounted: Path) -> None:
    passwords, settings = mounted / "passwords.conf", mounted / "nats.conf"
    passwords.write_text(passwords.read_text().replace("REVIEW_PASSWORD", "REVIW_PASSWORD"))
    assert "REVIEW_PASSWORD" in checked(mounted).stderr
    settings.write_text(settings.read_text().replace("sync_interval", "sync_intervall"))
    shutil.copy(K8S / "components/secrets-dev/passwords.conf", mounted)
    assert "sync_intervall" in checked(mounted).stderr


def test_an_acknowledgement_means_on_the_disk() -> None:
    settings = (K8S / "components/nats-embedded/nats.conf").read_text().splitlines()
    assert "  sync_interval: always" in settings
