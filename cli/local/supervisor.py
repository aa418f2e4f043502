"""Runs everything on one machine: starts each part as soon as what it needs is there, revives what crashes, and stops
services before NATS and NATS before PostgreSQL. What it starts is what a pod runs, and nothing else."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from typing import Protocol, Self

from cli.local.bus import accounts, provision_bus
from cli.local.child import Child, becomes, said
from cli.local.databases import Access, access, provision
from cli.local.directory import Directory
from cli.local.environment import inherited, of_migration, of_service
from cli.local.migrations import ROOT, fingerprint, migrated, remember
from cli.local.module import Module, program, run_once
from cli.local.nats import Nats
from cli.local.ports import LOOPBACK, choose
from cli.local.postgres import Postgres
from cli.local.rotation import rotate
from cli.local.trouble import Trouble, first_trouble
from libs.contracts.envelope import SERVICES

LOOK_SECONDS = 0.25
ROTATE_SECONDS = 5.0
LEFT_OVER_SECONDS = 25.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
CALM_SECONDS = 60.0
Say = Callable[[str], None]


class Part(Protocol):
    """Anything that can be started, waited for, and stopped."""

    child: Child | None

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class Supervisor:
    """`async with Supervisor(...) as running:` has everything ready inside, and everything stopped after it.

    `admin_url` is an external PostgreSQL instead of the embedded one; `services` are those to run. Raises `Trouble`.
    """

    def __init__(
        self,
        directory: Directory,
        base: int,
        say: Say,
        admin_url: str | None = None,
        services: tuple[str, ...] = SERVICES,
    ) -> None:
        self.directory, self.base, self.say, self.services = directory, base, say, services
        self.parts: dict[str, Part] = {}
        self.stopping = False
        self._external = admin_url
        self._pauses: dict[str, float] = {}
        self._reviving: dict[str, asyncio.Task[None]] = {}
        self._watching: asyncio.Task[None] | None = None
        self._hold = contextlib.ExitStack()

    async def __aenter__(self) -> Self:
        self._hold.enter_context(self.directory.ours())
        try:
            await self._await_left_overs()
            self.ports = choose(self.base)
            await self._start()
        except BaseException:
            await self._stop()
            raise
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    def kill(self) -> None:
        """End every part at once, for somebody who pressed Ctrl-C twice."""
        for part in self.parts.values():
            if part.child is not None:
                part.child.kill()

    async def _await_left_overs(self) -> None:
        """A killed supervisor's parts end on the kernel's word; their ports and data are free when they are gone."""
        left = self.directory.left_over()
        if left:
            self.say(f"Waiting for {', '.join(left)} of an earlier run to end.")

        async def gone() -> bool:
            return not self.directory.left_over()

        if not await becomes(gone, LEFT_OVER_SECONDS):
            left = self.directory.left_over()
            raise Trouble(
                f"{', '.join(left)} of an earlier run on {self.directory.root} will not end. Stop them first."
            )

    async def _start(self) -> None:
        self._make_parts()
        try:
            async with asyncio.TaskGroup() as group:
                databases = group.create_task(self._databases())
                group.create_task(self._bus())
                group.create_task(self.parts["issuer"].start())
                for service in self.services:
                    group.create_task(self._service(service, databases))
        except BaseExceptionGroup as failures:
            raise first_trouble(failures) from None
        self._say_where()

    def _make_parts(self) -> None:
        directory, ports, secrets = self.directory, self.ports, self.directory.secrets
        if self._external is None:
            password = secrets.password("postgres-admin")
            self.postgres = Postgres(directory.root, ports.postgres, password, directory.log("postgres"))
            self.parts["postgres"] = self.postgres
        inner = (ports.nats, ports.nats_monitor)
        self.parts["nats"] = Nats(directory.root, inner, accounts(secrets.password), directory.log("nats"))
        issuer = ("cli.local.devissuer", "--port", str(ports.issuer), "--data", str(directory.issuer))
        people = ("--people", str(ROOT / "cli" / "people.json"))
        self.parts["issuer"] = Module(
            program("issuer", directory, inherited(), *issuer, *people),
            ports.issuer,
            "/.well-known/openid-configuration",
        )
        for service in self.services:
            env = of_service(service, directory, ports, self.access(service))
            run = program(service, directory, env, f"services.{service}", "serve")
            self.parts[service] = Module(run, ports.services[service], "/readyz")

    @property
    def admin_url(self) -> str:
        return self._external or self.postgres.url

    def access(self, service: str) -> Access:
        """The addresses of a service's database; they hold passwords."""
        return access(self.admin_url, service, self._role_password)

    def _role_password(self, role: str) -> str:
        return self.directory.secrets.password(f"postgres-{role}")

    async def _databases(self) -> set[str]:
        """Start PostgreSQL and make its databases; returns the services whose migrations are complete."""
        if "postgres" in self.parts:
            await self.parts["postgres"].start()
        alone = self._external is None
        await provision(self.admin_url, self._role_password, services=self.services, alone=alone)
        done = await migrated(self.admin_url)
        return {service for service in self.services if done.get(service) == fingerprint(service)}

    async def _bus(self) -> None:
        from libs.kit.streams import PROVISIONER

        await self.parts["nats"].start()
        password = self.directory.secrets.password(f"nats-{PROVISIONER}")
        await provision_bus(f"nats://{LOOPBACK}:{self.ports.nats}", PROVISIONER, password)

    async def _service(self, service: str, databases: asyncio.Task[set[str]]) -> None:
        """A service waits by itself for a bus that comes later, but its tables must be there before it is."""
        if service not in await asyncio.shield(databases):
            env = of_migration(service, self.directory, self.ports, self.access(service))
            await run_once(program(f"{service}-migrate", self.directory, env, f"services.{service}", "migrate"))
            await remember(self.admin_url, service, fingerprint(service))
        await self.parts[service].start()

    async def _watch(self) -> None:
        rotated = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for name, part in self.parts.items():
                if part.child is not None and part.child.exit_status is not None and name not in self._reviving:
                    self._reviving[name] = asyncio.create_task(self._revive(name, part, part.child))
            if time.monotonic() - rotated > ROTATE_SECONDS:
                rotated = time.monotonic()
                await self._rotate()

    async def _rotate(self) -> None:
        try:
            await asyncio.to_thread(rotate, self.directory.logs)
        except OSError as refused:
            self.say(f"The logs in {self.directory.logs} cannot be rotated: {refused.strerror}.")

    async def _revive(self, name: str, part: Part, dead: Child) -> None:
        """Start it again after a pause that doubles with each crash and is short again after a calm minute."""
        calm = time.monotonic() - dead.started > CALM_SECONDS
        pause = FIRST_PAUSE if calm else self._pauses.get(name, FIRST_PAUSE)
        self._pauses[name] = min(pause * 2, LONGEST_PAUSE)
        self.say(f"{name} stopped ({said(dead.exit_status or 0)}); starting it again in {pause:g} s.")
        try:
            await asyncio.sleep(pause)
            await part.start()
            self.say(f"{name} is back.")
            self._say_where()
        except Trouble as trouble:
            self.say(str(trouble))
        finally:
            del self._reviving[name]

    def _say_where(self) -> None:
        urls = {name: self.ports.url(name) for name in ("issuer", *self.services)}
        pids = {name: part.child.pid for name, part in self.parts.items() if part.child is not None}
        self.directory.say_where({"pid": os.getpid(), "urls": urls, "ports": self.ports.as_dict(), "children": pids})

    async def _stop(self) -> None:
        self.stopping = True
        tasks = [task for task in (self._watching, *self._reviving.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        first = [part.stop() for name, part in self.parts.items() if name not in ("nats", "postgres")]
        await asyncio.gather(*first)
        for name in ("nats", "postgres"):
            if name in self.parts:
                await self.parts[name].stop()
        self._hold.close()
