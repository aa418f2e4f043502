"""Makes the bus what the contracts say, and says where it differs. Idempotent; the only code that creates anything
there. `python -m libs.kit.provision [--check | --renew-texts] [--replicas 3]` does it from inside a cluster, as the
user in NATS_USER.
"""

import argparse
import asyncio
import json
import os
import sys
from dataclasses import asdict, dataclass
from typing import Any

from nats.aio.client import Client

from libs.contracts.envelope import SERVICES
from libs.kit import logs
from libs.kit.connection import NOT_FOUND, ApiError, api, close, connect
from libs.kit.settings import BusSettings, read
from libs.kit.streams import consumers, says_text, streams, text_stream

IMMUTABLE = {"retention", "storage", "name", "deny_delete", "deny_purge", "deliver_policy", "durable_name"}
NO_STORE = 10049
CLEARING = (0.1, 0.3, 1.0, 2.0)


@dataclass(frozen=True)
class Change:
    """`what` is a stream or `stream/consumer`; `action` is create, update, renew or refuse; `fields` are those that
    differ."""

    what: str
    action: str
    fields: tuple[str, ...] = ()


async def provision(client: Client, *, check: bool = False, replicas: int = 1) -> list[Change]:
    """Bring streams and consumers to the desired state, or with `check` only say what differs."""
    changes = []
    for wanted in streams(replicas):
        changes += await _stream(client, wanted, check)
    for stream, wanted in consumers():
        changes += await _consumer(client, stream, wanted, check)
    return changes


async def _stream(client: Client, wanted: dict[str, Any], check: bool) -> list[Change]:
    name = wanted["name"]
    found = await _found(client, f"STREAM.INFO.{name}")
    if found is None:
        if not check:
            await _create(client, wanted)
        return [Change(name, "create")]
    differing = differences(wanted, found)
    if not differing:
        return []
    if IMMUTABLE & set(differing):
        return [Change(name, "refuse", differing)]
    if not check:
        # From the server's own settings, so that what operators added stays.
        await api(client, f"STREAM.UPDATE.{name}", {**found, **wanted})
    return [Change(name, "update", differing)]


async def _create(client: Client, wanted: dict[str, Any]) -> None:
    """The server may still be clearing the directory of a stream of that name which it has already said is deleted."""
    for wait in (*CLEARING, None):
        try:
            await api(client, f"STREAM.CREATE.{wanted['name']}", wanted)
            return
        except ApiError as refused:
            if wait is None or refused.code != NO_STORE:
                raise
        await asyncio.sleep(wait)


async def _consumer(client: Client, stream: str, wanted: dict[str, Any], check: bool) -> list[Change]:
    name = wanted["name"]
    found = await _found(client, f"CONSUMER.INFO.{stream}.{name}")
    differing = () if found is None else differences(wanted, found)
    if found is not None and not differing:
        return []
    if IMMUTABLE & set(differing):
        return [Change(f"{stream}/{name}", "refuse", differing)]
    action = "create" if found is None else "update"
    if not check:
        subject = f"CONSUMER.CREATE.{stream}.{name}.{wanted['filter_subject']}"
        config = {**(found or {}), **wanted}
        await api(client, subject, {"stream_name": stream, "config": config, "action": action})
    return [Change(f"{stream}/{name}", action, differing)]


async def _found(client: Client, subject: str) -> dict[str, Any] | None:
    try:
        config: dict[str, Any] = (await api(client, subject))["config"]
    except ApiError as refused:
        if refused.code in NOT_FOUND:
            return None
        raise
    return config


def differences(wanted: dict[str, Any], found: dict[str, Any]) -> tuple[str, ...]:
    """The fields in which the server's configuration is not the desired one; absent means false, zero or empty."""
    return tuple(sorted(name for name, value in wanted.items() if (found.get(name) or _blank(value)) != value))


def _blank(value: Any) -> Any:
    return type(value)() if value is not None else None


async def renew_texts(client: Client) -> dict[str, str]:
    """Make each stream of texts anew, with the settings it has; returns service → when its stream was made. The relays
    fill them again: what an erasure that was cut short left in the files of the old ones is gone."""
    made = {}
    for service in filter(says_text, SERVICES):
        name = text_stream(service)
        config = await _found(client, f"STREAM.INFO.{name}")
        if config is not None:
            await api(client, f"STREAM.DELETE.{name}")
            await _create(client, config)
            made[service] = str((await api(client, f"STREAM.INFO.{name}"))["created"])
    return made


async def remove(client: Client) -> list[str]:
    """Delete every stream of ours, and with it its consumers: the first step of a replay onto a burnt bus."""
    removed = []
    for wanted in streams():
        try:
            await api(client, f"STREAM.DELETE.{wanted['name']}")
            removed.append(wanted["name"])
        except ApiError as refused:
            if refused.code not in NOT_FOUND:
                raise
    return removed


async def _once(bus: BusSettings, check: bool, replicas: int, renew: bool) -> list[Change]:
    client = await connect(bus.nats_url, bus.nats_user, bus.nats_password.get_secret_value(), "provision")
    try:
        if renew:
            return [Change(text_stream(service), "renew") for service in await renew_texts(client)]
        return await provision(client, check=check, replicas=replicas)
    finally:
        await close(client)


def main(arguments: list[str] | None = None) -> int:
    """Print one JSON line a difference. Waits for a bus that is not there yet; returns 1 when something could not be
    mended, or with --check when anything differs."""
    parser = argparse.ArgumentParser("python -m libs.kit.provision")
    either = parser.add_mutually_exclusive_group()
    either.add_argument("--check", action="store_true", help="change nothing")
    either.add_argument(
        "--renew-texts", action="store_true", help="make the streams of texts anew; the relays fill them again"
    )
    parser.add_argument("--replicas", type=int, default=1, help="how many servers keep each stream")
    asked = parser.parse_args(arguments)
    logs.configure("provision")
    bus = read(BusSettings, os.environ.get("LOTSE_SECRETS_DIR"))
    changes = asyncio.run(_once(bus, asked.check, asked.replicas, asked.renew_texts))
    for change in changes:
        print(json.dumps(asdict(change)))
    return int(any(asked.check or change.action == "refuse" for change in changes))


if __name__ == "__main__":
    sys.exit(main())
