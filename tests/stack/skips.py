"""Skips are counted and compared: a hole that hides behind a skip must be seen by whoever adds it.

pytest writes `count file: reason` lines to a file, and `python -m tests.stack.skips FILE...` compares their sum with
`tests/expected_skips.txt`, which is committed.
"""

import sys
from collections import Counter
from pathlib import Path

import pytest

EXPECTED = Path(__file__).parents[1] / "expected_skips.txt"


class Skips:
    """A plugin of pytest's controller."""

    def __init__(self, root: Path, target: str | None) -> None:
        self.root, self.target = root, target
        self.found: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._count(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._count(report.nodeid, report.longrepr)

    def pytest_sessionfinish(self) -> None:
        if self.target:
            with Path(self.target).open("a") as file:
                file.writelines(f"{count} {what}\n" for what, count in sorted(self.found.items()))

    def _count(self, nodeid: str, said: object) -> None:
        reason = said[2] if isinstance(said, tuple) else str(said)
        self.found[f"{nodeid.split('::')[0]}: {reason.removeprefix('Skipped: ')}"] += 1


def read(*files: Path) -> Counter[str]:
    """What the files count together; empty lines and lines that begin with # say nothing."""
    counted: Counter[str] = Counter()
    for file in files:
        for line in file.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                count, _, what = line.partition(" ")
                counted[what] += int(count)
    return counted


def main(files: list[str]) -> int:
    """0 when the skips are those that are committed; else it says what differs."""
    expected, found = read(EXPECTED), read(*map(Path, files))
    for what in sorted(expected | found):
        if expected[what] != found[what]:
            print(f"skipped {found[what]} times, expected {expected[what]}: {what}", file=sys.stderr)
    return int(expected != found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
