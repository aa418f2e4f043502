"""The `lotse` command as somebody runs it: a process, its exit code, and what it printed."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.client import Client
from cli.demo.cast import Cast
from cli.where import Installation

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("LOTSE_TOKEN", "LOTSE_URLS", "NATS_USER", "NATS_PASSWORD")


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was printed for machines."""
        return [json.loads(line) for line in self.out.splitlines() if line]


Lotse = Callable[..., Awaitable[Ran]]


@pytest.fixture
def lotse() -> Lotse:
    """`await lotse("status", "--json")`; keyword arguments change the environment."""

    async def run(*arguments: str, **env: str) -> Ran:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli.main", *arguments),
            cwd=ROOT,
            env={**kept, "COLUMNS": "140", **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        assert "Traceback" not in err.decode(), err.decode()
        return Ran(process.returncode, out.decode(), err.decode())

    return run


@pytest.fixture
def here(platform: Installation) -> tuple[str, str]:
    """`--data` of the running platform."""
    return "--data", str(platform.here()[0].root)


@pytest.fixture
async def cast(platform: Installation) -> AsyncIterator[Cast]:
    """The sample people at the running platform."""
    assert platform.issuer is not None
    async with Client(platform.urls) as client:
        yield Cast.of(client, platform.issuer)


@pytest.fixture
async def space(cast: Cast) -> str:
    """A space in which people ask in Arabic and German."""
    entry = {
        "programme": "fem-os",
        "platform": "facebook",
        "kind": "group",
        "name": "Erfundene Gruppe",
        "languages": ["ar", "de"],
        "members": 1200,
        "access": "closed",
    }
    made = await cast.caller("scout").post("/intake/v1/spaces", entry)
    return str(made["id"])
