"""Nothing is stored for what is forgotten, whoever comes first."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from libs.kit.actor import SYSTEM
from libs.kit.database import Database
from libs.kit.errors import Gone
from libs.kit.ids import new_id
from libs.kit.transaction import Cause
from tests.libs.kit.parts import captured, emit, forgotten, one, rows, say, words


async def texts(db: Database, question: UUID) -> int:
    found: int = await one(db, "SELECT count(*) FROM forgettable WHERE concerns = $1", str(question))
    return found


async def test_forgetting_deletes_every_text_that_concerns_the_question_and_no_other(db: Database) -> None:
    question, other = await say(db, captured()), await say(db, captured())
    await say(db, forgotten(), id=question, first=2)
    assert (await texts(db, question), await texts(db, other)) == (0, 1)
    assert [row["concerns"] for row in await rows(db, "SELECT concerns FROM forgotten")] == [str(question)]
    assert await one(db, "SELECT count(*) FROM event") == 3


async def test_a_text_for_what_is_forgotten_is_refused_with_all_that_came_with_it(db: Database) -> None:
    question = await say(db, captured())
    await say(db, forgotten(), id=question, first=2)
    with pytest.raises(Gone, match="forgotten"):
        await say(db, captured(), id=question, first=3)
    assert await one(db, "SELECT count(*) FROM event") == 2


async def test_forgetting_twice_is_one_forgetting(db: Database) -> None:
    question = await say(db, captured())
    await say(db, forgotten(), id=question, first=2)
    await say(db, forgotten(), id=question, first=3)
    assert await one(db, "SELECT count(*) FROM forgotten") == 1


async def test_a_forgetting_that_comes_second_waits_and_finds_what_was_stored(db: Database) -> None:
    question, second = new_id(), None
    async with db.transaction(Cause(SYSTEM)) as tx:
        await tx.keep_from_forgetting(question)
        second = asyncio.create_task(say(db, forgotten(), id=question, first=2))
        await asyncio.sleep(0.1)
        assert not second.done()
        emit(tx, captured(), question, 1)
    await second
    assert await texts(db, question) == 0


async def test_a_storing_that_comes_second_waits_and_is_refused(db: Database) -> None:
    question = await say(db, captured())

    async def store() -> None:
        async with db.transaction(Cause(SYSTEM)) as tx:
            await tx.keep_from_forgetting(question)

    async with db.transaction(Cause(SYSTEM)) as tx:
        await tx.connection.execute("SELECT lotse_forget($1, $2)", str(question), new_id())
        second = asyncio.create_task(store())
        await asyncio.sleep(0.1)
        assert not second.done()
    with pytest.raises(Gone):
        await second


async def test_a_text_that_was_never_announced_is_found_by_the_forgetting_too(db: Database) -> None:
    """Its statement is held up half way: the text is written, its event waits for another transaction."""
    question = await say(db, captured())
    blocker = await asyncpg.connect(db.settings.database_url.get_secret_value())
    await blocker.execute("BEGIN")
    await blocker.execute(
        "INSERT INTO event (event_id, aggregate, version, concerns, bytes) VALUES ($1, $2, 2, '', '')",
        new_id(),
        f"question/{question}",
    )
    storing = asyncio.create_task(say(db, captured(), id=question, first=2))
    await asyncio.sleep(0.1)
    forgetting = asyncio.create_task(say(db, forgotten(), id=question, first=3))
    await asyncio.sleep(0.1)
    await blocker.execute("ROLLBACK")
    await blocker.close()
    await asyncio.gather(storing, forgetting)
    assert await texts(db, question) == 0


async def test_many_storings_and_forgettings_at_once_leave_no_text(db: Database) -> None:
    async def storm(question: UUID) -> None:
        await asyncio.gather(
            *(say(db, captured(), id=new_id()) for _ in range(2)),
            *(_about(db, question) for _ in range(3)),
            say(db, forgotten(), id=question, first=1),
            return_exceptions=True,
        )

    questions = [new_id() for _ in range(15)]
    await asyncio.gather(*(storm(question) for question in questions))
    assert await one(db, "SELECT count(*) FROM forgotten") == 15
    assert await one(db, "SELECT count(*) FROM forgettable JOIN forgotten USING (concerns)") == 0
    assert await one(db, "SELECT count(*) FROM forgettable") == 30


async def _about(db: Database, question: UUID) -> None:
    async with db.transaction(Cause(SYSTEM)) as tx:
        posting = new_id()
        tx.emit(
            captured(),
            id=posting,
            version=1,
            programme="fem-os",
            concerns=question,
            forgettable=words(),
        )
