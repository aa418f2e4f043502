"""`python -m tests.stack.platform DIR`: the whole platform below DIR/platform, started as `lotse up` starts it, for all
workers of one test session; stopped when the session is over."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cli.local.child import held
from cli.local.directory import Directory
from cli.local.ports import HIGHEST_BASE, free
from cli.local.supervisor import Supervisor
from cli.where import Installation, find
from tests.stack.session import PLATFORM, ROOT, only_one, session_is_over

START_SECONDS = 180.0
BASES = range(20_081, HIGHEST_BASE, 200)


def platform(folder: Path) -> Installation:
    """The running platform of this session; the first who asks starts it. Raises `RuntimeError` with what was said."""
    data = folder / "platform"
    with only_one(folder / "platform-starting.lock"):
        if Directory(data).where() is None:
            _start(folder, data)
    return find(data)


def _start(folder: Path, data: Path) -> None:
    log = folder / "platform.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.stack.platform", str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while Directory(data).where() is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            raise RuntimeError(f"the platform for the tests did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.05)


async def keep(folder: Path) -> None:
    """Run until the session is over. PostgreSQL may be somebody else's process, who must be let through."""
    data = folder / "platform"
    data.mkdir(mode=0o755, exist_ok=True)
    wanted = [*range(-1, 4), *range(1000, 1004)]
    base = next(base for base in BASES if all(free(base + step) for step in wanted))
    async with Supervisor(Directory(data), base, print):
        await asyncio.to_thread(session_is_over, folder)


def main(folder: Path) -> None:
    """Ctrl-C at the terminal is meant for pytest."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.pop("ADMIN_DATABASE_URL", None)
    lock = held(folder / PLATFORM)
    if lock is None:
        raise SystemExit("another platform is at work")
    try:
        asyncio.run(keep(folder))
    finally:
        lock.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
