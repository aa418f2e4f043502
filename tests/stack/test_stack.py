"""The servers that every other test stands on."""

import asyncio
import time

import asyncpg
import pytest
from nats.errors import NoServersError

from libs.kit.connection import api, close, connect
from tests.stack.durable import DurableStack
from tests.stack.stack import Stack
from tests.stack.waiting import eventually


async def test_a_service_has_a_migrated_database_of_its_own(stack: Stack) -> None:
    settings = stack.settings("intake")
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        assert await connection.fetchval("SELECT count(*) FROM event") is not None
        assert f"gw{stack.worker}" in await connection.fetchval("SELECT current_database()")
    finally:
        await connection.close()


async def test_a_role_enters_no_database_but_its_own(stack: Stack) -> None:
    if not stack.own:
        pytest.skip("a server that was lent to us keeps its maintenance database open")
    own = stack.database("intake")
    for address in (own.runtime, own.owner):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(address.rpartition("/")[0] + "/postgres")


async def test_the_bus_has_its_streams_and_refuses_a_stranger(stack: Stack) -> None:
    client = await connect(*stack.nats_login("provisioner"), "test")
    try:
        assert (await api(client, "STREAM.INFO.EV_INTAKE"))["config"]["name"] == "EV_INTAKE"
    finally:
        await close(client)
    url, user, _ = stack.nats_login("intake")
    with pytest.raises((NoServersError, Exception), match=r"(?i)authorization|no servers"):
        await asyncio.wait_for(_once(url, user), 3)


async def _once(url: str, user: str) -> None:
    import nats

    client = await nats.connect(url, user=user, password="wrong", allow_reconnect=False)
    await client.close()


async def test_waiting_ends_when_the_predicate_is_true_and_fails_in_words_when_it_never_is() -> None:
    began = time.monotonic()
    assert await eventually(lambda: time.monotonic() - began > 0.05 and "there") == "there"
    with pytest.raises(AssertionError, match=r"not within 0\.05 s: .*never"):
        await eventually(lambda: None if "never" else True, 0.05)


async def test_a_failed_assertion_inside_a_wait_is_the_failure_that_is_told() -> None:
    def counted() -> bool:
        raise AssertionError("one is not two")

    with pytest.raises(AssertionError, match="one is not two"):
        await eventually(counted, 0.05)


@pytest.mark.faults
async def test_durable_servers_come_back_with_what_was_committed(durable: DurableStack) -> None:
    settings = await durable.settings("intake")
    connection = await asyncpg.connect(settings.migration_database_url.get_secret_value())  # type: ignore[union-attr]
    await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
    await connection.close()
    assert durable.postgres.child is not None
    durable.postgres.child.kill()
    await durable.postgres.child.finished(5)
    await durable.postgres.start()
    connection = await asyncpg.connect(settings.migration_database_url.get_secret_value())  # type: ignore[union-attr]
    assert await connection.fetchval("SELECT n FROM kept") == 1
    await connection.close()
