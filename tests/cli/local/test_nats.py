"""The embedded NATS: users and allow-lists from the first moment, and an fsync before every acknowledgement."""

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
from nats.aio.client import Client
from nats.errors import Error, NoServersError

from cli.local.bus import accounts, provision_bus
from cli.local.nats import Account, Nats, User
from cli.local.ports import any_free
from cli.local.trouble import Trouble
from tests.stack.waiting import eventually

READER = User("reader", 'r€ad"er', {"publish": {"allow": ["ask"]}, "subscribe": {"allow": ["_INBOX.reader.>", "told"]}})
WRITER = User("writer", "$writer", {"publish": {"allow": ["told"]}, "subscribe": {"allow": ["_INBOX.writer.>"]}})


def server(folder: Path, *users: User, **changes: Any) -> Nats:
    port, monitor = any_free(2)
    return Nats(folder, (port, monitor), [Account(users)], folder / "logs" / "nats.log", **changes)


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Nats]:
    started = server(tmp_path / "a folder, ü", READER, WRITER)
    await started.start()
    yield started
    await started.stop()


async def login(bus: Nats, user: User, seen: list[Exception] | None = None) -> Client:
    async def keep(error: Exception) -> None:
        (seen if seen is not None else []).append(error)

    return await nats.connect(
        bus.url, user=user.name, password=user.password, allow_reconnect=False, error_cb=keep, connect_timeout=2
    )


async def test_a_user_does_what_its_list_allows_and_nothing_else(bus: Nats) -> None:
    refused: list[Exception] = []
    reader, writer = await login(bus, READER, refused), await login(bus, WRITER)
    heard = await reader.subscribe("told")
    await reader.flush()
    await writer.publish("told", b"hello")
    assert (await heard.next_msg(10)).data == b"hello"
    await reader.publish("told", b"not mine")
    await reader.flush()
    await eventually(lambda: any("permissions violation" in str(error).lower() for error in refused))
    await reader.close()
    await writer.close()


async def test_nobody_enters_without_a_password(bus: Nats) -> None:
    for credentials in ({}, {"user": "reader"}, {"user": "reader", "password": "wrong"}):
        with pytest.raises((NoServersError, Error)):
            await nats.connect(bus.url, allow_reconnect=False, connect_timeout=2, error_cb=_quiet, **credentials)


async def _quiet(error: Exception) -> None:
    """The refusal is raised as well."""


async def test_it_says_itself_that_it_syncs_always_and_listens_on_loopback_only(bus: Nats) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{bus.monitor_url}/jsz")).json()["config"]["sync_always"] is True
        about = (await http.get(f"{bus.monitor_url}/varz")).json()
    assert about["host"] == about["http_host"] == "127.0.0.1"


async def test_the_configuration_holds_passwords_and_only_its_owner_reads_it(bus: Nats) -> None:
    place = bus.folder / "nats.conf"
    assert "$writer" in place.read_text()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE((bus.folder / "nats").stat().st_mode) == 0o700
    assert "$writer" not in bus.log.read_text()


async def test_streams_outlive_a_kill(tmp_path: Path) -> None:
    bus = Nats(tmp_path, tuple(any_free(2)), accounts(lambda name: name), tmp_path / "nats.log")  # type: ignore[arg-type]
    await bus.start()
    made = await provision_bus(bus.url, "provisioner", "nats-provisioner")
    assert "EV_INTAKE" in made
    assert bus.child is not None
    bus.child.kill()
    await bus.child.finished(5)
    await bus.start()
    assert await provision_bus(bus.url, "provisioner", "nats-provisioner") == []
    await bus.stop()


async def test_two_accounts_see_nothing_of_each_other(tmp_path: Path) -> None:
    everything = {"publish": {"allow": [">"]}, "subscribe": {"allow": [">"]}}
    one, two = User("one", "1", everything), User("two", "2", everything)
    port, monitor = any_free(2)
    both = [Account([one], "ONE"), Account([two], "TWO")]
    bus = Nats(tmp_path, (port, monitor), both, tmp_path / "nats.log", sync_interval="2m")
    await bus.start()
    first, second = await login(bus, one), await login(bus, two)
    heard = await second.subscribe("told")
    await second.flush()
    await first.publish("told", b"hello")
    await first.flush()
    with pytest.raises(nats.errors.TimeoutError):
        await heard.next_msg(0.2)
    await first.close()
    await second.close()
    await bus.stop()


def test_a_server_without_users_is_never_configured(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="open to all"):
        server(tmp_path).configuration()


def test_the_configuration_is_json(tmp_path: Path) -> None:
    assert json.loads(json.dumps(server(tmp_path, READER).configuration()))["jetstream"]["sync_interval"] == "always"


async def test_a_taken_port_is_told_by_the_end_of_the_log(bus: Nats, tmp_path: Path) -> None:
    second = Nats(tmp_path / "2", (bus.port, any_free(1)[0]), [Account([READER])], tmp_path / "second.log")
    with pytest.raises(Trouble, match=r"(?s)nats stopped before it was ready.*address already in use"):
        await second.start()
