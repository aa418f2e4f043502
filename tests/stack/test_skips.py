"""Skips that were not expected, and expected ones that are gone, both fail."""

from pathlib import Path

import pytest

from tests.stack.skips import EXPECTED, main, read


def test_the_committed_list_can_be_read() -> None:
    assert all(count > 0 for count in read(EXPECTED).values())


def test_the_committed_list_itself_passes_and_one_more_skip_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = tmp_path / "same"
    same.write_text(EXPECTED.read_text())
    assert main([str(same)]) == 0
    more = tmp_path / "more"
    more.write_text("1 tests/x.py: no door\n")
    assert main([str(same), str(more)]) == 1
    assert "skipped 1 times, expected 0: tests/x.py: no door" in capsys.readouterr().err


def test_counts_of_several_runs_are_added(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("# a remark\n\n2 tests/x.py: no door\n")
    assert read(tmp_path / "one", tmp_path / "two") == {"tests/x.py: no door": 4}
