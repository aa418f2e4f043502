"""The layout of one data directory: everything that is kept lies below it, and one supervisor at a time works on it."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from cli.local.child import held
from cli.local.secrets import Secrets, write_private
from cli.local.trouble import Trouble


class Directory:
    """`postgres` and `nats` hold the data, `secrets` the passwords and keys, `logs` one file per part, `locks` what
    runs, `run.json` where to find it while it runs."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.logs = self.root / "logs"
        self.locks = self.root / "locks"
        self.issuer = self.root / "issuer"
        self.run_file = self.root / "run.json"

    @property
    def secrets(self) -> Secrets:
        return Secrets(self.root / "secrets")

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def lock(self, part: str) -> Path:
        return self.locks / part

    @contextmanager
    def ours(self) -> Iterator[None]:
        """Hold the directory. Raises `Trouble` when another supervisor has it, or when we may not write there."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = _patiently(self.lock("supervisor"))
        except OSError as refused:
            raise Trouble(f"{self.root} cannot be used: {refused.strerror}. Choose another with --data.") from None
        if lock is None:
            pid = self.lock("supervisor").read_text().strip() or "unknown"
            raise Trouble(
                f"Lotse already runs on {self.root} (process {pid}). Stop it with Ctrl-C, or choose another --data."
            )
        with lock:
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n".encode())
            lock.flush()
            try:
                yield
            finally:
                lock.truncate(0)
                self.run_file.unlink(missing_ok=True)

    def left_over(self) -> list[str]:
        """Parts that a supervisor which is gone has left running: they hold their locks until they have ended."""
        parts = sorted(path.name for path in self.locks.iterdir() if path.name != "supervisor")
        return [part for part in parts if not _unheld(self.lock(part))]

    def say_where(self, running: dict[str, Any]) -> None:
        """Write `run.json` at once as a whole; it holds addresses and process ids, never a secret."""
        draft = self.run_file.with_name(".run.json.new")
        write_private(draft, json.dumps(running, indent=2).encode())
        draft.replace(self.run_file)

    def where(self) -> dict[str, Any] | None:
        """What `run.json` says, or None when nothing runs on this directory."""
        if not self.run_file.exists() or _unheld(self.lock("supervisor")):
            return None
        running: dict[str, Any] = json.loads(self.run_file.read_text())
        return running


def _patiently(lock: Path) -> IO[bytes] | None:
    """Somebody who only looks whether we run holds the lock for an instant."""
    for _ in range(5):
        file = held(lock)
        if file is not None:
            return file
        time.sleep(0.05)
    return None


def _unheld(lock: Path) -> bool:
    file = held(lock)
    if file is None:
        return False
    file.close()
    return True
