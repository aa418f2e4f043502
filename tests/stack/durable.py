"""Servers that a test may kill: a PostgreSQL and a NATS of its own, both with fsync, at ports that stay the same."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from cli.local.bus import accounts, provision_bus
from cli.local.databases import Access, provision
from cli.local.nats import Nats
from cli.local.ports import any_free
from cli.local.postgres import Postgres
from cli.local.secrets import Secrets
from libs.kit import migrate
from libs.kit.settings import Settings
from libs.kit.streams import PROVISIONER
from tests.stack.stack import migration_settings


class DurableStack:
    """`postgres.child.kill()` and `nats.child.kill()` break them, `start()` brings them back with what they had on
    disk."""

    def __init__(self, folder: Path) -> None:
        self.secrets = Secrets(folder / "secrets")
        self.keys_dir = self.secrets.make_keys()
        database, bus, monitor = any_free(3)
        password = self.secrets.password("postgres-admin")
        self.postgres = Postgres(folder, database, password, folder / "logs" / "postgres.log")
        users = accounts(self.secrets.password)
        self.nats = Nats(folder, (bus, monitor), users, folder / "logs" / "nats.log", sync_interval="always")
        self._databases: dict[str, Access] = {}

    async def start(self) -> None:
        await self.postgres.start()
        await self.nats.start()
        await provision_bus(self.nats.url, PROVISIONER, self.secrets.password(f"nats-{PROVISIONER}"))

    async def stop(self) -> None:
        await self.nats.stop()
        await self.postgres.stop()

    async def settings(self, service: str, **changes: Any) -> Settings:
        """What this service would read from its environment here; its database is made when first asked for."""
        own = self._databases.get(service) or await self._database(service)
        return Settings.model_validate(
            {
                "service": service,
                "environment": "test",
                "database_url": SecretStr(own.runtime),
                "migration_database_url": SecretStr(own.owner),
                "nats_url": self.nats.url,
                "nats_user": service,
                "nats_password": SecretStr(self.secrets.password(f"nats-{service}")),
                "nats_monitor_url": self.nats.monitor_url,
                "keys_dir": self.keys_dir,
                **changes,
            }
        )

    async def _database(self, service: str) -> Access:
        made = await provision(self.postgres.url, self._password, services=(service,), alone=True)
        self._databases[service] = made[service]
        await migrate.migrate(migration_settings(service, made[service], self.keys_dir))
        return made[service]

    def _password(self, role: str) -> str:
        return self.secrets.password(f"postgres-{role}")
