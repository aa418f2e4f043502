"""What a Job runs makes the bus, says what it did, and finds nothing more to do."""

import json
from pathlib import Path

import pytest

from libs.contracts.envelope import SERVICES
from libs.kit.connection import close, connect
from libs.kit.provision import main, remove
from libs.kit.streams import PROVISIONER, event_stream
from tests.stack.stack import Stack, apart


@pytest.fixture
def told(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment and the mounted Secret of the Job."""
    url, user, password = stack.nats_login(PROVISIONER)
    monkeypatch.setenv("NATS_URL", url)
    (tmp_path / "NATS_USER").write_text(user)
    (tmp_path / "NATS_PASSWORD").write_text(password)
    monkeypatch.setenv("LOTSE_SECRETS_DIR", str(tmp_path))


async def burn(stack: Stack) -> None:
    client = await connect(*stack.nats_login(PROVISIONER), "test")
    try:
        await remove(client)
    finally:
        await close(client)


@pytest.mark.usefixtures("told")
def test_an_empty_bus_is_found_wanting_then_filled_then_found_right(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    apart(burn(stack))
    assert main(["--check"]) == 1
    missing = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {event_stream(service) for service in SERVICES} <= {change["what"] for change in missing}
    assert main([]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == missing
    assert main(["--check"]) == 0
    assert capsys.readouterr().out == ""
