"""Where the parts listen: loopback only, at addresses that follow from one number, so that people can remember them."""

import socket
from dataclasses import asdict, dataclass
from itertools import chain

from cli.local.trouble import Trouble
from libs.contracts.envelope import SERVICES

LOOPBACK = "127.0.0.1"

DEFAULT_BASE = 8081
METRICS_OFFSET = 1000
INNER_OFFSET = 100
HIGHEST_BASE = 65535 - METRICS_OFFSET - len(SERVICES)


@dataclass(frozen=True)
class Ports:
    """Every port of one installation. The inner ones (PostgreSQL, NATS) are nobody's bookmark and may be anywhere."""

    issuer: int
    services: dict[str, int]
    metrics: dict[str, int]
    postgres: int
    nats: int
    nats_monitor: int

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.issuer if name == 'issuer' else self.services[name]}"

    def as_dict(self) -> dict[str, int | dict[str, int]]:
        return asdict(self)


def choose(base: int = DEFAULT_BASE) -> Ports:
    """Issuer at base - 1, services from base, metrics from base + 1000, the rest near base + 100 or wherever is free.

    Raises `Trouble` that names each taken port and a base that would do.
    """
    if not 1024 < base <= HIGHEST_BASE:
        raise Trouble(f"--port-base must lie between 1025 and {HIGHEST_BASE}.")
    taken = {name: port for name, port in _outer(base).items() if not free(port)}
    if taken:
        raise Trouble(_taken(taken, base))
    postgres, nats, monitor = _inner(base)
    services = {name: base + n for n, name in enumerate(SERVICES)}
    metrics = {name: port + METRICS_OFFSET for name, port in services.items()}
    return Ports(base - 1, services, metrics, postgres, nats, monitor)


def free(port: int) -> bool:
    """Whether something could listen there now; a connection that is only being closed does not count as taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def any_free(count: int) -> list[int]:
    """That many different ports, free at this moment."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _outer(base: int) -> dict[str, int]:
    named = {"the issuer": base - 1}
    for n, name in enumerate(SERVICES):
        named |= {name: base + n, f"{name}'s metrics": base + n + METRICS_OFFSET}
    return named


def _inner(base: int) -> list[int]:
    """Three ports for PostgreSQL, NATS and its monitor: the same ones at every start, if nobody else has them."""
    wanted = [base + INNER_OFFSET + n for n in range(3)]
    spare = iter(any_free(3))
    return [port if free(port) else next(spare) for port in wanted]


def _taken(taken: dict[str, int], base: int) -> str:
    listed = ", ".join(f"{port} ({name})" for name, port in sorted(taken.items(), key=lambda item: item[1]))
    bases = chain(range(base + 100, HIGHEST_BASE, 100), range(1100, base, 100))
    other = next((b for b in bases if all(map(free, _outer(b).values()))), None)
    advice = f" or move all addresses: --port-base {other}" if other else ""
    return f"Another program already listens on {listed}. Stop it{advice}."
