"""The bus is made what the contracts say; what differs is told; what operators added stays."""

from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from cli.local.bus import accounts
from cli.local.nats import Nats
from cli.local.ports import any_free
from libs.contracts.envelope import SERVICES
from libs.contracts.registry import sources_for
from libs.kit.connection import ApiError, api, close, connect
from libs.kit.provision import IMMUTABLE, Change, provision, remove
from libs.kit.streams import PROVISIONER, consumers, says_text, streams, text_stream
from tests.stack.waiting import eventually


async def config(client: Client, what: str) -> dict[str, Any]:
    found: dict[str, Any] = (await api(client, what))["config"]
    return found


async def change_stream(client: Client, name: str, **changes: Any) -> None:
    await api(client, f"STREAM.UPDATE.{name}", {**await config(client, f"STREAM.INFO.{name}"), **changes})


async def test_an_empty_bus_gets_every_stream_and_durable_and_a_second_run_changes_nothing(bus: Client) -> None:
    await remove(bus)
    made = await provision(bus)
    assert {change.action for change in made} == {"create"}
    assert len(made) == len(streams()) + len(consumers())
    assert await provision(bus) == []
    assert await provision(bus, check=True) == []


async def test_every_service_has_one_durable_for_each_source_and_a_text_stream_only_where_it_says_texts(
    bus: Client,
) -> None:
    assert sorted((stream, one["name"]) for stream, one in consumers()) == sorted(
        (f"EV_{source.upper()}", service) for service in SERVICES for source in sources_for(service)
    )
    names = {stream["name"] for stream in streams()}
    assert {text_stream(service) for service in SERVICES if says_text(service)} <= names
    assert text_stream("reporting") not in names


async def test_a_check_creates_nothing(bus: Client) -> None:
    await remove(bus)
    assert {change.action for change in await provision(bus, check=True)} == {"create"}
    with pytest.raises(ApiError):
        await api(bus, "STREAM.INFO.EV_INTAKE")


async def test_a_check_tells_what_differs_and_changes_nothing(bus: Client) -> None:
    await change_stream(bus, "EV_INTAKE", duplicate_window=10**9, max_age=3600 * 10**9)
    for _ in range(2):
        found = await provision(bus, check=True)
        assert found == [Change("EV_INTAKE", "update", ("duplicate_window", "max_age"))]
    assert await provision(bus) == found
    assert await provision(bus, check=True) == []
    assert (await config(bus, "STREAM.INFO.EV_INTAKE"))["max_age"] == 0


async def test_what_operators_added_stays(bus: Client) -> None:
    await change_stream(
        bus, "EV_INTAKE", description="watched", metadata={"owner": "ops"}, compression="s2", max_age=10**12
    )
    await provision(bus)
    kept = await config(bus, "STREAM.INFO.EV_INTAKE")
    assert (kept["description"], kept["metadata"]["owner"], kept["compression"]) == ("watched", "ops", "s2")
    assert kept["max_age"] == 0
    consumer = {**await config(bus, "CONSUMER.INFO.EV_INTAKE.review"), "description": "ours", "max_deliver": 3}
    change = {"stream_name": "EV_INTAKE", "config": consumer, "action": "update"}
    await api(bus, "CONSUMER.CREATE.EV_INTAKE.review.ev.intake.>", change)
    assert await provision(bus) == [Change("EV_INTAKE/review", "update", ("max_deliver",))]
    mended = await config(bus, "CONSUMER.INFO.EV_INTAKE.review")
    assert (mended["description"], mended["max_deliver"]) == ("ours", -1)


async def test_an_update_keeps_what_the_stream_holds(bus: Client) -> None:
    before = (await api(bus, "STREAM.INFO.EV_INTAKE"))["created"]
    await change_stream(bus, "EV_INTAKE", max_age=10**12)
    await provision(bus)
    assert (await api(bus, "STREAM.INFO.EV_INTAKE"))["created"] == before


@pytest.mark.parametrize(("field", "value"), [("storage", "memory"), ("retention", "workqueue"), ("deny_purge", False)])
async def test_what_cannot_be_changed_is_refused_and_left_alone(bus: Client, field: str, value: object) -> None:
    wanted = next(stream for stream in streams() if stream["name"] == "EV_REPORTING")
    await api(bus, "STREAM.DELETE.EV_REPORTING")
    await api(bus, "STREAM.CREATE.EV_REPORTING", {**wanted, field: value, "deny_delete": True, "max_age": 10**12})
    (refused,) = [change for change in await provision(bus) if change.what == "EV_REPORTING"]
    assert refused.action == "refuse"
    assert {field, "max_age"} == set(refused.fields) and field in IMMUTABLE
    assert (await config(bus, "STREAM.INFO.EV_REPORTING"))["max_age"] == 10**12


async def test_a_durable_that_begins_elsewhere_is_refused(bus: Client) -> None:
    (_, wanted) = next(one for one in consumers() if one[0] == "EV_REVIEW" and one[1]["name"] == "intake")
    await api(bus, "CONSUMER.DELETE.EV_REVIEW.intake")
    config = {**wanted, "deliver_policy": "new"}
    subject = f"CONSUMER.CREATE.EV_REVIEW.intake.{wanted['filter_subject']}"
    await api(bus, subject, {"stream_name": "EV_REVIEW", "config": config})
    assert await provision(bus) == [Change("EV_REVIEW/intake", "refuse", ("deliver_policy",))]


async def test_a_stream_is_made_although_its_old_directory_is_still_being_cleared(tmp_path: Path) -> None:
    port, monitor = any_free(2)
    server = Nats(tmp_path, (port, monitor), accounts(lambda name: name), tmp_path / "nats.log", sync_interval="2m")
    await server.start()
    client = await connect(server.url, PROVISIONER, f"nats-{PROVISIONER}", "test")
    try:
        await provision(client)
        (held,) = tmp_path.glob("nats/jetstream/*/streams")
        await remove(client)
        await eventually(lambda: not any(held.iterdir()))
        held.rmdir()
        held.write_text("in the way once: the server itself clears it when it fails")
        assert Change("EV_INTAKE", "create") in await provision(client)
    finally:
        await close(client)
        await server.stop()
