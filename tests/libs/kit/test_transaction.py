"""One request or event is one transaction, on a real PostgreSQL."""

import asyncio
import contextlib
import json
from datetime import timedelta

import asyncpg
import pytest
from pydantic import SecretStr

from libs.contracts.envelope import decode
from libs.contracts.review import SubmissionForgotten
from libs.kit.actor import SYSTEM
from libs.kit.database import Database
from libs.kit.errors import Conflict, Forbidden, Stale, Unavailable
from libs.kit.ids import new_id
from libs.kit.transaction import Cause, Tx
from tests.libs.kit.parts import AMAL, NOON, captured, emit, event, one, opened, rows, say, taken, words
from tests.stack.clock import HandClock
from tests.stack.stack import Stack

STATE = "INSERT INTO gate (source, aggregate, version) VALUES ('state', $1, 1)"


async def held(db: Database) -> dict[str, int]:
    """How many rows of state, events and texts there are."""
    found = await rows(
        db,
        "SELECT (SELECT count(*) FROM gate) AS state, (SELECT count(*) FROM event) AS events,"
        " (SELECT count(*) FROM forgettable) AS texts",
    )
    return dict(found[0])


async def test_one_commit_holds_state_events_and_texts_in_the_order_they_were_said(db: Database) -> None:
    question = new_id()
    async with db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute(STATE, str(question))
        emit(tx, captured(), question, 1, "a question")
        emit(tx, taken(), question, 2)
        assert await held(db) == {"state": 0, "events": 0, "texts": 0}
    assert await held(db) == {"state": 1, "events": 2, "texts": 1}
    said = [decode(row["bytes"]) for row in await rows(db, "SELECT bytes FROM event ORDER BY position")]
    assert [(one.type, one.aggregateversion) for one in said] == [
        ("lotse.intake.question.captured.v1", 1),
        ("lotse.intake.question.taken.v1", 2),
    ]
    assert json.loads(await one(db, "SELECT payload FROM forgettable"))["text"] == "a question"


async def test_an_exception_leaves_nothing_and_a_connection_that_is_clean(db: Database) -> None:
    with pytest.raises(ValueError, match="no"):
        async with db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.execute(STATE, "x")
            emit(tx, captured(), new_id(), 1)
            raise ValueError("no")
    assert await held(db) == {"state": 0, "events": 0, "texts": 0}


async def test_a_refusal_by_the_database_that_a_command_swallows_is_no_success(db: Database) -> None:
    with pytest.raises(RuntimeError, match="not committed"):
        async with db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.execute(STATE, "x")
            with contextlib.suppress(asyncpg.DivisionByZeroError):
                await tx.connection.execute("SELECT 1/0")
    assert (await held(db))["state"] == 0


async def test_a_cancelled_beginning_leaves_no_open_transaction(stack: Stack, clock: HandClock) -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
    async with opened(stack.fresh("intake", database_pool=2), clock) as db:

        async def begin() -> None:
            async with db.transaction(Cause(SYSTEM)):
                await asyncio.sleep(10)

        for delay in range(12):
            task = asyncio.create_task(begin())
            await asyncio.sleep(delay / 4000)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        idle = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"
        assert await one(db, idle) == 0
    assert complaints == []


async def test_a_service_says_no_fact_of_another(db: Database) -> None:
    with pytest.raises(AssertionError, match="belongs to review"):
        async with db.transaction(Cause(SYSTEM)) as tx:
            tx.emit(SubmissionForgotten(), id=new_id(), version=1, programme="fem-os")


@pytest.mark.parametrize("text", [None, "a question"])
async def test_a_text_is_always_or_never_beside_a_fact(db: Database, text: str | None) -> None:
    with pytest.raises(AssertionError):
        async with db.transaction(Cause(SYSTEM)) as tx:
            if text is None:
                tx.emit(captured(), id=new_id(), version=1, programme="fem-os")
            else:
                tx.emit(taken(), id=new_id(), version=1, programme="fem-os", forgettable=words(text))
    assert await held(db) == {"state": 0, "events": 0, "texts": 0}


async def test_nobody_says_a_fact_in_a_programme_where_she_has_no_allowed_role(db: Database) -> None:
    async with db.transaction(Cause(AMAL, ("counsellor",), frozenset({"fem-os"}))) as tx:
        emit(tx, taken(), new_id(), 1)
    for allowed, programme in (("coordinator",), "fem-os"), (("counsellor",), "lara"):
        with pytest.raises(Forbidden, match="role_missing"):
            async with db.transaction(Cause(AMAL, allowed)) as tx:
                tx.emit(taken(), id=new_id(), version=1, programme=programme)
    said = decode(await one(db, "SELECT bytes FROM event"))
    assert (said.staff, said.role) == (AMAL.staff, "counsellor")


async def test_an_event_says_why_it_happened_and_never_before_what_caused_it(db: Database) -> None:
    later, latest = NOON + timedelta(seconds=3), NOON + timedelta(seconds=5)
    cause = event(taken(), new_id(), 4, time=later)
    async with db.transaction(Cause(SYSTEM, event=cause)) as tx:
        assert tx.now == later
        tx.emit(taken(), id=new_id(), version=1, programme="fem-os")
        tx.emit(taken(), id=new_id(), version=1, programme="fem-os", after=latest)
        tx.emit(taken(), id=new_id(), version=1, programme="fem-os", after=NOON - timedelta(days=1))
    said = [decode(row["bytes"]) for row in await rows(db, "SELECT bytes FROM event ORDER BY position")]
    assert [one.time for one in said] == [later, latest, later]
    assert {one.causationid for one in said} == {cause.id}


