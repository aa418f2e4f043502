"""What each part is told by its environment, in the words of `libs.kit.settings`: the same that a pod is told."""

import os
from collections.abc import Mapping

from cli.local.databases import Access
from cli.local.directory import Directory
from cli.local.ports import LOOPBACK, Ports

# Whatever the shell holds of these belongs to somebody else, or to the administrator, and goes to no part.
WITHHELD = ("ADMIN_DATABASE_URL", "DATABASE_URL", "MIGRATION_DATABASE_URL", "LOTSE_SECRETS_DIR")


def inherited() -> dict[str, str]:
    """The shell's environment (locale, OTEL_*, LOG_LEVEL) without what could lead a part astray."""
    shell = {name: value for name, value in os.environ.items() if name not in WITHHELD}
    # The parts talk to each other on loopback, where no proxy of the shell has any business.
    direct = ",".join(filter(None, (shell.get("NO_PROXY"), LOOPBACK, "localhost")))
    return shell | {"LOTSE_ENV": "development", "NO_PROXY": direct, "no_proxy": direct}


def of_service(service: str, directory: Directory, ports: Ports, access: Access) -> Mapping[str, str]:
    """For `serve`: the runtime role only."""
    return inherited() | {
        "DATABASE_URL": access.runtime,
        "NATS_URL": f"nats://{LOOPBACK}:{ports.nats}",
        "NATS_USER": service,
        "NATS_PASSWORD": directory.secrets.password(f"nats-{service}"),
        "NATS_MONITOR_URL": f"http://{LOOPBACK}:{ports.nats_monitor}",
        "OIDC_ISSUER": ports.url("issuer"),
        "KEYS_DIR": str(directory.secrets.make_keys()),
        "HTTP_HOST": LOOPBACK,
        "HTTP_PORT": str(ports.services[service]),
        "METRICS_PORT": str(ports.metrics[service]),
    }


def of_migration(service: str, directory: Directory, ports: Ports, access: Access) -> Mapping[str, str]:
    """For `migrate`: the owner role as well."""
    return {**of_service(service, directory, ports, access), "MIGRATION_DATABASE_URL": access.owner}
