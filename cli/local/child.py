"""A program that runs for us: in its own process group, so that Ctrl-C reaches only the supervisor, which knows the
order in which to stop; told by the kernel to end when we end, however we end; and stopped by its pid, never by a name.
"""

import asyncio
import ctypes
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from cli.local.trouble import Trouble

PR_SET_PDEATHSIG = 1
# "builtins.ValueError: …", and the marks of PostgreSQL and NATS.
ERROR = re.compile(r"[\w.]*(Error|Exception)\b|.*(FATAL:|\[FTL\])")
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """How to start a child. `ending` is the signal that asks it to end; after `patience` seconds it is killed.

    With `user` (uid, gid) the child drops to that account, which only root can ask for. `lock` is a file that stays
    locked as long as the child lives, whoever started it: so nothing starts twice on the same data, and no process id
    is believed.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(repr=False)
    lock: Path
    cwd: Path | None = None
    user: tuple[int, int] | None = None
    ending: signal.Signals = signal.SIGTERM
    patience: float = 10.0


class Child:
    """A started program."""

    @classmethod
    async def start(cls, program: Program) -> Self:
        """Start it, once the last one has ended: a killed PostgreSQL lives on for a moment in its own children.

        Raises `Trouble` when the last one keeps the lock.
        """
        taken: list[IO[bytes]] = []

        async def ours() -> bool:
            taken.extend(lock for lock in [held(program.lock)] if lock is not None)
            return bool(taken)

        if not await becomes(ours, program.patience):
            raise Trouble(
                f"An earlier {program.name} still runs on this data ({program.lock} is locked). Stop it first."
            )
        return cls(program, taken[0])

    def __init__(self, program: Program, lock: IO[bytes]) -> None:
        self.program = program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        uid, gid = program.user or (None, None)
        # Appending, so that a rotation which empties the file does not leave a hole of zeros behind it.
        with program.log.open("ab") as log, lock:
            self.process = subprocess.Popen(
                program.argv,
                env=dict(program.env),
                cwd=program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
                user=uid,
                group=gid,
                extra_groups=None if uid is None else (),
                preexec_fn=_end_with_parent(program.ending),
            )
        self.started = time.monotonic()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self.process.poll()

    async def finished(self, seconds: float) -> bool:
        """Whether it has ended within that time."""
        return await becomes(lambda: _now(self.exit_status is not None), seconds)

    async def stop(self) -> None:
        """Ask it to end, wait, and kill what is left of its group; harmless when it has ended already."""
        if self.exit_status is None:
            self.process.send_signal(self.program.ending)
            if not await self.finished(self.program.patience):
                self.kill()
                await self.finished(self.program.patience)
        self.kill()

    def kill(self) -> None:
        """End the whole group at once."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            # Nothing of the group is left; macOS says so with EPERM when only zombies remain.
            return

    async def until(self, ready: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """Wait until it is ready; False when it takes longer. Raises `Trouble` when it stops."""

        async def settled() -> bool:
            return self.exit_status is not None or await ready()

        in_time = await becomes(settled, seconds)
        if self.exit_status is not None:
            raise self.trouble(f"stopped before it was ready ({said(self.exit_status)})")
        return in_time

    def trouble(self, what: str) -> Trouble:
        """What to say of it, with the end of its log."""
        log = self.program.log
        return Trouble(f"{self.program.name} {what}. Its log is {log}.\n{tail(log)}")


def held(lock: Path) -> IO[bytes] | None:
    """The file, open and locked by us, or None when somebody else has it. The lock ends with the last process that
    holds it."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    file = lock.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


async def becomes(condition: Callable[[], Awaitable[bool]], seconds: float, every: float = 0.02) -> bool:
    """Whether the condition comes true in time; asked at once, then with growing pauses of at most 0.2 s."""
    deadline = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every)
        every = min(every * 1.3, 0.2)
    return True


def said(exit_status: int) -> str:
    """An exit status in words."""
    return f"signal {signal.Signals(-exit_status).name}" if exit_status < 0 else f"exit {exit_status}"


def tail(log: Path, lines: int = 5) -> str:
    """The end of a log, indented, for an error message: the last line that names an error and the last lines of all.
    Our logs hold no personal data."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16384))
        written = file.read().decode(errors="replace").splitlines()
    telling = [line for line in written[:-lines] if ERROR.match(line)][-1:]
    return "\n".join(f"    {line[:300]}" for line in (*telling, *written[-lines:]))


async def _now(value: bool) -> bool:
    return value


def _end_with_parent(ending: signal.Signals) -> Callable[[], None]:
    """Runs in the child after it took its account, because changing the account clears the kernel's setting."""
    parent = os.getpid()

    def before_exec() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(ending))
            if os.getppid() != parent:
                os._exit(1)

    return before_exec