async def test_two_commits_of_one_version_are_one_commit_and_a_conflict(db: Database) -> None:
    question = await say(db, captured())
    both = await asyncio.gather(*(say(db, taken(), id=question, first=2) for _ in range(2)), return_exceptions=True)
    refused = [one for one in both if isinstance(one, Conflict)]
    assert len(refused) == 1 and refused[0].code == "changed_meanwhile"
    assert await one(db, "SELECT count(*) FROM event") == 2


@pytest.mark.parametrize(("if_match", "fits"), [(None, True), (3, True), (2, False)])
async def test_a_version_is_held_against_if_match(db: Database, if_match: int | None, fits: bool) -> None:
    async def change() -> None:
        async with db.transaction(Cause(SYSTEM, if_match=if_match)) as tx:
            tx.expect(3)
            await tx.connection.execute(STATE, "x")

    if fits:
        await change()
    else:
        with pytest.raises(Stale) as stale:
            await change()
        assert stale.value.extra == {"current_version": 3}
    assert (await held(db))["state"] == fits


async def test_a_connection_that_dies_is_unavailable_leaves_nothing_and_the_next_one_works(
    db: Database, stack: Stack
) -> None:
    admin = await asyncpg.connect(stack.admin_url)
    with pytest.raises(Unavailable, match="store_unavailable"):
        async with db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.execute(STATE, "x")
            emit(tx, captured(), new_id(), 1)
            await admin.execute("SELECT pg_terminate_backend($1)", await pid(tx))
    await admin.close()
    assert await held(db) == {"state": 0, "events": 0, "texts": 0}
    await say(db, captured())
    assert (await held(db))["events"] == 1


async def test_all_connections_may_die_at_once(db: Database, stack: Stack) -> None:
    async def one_transaction() -> None:
        async with db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.execute("SELECT pg_sleep(0.05)")

    await asyncio.gather(*(one_transaction() for _ in range(8)))
    admin = await asyncpg.connect(stack.admin_url)
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
        await one(db, "SELECT current_database()"),
    )
    await admin.close()
    for task in await asyncio.gather(*(one_transaction() for _ in range(8)), return_exceptions=True):
        assert task is None or isinstance(task, Unavailable)
    await asyncio.gather(*(one_transaction() for _ in range(8)))


async def test_a_server_that_lets_nobody_in_is_unavailable(stack: Stack, clock: HandClock) -> None:
    """It is being restored, or its passwords are being changed."""
    settings = stack.fresh("intake")
    right = settings.database_url.get_secret_value()
    for wrong in (right.replace("intake:", "intake:x", 1), f"{right}_of_tomorrow"):
        with pytest.raises(Unavailable):
            await Database(settings.model_copy(update={"database_url": SecretStr(wrong)}), clock).open()


async def test_a_server_that_became_a_standby_is_unavailable(stack: Stack, clock: HandClock) -> None:
    settings = stack.fresh("intake")
    admin = await asyncpg.connect(stack.admin_url)
    name = settings.database_url.get_secret_value().rpartition("/")[2]
    await admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await admin.close()
    async with opened(settings, clock) as db:
        with pytest.raises(Unavailable):
            await say(db, captured())


@pytest.mark.parametrize("failure", [FileNotFoundError("a key"), TimeoutError("somebody else's"), OSError("a disk")])
async def test_a_commands_own_failure_is_not_taken_for_an_absent_database(db: Database, failure: OSError) -> None:
    with pytest.raises(type(failure)):
        async with db.transaction(Cause(SYSTEM)):
            raise failure


@pytest.mark.parametrize("values", [(2**40,), ("not a number",), (), (1, 2)])
async def test_a_wrong_argument_is_not_taken_for_an_absent_database(db: Database, values: tuple[object, ...]) -> None:
    with pytest.raises((asyncpg.InterfaceError, asyncpg.DataError)):
        async with db.transaction(Cause(SYSTEM)) as tx:
            await tx.connection.fetchval("SELECT $1::int", *values)
    assert await one(db, "SELECT 1") == 1


async def test_waiting_for_a_lock_ends_in_unavailable(stack: Stack, clock: HandClock) -> None:
    async with opened(stack.fresh("intake"), clock) as db, db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute("UPDATE relay SET held = held")
        with pytest.raises(Unavailable):
            async with db.transaction(Cause(SYSTEM)) as other:
                await other.connection.execute("SET LOCAL lock_timeout = '20ms'")
                await other.connection.execute("UPDATE relay SET held = held")


async def test_only_rows_of_the_programmes_of_the_cause_are_seen(db: Database) -> None:
    async def seen(programmes: frozenset[str] | None) -> str:
        async with db.transaction(Cause(SYSTEM, programmes=programmes)) as tx:
            return str(await tx.connection.fetchval("SELECT current_setting('lotse.programmes', true)"))

    assert await seen(None) == "*"
    assert await seen(frozenset()) == ""
    assert await seen(frozenset({"lara", "fem-os"})) == "fem-os,lara"
    with pytest.raises(AssertionError, match="codes only"):
        await seen(frozenset({"x'; DROP TABLE event; --"}))


async def pid(tx: Tx) -> int:
    found: int = await tx.connection.fetchval("SELECT pg_backend_pid()")
    return found
