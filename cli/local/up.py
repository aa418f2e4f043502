"""`lotse up`: the supervisor in the foreground, with what a person or a machine wants to read about it."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path

from cli.local.directory import Directory
from cli.local.supervisor import Supervisor
from cli.local.trouble import Trouble
from libs.contracts.envelope import SERVICES

READY = """\
Lotse is ready after {seconds:.1f} s.

{addresses}

Everything that is kept is in {root}, the logs in {logs}. Ctrl-C stops it."""


class Voice:
    """Says what happens, as sentences or as one JSON object a line."""

    def __init__(self, json_lines: bool) -> None:
        self.json_lines = json_lines

    def __call__(self, sentence: str, **fields: object) -> None:
        line = json.dumps({"said": sentence, **fields}) if self.json_lines else sentence
        print(line, flush=True)

    def trouble(self, trouble: Trouble) -> None:
        print(json.dumps({"trouble": str(trouble)}) if self.json_lines else trouble, file=sys.stderr, flush=True)

    def ready(self, running: Supervisor, seconds: float) -> None:
        """The addresses: all that somebody needs who has never seen this."""
        ports, directory = running.ports, running.directory
        if self.json_lines:
            urls = {name: ports.url(name) for name in ("issuer", *SERVICES)}
            return self("ready", urls=urls, data=str(directory.root), seconds=round(seconds, 2))
        lines = [f"  {name:<10} {ports.url(name)}/{name}/v1/openapi.json" for name in SERVICES]
        lines.append(f"  {'sign in':<10} {ports.url('issuer')}  (invented people, for development only)")
        return self(READY.format(seconds=seconds, addresses="\n".join(lines), root=directory.root, logs=directory.logs))


def run_up(data: Path, base: int, json_lines: bool) -> int:
    """Run until told to stop; returns the exit code."""
    voice = Voice(json_lines)
    supervisor = Supervisor(Directory(data), base, voice, os.environ.get("ADMIN_DATABASE_URL"))
    try:
        asyncio.run(_until_told(supervisor, voice))
    except Trouble as trouble:
        voice.trouble(trouble)
        return 1
    voice("Stopped.")
    return 0


async def _until_told(supervisor: Supervisor, voice: Voice) -> None:
    """The first signal stops everything in order; the second one, for the impatient, ends everything at once."""
    work = asyncio.create_task(_keep_running(supervisor, voice))

    def told() -> None:
        if supervisor.stopping:
            supervisor.kill()
        else:
            work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told)
    await asyncio.wait([work])
    if not work.cancelled():
        work.result()


async def _keep_running(supervisor: Supervisor, voice: Voice) -> None:
    began = time.monotonic()
    voice("Starting PostgreSQL, NATS, the issuer and the four services; the first time takes longer.")
    async with supervisor:
        voice.ready(supervisor, time.monotonic() - began)
        await asyncio.Event().wait()
