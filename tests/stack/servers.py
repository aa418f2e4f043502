"""One way to start each kind of server, with the same face: an address, and a stop."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.local.bus import accounts
from cli.local.nats import Nats
from cli.local.ports import any_free
from cli.local.postgres import ADMIN, FORGETFUL, SERVER, Postgres
from cli.local.secrets import write_private
from tests.stack.choice import given_postgres, nats_kind, postgres_kind

POSTGRES_IMAGE, NATS_IMAGE = "postgres:16", "nats:2"
Stop = Callable[[], Awaitable[None]]
Password = Callable[[str], str]


@dataclass(frozen=True)
class Server:
    """`url` is an administrator's for PostgreSQL; for NATS it is without user, unless it was given with one."""

    kind: str
    url: str
    stop: Stop
    monitor_url: str | None = None


async def start_postgres(folder: Path, password: Password) -> Server:
    """One server for the whole session; what it holds may be lost."""
    kind = postgres_kind()
    if kind == "given":
        return Server(kind, str(given_postgres()), _nothing)
    if kind == "docker":
        return await asyncio.to_thread(_postgres_container, password("postgres-admin"))
    server = Postgres(
        folder, any_free(1)[0], password("postgres-admin"), folder / "logs" / "postgres.log", durable=False
    )
    await server.start()
    return Server(kind, server.url, server.stop)


async def start_nats(folder: Path, password: Password) -> Server:
    """One server for one worker: streams, subjects and users bear the same names in every worker."""
    kind = nats_kind()
    if kind == "given":
        return Server(kind, os.environ["NATS_URL"], _nothing, os.environ.get("NATS_MONITOR_URL"))
    port, monitor = any_free(2)
    server = Nats(folder, (port, monitor), accounts(password), folder / "logs" / "nats.log", sync_interval="2m")
    if kind == "docker":
        return await asyncio.to_thread(_nats_container, server)
    await server.start()
    return Server(kind, server.url, server.stop, server.monitor_url)


async def _nothing() -> None:
    """What was given to us is not ours to stop."""


def _postgres_container(password: str) -> Server:
    from testcontainers.postgres import PostgresContainer

    settings = {**SERVER, **FORGETFUL, "listen_addresses": "*"}
    command = "postgres " + " ".join(f"-c {name}={value}" for name, value in settings.items())
    container = PostgresContainer(
        POSTGRES_IMAGE, username=ADMIN, password=password, dbname="postgres", driver=None
    ).with_command(command)
    _start(container)
    return Server("docker", container.get_connection_url(), _stopper(container))


def _nats_container(configured: Nats) -> Server:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.waiting_utils import wait_for_logs

    configuration = configured.configuration() | {"listen": "0.0.0.0:4222", "http": "0.0.0.0:8222"}
    configuration["jetstream"]["store_dir"] = "/tmp/store"
    del configuration["pid_file"]
    configured.folder.mkdir(parents=True)
    place = configured.folder / "nats.conf"
    write_private(place, json.dumps(configuration).encode())
    container = DockerContainer(NATS_IMAGE).with_exposed_ports(4222, 8222).with_command("--config /etc/lotse.conf")
    container.with_volume_mapping(str(place), "/etc/lotse.conf", "ro")
    _start(container)
    wait_for_logs(container, "Server is ready", timeout=30)
    host = container.get_container_host_ip()
    url, monitor = (f"{host}:{container.get_exposed_port(port)}" for port in (4222, 8222))
    return Server("docker", f"nats://{url}", _stopper(container), f"http://{monitor}")


def _start(container: Any) -> None:
    # The keeper of the session ends them, however the session ends; the library's own reaper is one more image to pull.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    try:
        container.start()
    except Exception as failure:
        raise RuntimeError("Docker answers but gives no container; LOTSE_TESTS_DOCKER=0 uses the wheels") from failure


def _stopper(container: Any) -> Stop:
    async def stop() -> None:
        await asyncio.to_thread(container.stop)

    return stop
