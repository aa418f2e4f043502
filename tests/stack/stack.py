"""What a test sees of the servers: addresses and passwords per service, each worker with databases and a bus of its
own."""

import asyncio
import hashlib
import importlib.util
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from cli.local.databases import Access, access, owner_of, provision
from cli.local.secrets import Secrets
from libs.kit import migrate
from libs.kit.settings import Settings
from tests.stack.keeper import login
from tests.stack.session import only_one

T = TypeVar("T")


class Stack:
    """`folder` is the session's; `worker` is this worker's number, 0 without xdist."""

    def __init__(self, folder: Path, where: dict[str, Any], worker: int) -> None:
        self.folder, self.worker = folder, worker
        self.postgres_kind, self.admin_url = where["postgres"]["kind"], where["postgres"]["url"]
        bus = where["nats"][worker]
        self.nats_kind, self.nats_url, self.nats_monitor_url = bus["kind"], bus["url"], bus["monitor_url"]
        self.own = self.postgres_kind != "given"
        self._secrets = Secrets(folder / "secrets")
        self.keys_dir = self._secrets.make_keys()
        self._ready: dict[str, Access] = {}

    def database(self, service: str) -> Access:
        """This worker's own database of a service, with every migration: runtime and owner address."""
        if service not in self._ready:
            if importlib.util.find_spec(f"services.{service}.__main__") is None:
                pytest.skip(f"the service {service} is not there yet")
            self._ready[service] = apart(self._copy(service))
        return self._ready[service]

    def nats_login(self, user: str) -> tuple[str, str, str]:
        """Address, user and password; `user` is a service or `provisioner`."""
        return login(self.nats_url, user, self._secrets.password)

    def settings(self, service: str, **changes: Any) -> Settings:
        """What this service would read from its environment here; `changes` by field name."""
        url, user, password = self.nats_login(service)
        own = self.database(service)
        return Settings.model_validate(
            {
                "service": service,
                "environment": "test",
                "database_url": SecretStr(own.runtime),
                "migration_database_url": SecretStr(own.owner),
                "nats_url": url,
                "nats_user": user,
                "nats_password": SecretStr(password),
                "nats_monitor_url": self.nats_monitor_url,
                "keys_dir": self.keys_dir,
                "require_sync_always": False,
                **changes,
            }
        )

    def fresh(self, service: str, **changes: Any) -> Settings:
        """Settings with a database that nobody has used, for a test that counts all there is in it."""
        self.database(service)
        own = apart(self._fresh(service))
        urls = {"database_url": SecretStr(own.runtime), "migration_database_url": SecretStr(own.owner)}
        return self.settings(service, **urls, **changes)

    async def _fresh(self, service: str) -> Access:
        tag = hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]
        suffix = f"_{tag}_{uuid4().hex[:12]}"
        database = service + suffix
        await self._create(database, f"{service}_{tag}_template", owner_of(service))
        connection = await asyncpg.connect(self.admin_url)
        try:
            await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
            await connection.execute(f'GRANT CONNECT ON DATABASE "{database}" TO "{service}"')
        finally:
            await connection.close()
        return access(self.admin_url, service, self.role_password, suffix)

    def role_password(self, role: str) -> str:
        """On a server that was lent to us two sessions share the roles, so their passwords follow from its address."""
        if self.own:
            return self._secrets.password(f"postgres-{role}")
        return hashlib.sha256(f"{self.admin_url}|{role}".encode()).hexdigest()

    async def _copy(self, service: str) -> Access:
        """A copy of the template, which the first worker makes: migrating takes a second, copying 30 ms."""
        tag = hashlib.sha256(str(self.folder).encode()).hexdigest()[:8]
        template, suffix = f"_{tag}_template", f"_{tag}_gw{self.worker}"
        with only_one(self.folder / f"{service}.lock"):
            made = self.folder / f"{service}.made"
            if not made.exists():
                await self._migrated(service, template)
                made.touch()
            await self._create(f"{service}{suffix}", f"{service}{template}", owner_of(service))
            found = await provision(
                self.admin_url, self.role_password, services=(service,), suffix=suffix, alone=self.own
            )
        return found[service]

    async def _migrated(self, service: str, suffix: str) -> None:
        self._note(f"{service}{suffix}")
        made = await provision(self.admin_url, self.role_password, services=(service,), suffix=suffix)
        await migrate.migrate(migration_settings(service, made[service], self.keys_dir))

    async def _create(self, database: str, template: str, owner: str) -> None:
        self._note(database)
        connection = await asyncpg.connect(self.admin_url)
        try:
            await connection.execute(
                f'CREATE DATABASE "{database}" OWNER "{owner}" TEMPLATE "{template}" STRATEGY FILE_COPY'
            )
        finally:
            await connection.close()

    def _note(self, database: str) -> None:
        """For the keeper, who drops what was made on a server that was lent to us."""
        with (self.folder / "databases").open("a") as made:
            made.write(f"{database}\n")


def migration_settings(service: str, own: Access, keys_dir: Path) -> Settings:
    """Enough of the settings to migrate with."""
    return Settings.model_validate(
        {
            "service": service,
            "environment": "test",
            "database_url": SecretStr(own.runtime),
            "migration_database_url": SecretStr(own.owner),
            "keys_dir": keys_dir,
        }
    )


def apart(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end in a thread with a loop of its own: fixtures are asked for inside and outside of loops."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
