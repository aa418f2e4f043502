"""The bus as operators see it: drift is shown and mended, dead letters are found in whatever service they lie."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nats.aio.client import Client as Bus

from cli.demo.cast import Cast
from cli.inside import bus
from cli.local.ports import LOOPBACK
from cli.where import Installation
from libs.kit.connection import api, close, connect
from libs.kit.ids import new_id
from tests.cli.conftest import Lotse
from tests.stack.waiting import eventually

Here = tuple[str, str]


async def test_drift_is_shown_with_its_fields_and_mended_by_provision(
    lotse: Lotse, here: Here, platform: Installation
) -> None:
    assert (await lotse("bus", "check", *here)).code == 0
    async with bus(None, platform) as client:
        config = (await api(client, "STREAM.INFO.EV_REPORTING"))["config"]
        await api(client, "STREAM.UPDATE.EV_REPORTING", {**config, "duplicate_window": 60_000_000_000})
    ran = await lotse("bus", "check", *here)
    assert ran.code == 2
    assert "EV_REPORTING differs in duplicate_window" in ran.out
    checked = await lotse("bus", "check", "--json", *here)
    assert checked.lines[0] == {"what": "EV_REPORTING", "action": "update", "fields": ["duplicate_window"]}
    assert (await lotse("bus", "provision", *here)).code == 0
    assert (await lotse("bus", "check", *here)).code == 0


async def test_a_bus_elsewhere_needs_its_user(lotse: Lotse, platform: Installation) -> None:
    directory, ports = platform.here()
    url, password = f"nats://{LOOPBACK}:{ports.nats}", directory.secrets.password("nats-provisioner")
    assert (await lotse("bus", "check", "--nats", url, NATS_PASSWORD=password)).code == 0
    ran = await lotse("bus", "check", "--nats", url, NATS_PASSWORD="wrong")
    assert ran.code == 1 and "cannot be used" in ran.err


@asynccontextmanager
async def as_intake(place: Installation) -> AsyncIterator[Bus]:
    """What only somebody with intake's password could do."""
    directory, ports = place.here()
    client = await connect(
        f"nats://{LOOPBACK}:{ports.nats}", "intake", directory.secrets.password("nats-intake"), "test"
    )
    try:
        yield client
    finally:
        await close(client)


async def test_a_dead_letter_is_found_shown_and_skipped_with_a_reason(
    lotse: Lotse, here: Here, platform: Installation, cast: Cast, space: str
) -> None:
    async with as_intake(platform) as client:
        subject = f"ev.intake.question.{new_id()}.captured.v1"
        await client.jetstream().publish(subject, b"no event of ours", stream="EV_INTAKE")
    # Something true after it, so that the stream's last message is an event again.
    body = {"space": space, "text": "Noch eine Frage", "channel": "public", "language": "de"}
    await cast.caller("counsellor-ar").post("/intake/v1/questions", body)

    async def buried() -> list[dict[str, str]] | None:
        ran = await lotse("dead-letters", "list", "--json", *here)
        return ran.lines if len(ran.lines) == 3 else None

    letters = await eventually(buried, 30)
    assert letters is not None
    assert {(one["service"], one["source"], one["reason"]) for one in letters} == {
        (service, "intake", "unreadable") for service in ("review", "referral", "reporting")
    }
    one = letters[0]["id"]
    assert "unreadable" in (await lotse("dead-letters", "list", *here)).out
    assert "no event of ours" in (await lotse("dead-letters", "show", one, *here)).out
    refused = await lotse("dead-letters", "requeue", one, *here)
    assert refused.code == 1 and "still_poison" in refused.err
    assert (await lotse("dead-letters", "skip", one, *here)).code == 2, "a reason is asked for"
    skip = [lotse("dead-letters", "skip", letter["id"], "--reason", "not-ours", *here) for letter in letters]
    assert [ran.code for ran in await asyncio.gather(*skip)] == [0, 0, 0]
    left = await lotse("dead-letters", "list", *here)
    assert left.code == 0 and "No dead letters" in left.out
    assert (await lotse("dead-letters", "show", str(new_id()), *here)).code == 1
    assert (await lotse("dead-letters", "list", "--service", "postoffice", *here)).code == 1
