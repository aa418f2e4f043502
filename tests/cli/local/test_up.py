"""`lotse up` as a person and as a machine meet it: one process, two signals, plain words."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import pytest

from cli.local.directory import Directory
from libs.contracts.envelope import SERVICES
from tests.cli.local.addresses import free_base
from tests.stack.waiting import eventually

ROOT = Path(__file__).parents[3]


def need_services() -> None:
    for service in SERVICES:
        if not (ROOT / "services" / service / "app.py").exists():
            pytest.skip(f"the service {service} is not there yet")


async def up(folder: Path, base: int, *options: str) -> Process:
    command = [sys.executable, "-m", "cli.main", "up", "--data", str(folder), "--port-base", str(base), *options]
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE)


async def line(process: Process, word: str) -> dict[str, Any]:
    """The first JSON line that says the word; others are passed over."""
    assert process.stdout is not None
    while raw := await asyncio.wait_for(process.stdout.readline(), 90):
        found: dict[str, Any] = json.loads(raw)
        if word in found["said"]:
            return found
    assert process.stderr is not None
    raise AssertionError((await process.stderr.read()).decode())


async def test_all_four_services_become_ready_survive_a_killed_supervisor_and_stop_by_ctrl_c(tmp_path: Path) -> None:
    need_services()
    base = free_base()
    first = await up(tmp_path, base, "--json")
    assert (await line(first, "ready"))["urls"]["reporting"] == f"http://127.0.0.1:{base + 3}"
    where = Directory(tmp_path).where()
    assert where is not None
    first.kill()
    await first.wait()
    second = await up(tmp_path, base, "--json")
    await line(second, "ready")
    for pid in where["children"].values():
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    second.send_signal(signal.SIGINT)
    assert (await line(second, "Stopped"))["said"] == "Stopped."
    assert await second.wait() == 0
    assert Directory(tmp_path).left_over() == []


async def test_a_taken_port_is_said_in_one_sentence_with_exit_1(tmp_path: Path) -> None:
    base = free_base()
    with socket.create_server(("127.0.0.1", base + 2)):
        process = await up(tmp_path, base)
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert f"{base + 2} (referral). Stop it or move all addresses: --port-base" in errors.decode()
    assert "Traceback" not in errors.decode()


async def test_a_second_signal_ends_everything_at_once(tmp_path: Path) -> None:
    process = await up(tmp_path, free_base(), "--json")
    await eventually(lambda: (tmp_path / "locks" / "postgres").exists(), 20)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    await eventually(lambda: Directory(tmp_path).left_over() == [])


async def test_the_help_teaches(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli.main", "up", "--help"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
    text = (await process.communicate())[0].decode()
    for word in ("Ctrl-C", "--port-base", "ADMIN_DATABASE_URL", "Examples"):
        assert word in text
