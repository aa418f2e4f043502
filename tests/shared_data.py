"""Finds the public data sets that some tests and measurements read. They are not part of the repository."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def locate(name: str) -> Path | None:
    """The file in LOTSE_SHARED_DATA, or in `../shared/data` beside the repository; None where it is absent."""
    folder = os.environ.get("LOTSE_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
    path = Path(folder) / name
    return path if path.exists() else None


def shared_data(name: str) -> Path:
    """The file, or a skipped test that says what is missing."""
    # Imported here because the measurements in `bench` use `locate` without pytest.
    import pytest

    path = locate(name)
    if path is None:
        pytest.skip(f"the shared data set {name} is not here: set LOTSE_SHARED_DATA to its folder")
    return path


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)
