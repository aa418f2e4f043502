"""Service processes beside durable servers, started as a pod starts them, killed and started again at will."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from cli.local.child import Child, Program
from cli.local.ports import any_free
from libs.edge.auth import Claim
from libs.kit.clock import SystemClock
from libs.kit.settings import Settings
from services.intake.programmes.api import EXAMPLE_POLICY
from tests.services.probe import Desk
from tests.stack.durable import DurableStack
from tests.stack.waiting import eventually

ROOT = Path(__file__).parents[2]
READY_SECONDS = 90.0
HOLDER = "test"


def environment(settings: Settings, port: int) -> dict[str, str]:
    """What the process is told."""
    return {
        **os.environ,
        "LOTSE_ENV": "test",
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "NATS_URL": settings.nats_url,
        "NATS_USER": settings.nats_user,
        "NATS_PASSWORD": settings.nats_password.get_secret_value(),
        "NATS_MONITOR_URL": str(settings.nats_monitor_url),
        "OIDC_ISSUER": settings.oidc_issuer,
        "KEYS_DIR": str(settings.keys_dir),
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
    }


class Process:
    """One process of one service."""

    def __init__(self, name: str, settings: Settings, folder: Path) -> None:
        self.name, self.settings = name, settings
        (self.port,) = any_free(1)
        self.program = Program(
            name,
            (sys.executable, "-m", f"services.{settings.service}", "serve"),
            folder / "logs" / f"{name}.log",
            environment(settings, self.port),
            folder / "locks" / name,
            cwd=ROOT,
        )
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.child = await Child.start(self.program)

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if self.child is not None:
            self.child.kill()
            await self.child.finished(5)

    async def reasons(self) -> dict[str, str] | None:
        """What readiness says is wrong; None when it does not answer."""
        try:
            async with httpx.AsyncClient(timeout=3) as http:
                found: dict[str, str] = (await http.get(f"{self.url}/readyz")).json()["reasons"]
        except (httpx.HTTPError, ValueError):
            return None
        return found

    async def ready(self) -> bool:
        return await self.reasons() == {}


class Fleet:
    """Processes by name, on one durable stack."""

    def __init__(self, stack: DurableStack, desk: Desk, folder: Path) -> None:
        self.stack, self.desk, self.folder = stack, desk, folder
        self.processes: dict[str, Process] = {}
        self.programme = f"test-{uuid4().hex[:12]}"

    async def start(self, **services: str) -> None:
        """`start(intake_1="intake", review="review")`, until all are ready."""
        for name, service in services.items():
            settings = await self.stack.settings(service, oidc_issuer=self.desk.url)
            self.processes[name] = Process(name, settings, self.folder)
        await asyncio.gather(*(process.start() for process in self.processes.values()))
        for process in self.processes.values():
            await eventually(process.ready, READY_SECONDS)

    async def stop(self) -> None:
        for process in self.processes.values():
            await process.kill()

    def token(self, role: str) -> str:
        claim = Claim.model_validate({"roles": {self.programme: [role]}, "languages": ["de"]})
        return self.desk.token(f"{role}-of-the-test", claim, SystemClock().now())

    async def prepare(self, process: Process) -> str:
        """A programme and a space in it; the space's id."""
        body: dict[str, Any] = {"effective_from": "2020-01-01", "policy": EXAMPLE_POLICY}
        path = f"/intake/v1/programmes/{self.programme}"
        await self.ask(process, "PUT", path, body, role="admin", version=0)
        space = {"platform": "facebook", "kind": "group", "name": "Eine Gruppe", "languages": ["de"], "members": 300}
        body = {**space, "programme": self.programme, "access": "closed"}
        made = await self.ask(process, "POST", "/intake/v1/spaces", body)
        return str(made.json()["id"])

    async def ask(
        self,
        process: Process,
        method: str,
        path: str,
        body: Any,
        *,
        role: str = "counsellor",
        key: str | None = None,
        version: int | None = None,
    ) -> httpx.Response:
        """One command. Raises `httpx.HTTPError` when nobody answers."""
        headers = {"Authorization": f"Bearer {self.token(role)}", "Idempotency-Key": key or uuid4().hex}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        async with httpx.AsyncClient(timeout=10) as http:
            return await http.request(method, process.url + path, json=body, headers=headers)

    async def rows(self, service: str, sql: str, *values: Any) -> list[Any]:
        """What a query finds in a service's database, seen like the system."""
        settings = await self.stack.settings(service)
        connection = await asyncpg.connect(settings.database_url.get_secret_value())
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL lotse.programmes = '*'")
                return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()
