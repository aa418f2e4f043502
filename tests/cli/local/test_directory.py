"""One supervisor at a time on a data directory, and a file that says where it is."""

import os
from pathlib import Path

import pytest

from cli.local.directory import Directory
from cli.local.trouble import Trouble


def test_a_second_supervisor_is_refused_and_told_who_is_there(tmp_path: Path) -> None:
    with (
        Directory(tmp_path).ours(),
        pytest.raises(Trouble, match=rf"already runs .*\(process {os.getpid()}\)"),
        Directory(tmp_path).ours(),
    ):
        raise AssertionError("two at once")
    with Directory(tmp_path).ours():
        """Free again."""


def test_the_addresses_are_known_only_while_it_runs(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    assert directory.where() is None
    with directory.ours():
        directory.say_where({"urls": {"intake": "http://127.0.0.1:8081"}})
        assert Directory(tmp_path).where() == {"urls": {"intake": "http://127.0.0.1:8081"}}
    assert directory.where() is None


def test_addresses_that_a_killed_supervisor_left_are_not_believed(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    with directory.ours():
        directory.say_where({})
        left = directory.run_file.read_bytes()
    directory.run_file.write_bytes(left)
    assert directory.where() is None


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(Trouble, match=r"cannot be used: .*Choose another with --data"),
        Directory(tmp_path / "file").ours(),
    ):
        raise AssertionError("a file is no directory")
