"""The servers of one test session: started by the first test that wants them, shared by all workers, stopped with the
session. pytest's controller holds a lock while it lives; the keeper of the servers waits for that lock."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from cli.local.child import held

SESSION, KEEPER, PLATFORM, SERVERS = "session.lock", "keeper.lock", "platform.lock", "servers.json"
ROOT = Path(__file__).parents[2]
START_SECONDS = 120.0
STOP_SECONDS = 30.0


class Session:
    """Held by pytest's controller from its start to its end."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.folder = folder
        self._lock: IO[bytes] | None = held(folder / SESSION)

    def close(self) -> None:
        """Let the keeper stop the servers, and wait until it has."""
        if self._lock is not None:
            self._lock.close()
        deadline = time.monotonic() + STOP_SECONDS
        for kept in (KEEPER, PLATFORM):
            while (lock := held(self.folder / kept)) is None and time.monotonic() < deadline:
                time.sleep(0.02)
            if lock is not None:
                lock.close()


def session_is_over(folder: Path) -> None:
    """Return when it is: when the lock that pytest holds can be had."""
    with (folder / SESSION).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def folder_of(config: pytest.Config, factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a session; a worker's own base temp lies in the controller's."""
    base = factory.getbasetemp()
    return (base.parent if hasattr(config, "workerinput") else base) / "stack"


def servers(folder: Path) -> dict[str, Any]:
    """Where the servers are; the first who asks starts them. Raises `RuntimeError` with what the keeper said."""
    with only_one(folder / "starting.lock"):
        if not (folder / SERVERS).exists():
            _start_keeper(folder)
        where: dict[str, Any] = json.loads((folder / SERVERS).read_text())
        return where


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """One worker at a time; the others wait."""
    with lock.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start_keeper(folder: Path) -> None:
    workers = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    log = folder / "keeper.log"
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.keeper", str(folder), workers],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while not (folder / SERVERS).exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            keeper.terminate()
            raise RuntimeError(f"the servers for the tests did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)
