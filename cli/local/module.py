"""A part of our own: `python -m <module>`, the same command that a pod runs."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.local.child import Child, Program, said
from cli.local.directory import Directory
from cli.local.trouble import Trouble
from cli.local.web import ask

ROOT = Path(__file__).parents[2]
READY_SECONDS = 90.0
MIGRATED_SECONDS = 120.0
# Longer than a service takes to finish the requests in hand, shorter than anyone waits at a terminal.
STOP_SECONDS = 20.0


@dataclass
class Module:
    """A server of ours; ready when `path` on `port` answers 200."""

    program: Program
    port: int
    path: str
    child: Child | None = None

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises `Trouble`."""
        self.child = await Child.start(self.program)
        if not await self.child.until(self._answers, READY_SECONDS):
            raise self.child.trouble(f"was not ready within {READY_SECONDS:.0f} seconds{await self._excuse()}")

    async def stop(self) -> None:
        if self.child is not None:
            await self.child.stop()

    async def _answers(self) -> bool:
        return (await ask(self.port, self.path))[0] == 200

    async def _excuse(self) -> str:
        """Why a service says that it is not ready: `reasons` in its answer, by name."""
        try:
            reasons = json.loads((await ask(self.port, self.path))[1])["reasons"]
            return "".join(f"; {name}: {reason}" for name, reason in reasons.items())
        except (ValueError, TypeError, KeyError, AttributeError):
            return ""


def program(name: str, directory: Directory, env: Mapping[str, str], *arguments: str) -> Program:
    """This interpreter with `-m` and the arguments; the log and the lock bear the name."""
    argv = (sys.executable, "-m", *arguments)
    return Program(name, argv, directory.log(name), env, directory.lock(name), cwd=ROOT, patience=STOP_SECONDS)


async def run_once(work: Program) -> None:
    """Run a command that ends by itself. Raises `Trouble` when it fails; cancelled, it takes the command along."""
    child = await Child.start(work)
    try:
        if not await child.finished(MIGRATED_SECONDS):
            raise Trouble(f"{work.name} did not end within {MIGRATED_SECONDS:.0f} seconds. Its log is {work.log}.")
        if child.exit_status != 0:
            raise child.trouble(f"failed ({said(child.exit_status or 0)})")
    finally:
        await child.stop()
