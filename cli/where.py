"""Finds what a command is to talk to: a running `lotse up` by its data folder, or an installation elsewhere by its
addresses."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cli.client import LOOPBACK, PATIENCE_SECONDS, Caller, Client, Token
from cli.local.directory import Directory
from cli.local.ports import Ports
from cli.local.trouble import Trouble
from cli.screen import NotRunning
from libs.contracts.envelope import SERVICES

RENEW_SECONDS = 60.0
NOWHERE = "Nothing runs on {data}. Start it with `lotse up --data {data}`, or name the services with --url."


@dataclass(frozen=True)
class Installation:
    """Where the services are. `directory` and `ports` are there for one on this machine alone."""

    urls: Mapping[str, str]
    issuer: str | None = None
    directory: Directory | None = None
    ports: Ports | None = None
    children: Mapping[str, int] = field(default_factory=dict)

    def client(self, connections: int = 16, patience: float = PATIENCE_SECONDS) -> Client:
        return Client(self.urls, connections, patience)

    def caller(self, client: Client, person: str) -> Caller:
        """This person at the API: LOTSE_TOKEN's owner where it is set, else a sample person. Raises `Trouble`."""
        given = os.environ.get("LOTSE_TOKEN")
        if given:
            return client.acting(_fixed(given))
        if self.issuer is None:
            raise Trouble("Set LOTSE_TOKEN to a token of your issuer; there is no development issuer there.")
        return client.acting(DevTokens(self.issuer).of(person))

    def here(self) -> tuple[Directory, Ports]:
        """The parts on this machine, for what needs more than HTTP. Raises `Trouble`."""
        if self.directory is None or self.ports is None:
            raise Trouble("This works on a `lotse up` of this machine only; leave --url out and name its --data.")
        return self.directory, self.ports


def find(data: Path, urls: Sequence[str] | None = None) -> Installation:
    """The installation that --url or LOTSE_URLS (the same, with commas) names, else the one that runs on `data`.

    Raises `Trouble`.
    """
    named = list(urls or filter(None, os.environ.get("LOTSE_URLS", "").split(",")))
    if named:
        addresses = dict(_named(one) for one in named)
        return Installation({name: addresses[name] for name in SERVICES if name in addresses}, addresses.get("issuer"))
    directory = Directory(data)
    running = directory.where()
    if running is None:
        raise NotRunning(NOWHERE.format(data=data))
    services = {name: running["urls"][name] for name in SERVICES}
    return Installation(services, running["urls"]["issuer"], directory, Ports(**running["ports"]), running["children"])


def _named(one: str) -> tuple[str, str]:
    name, _, address = one.strip().partition("=")
    if name not in (*SERVICES, "issuer") or not address.startswith(("http://", "https://")):
        raise Trouble(f"--url takes one of {', '.join(SERVICES)}, issuer, then = and an http address.")
    return name, address


def _fixed(token: str) -> Token:
    async def given() -> str:
        return token

    return given


class DevTokens:
    """Tokens of sample people, each kept until a minute before it ends."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._kept: dict[str, tuple[float, str]] = {}

    def of(self, person: str) -> Token:
        """A token source for one person; asked anew whenever the last one is about to end."""

        async def token() -> str:
            until, kept = self._kept.get(person, (0.0, ""))
            if time.monotonic() > until:
                kept, seconds = await self._asked(person)
                self._kept[person] = (time.monotonic() + seconds - RENEW_SECONDS, kept)
            return kept

        return token

    async def _asked(self, person: str) -> tuple[str, float]:
        local = httpx.URL(self.issuer).host in LOOPBACK
        try:
            async with httpx.AsyncClient(trust_env=not local, timeout=10) as http:
                reply = await http.post(f"{self.issuer.rstrip('/')}/dev/token", json={"as": person})
                said = reply.json()
        except (httpx.TransportError, ValueError) as failure:
            raise NotRunning(f"The issuer at {self.issuer} does not answer ({type(failure).__name__}).") from None
        if reply.status_code == 404 and "people" in said:
            raise Trouble(f"There is no sample person of that key. There are: {', '.join(said['people'])}.")
        if reply.status_code != 200:
            raise Trouble(f"The issuer at {self.issuer} gives no such tokens ({reply.status_code}).")
        return said["access_token"], float(said["expires_in"])
