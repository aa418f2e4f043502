"""What was deleted is written anew as long as somebody may still see it, and then no more."""

import asyncpg
import pytest

from libs.kit.errors import Unavailable
from libs.restoring import scrubbing
from libs.restoring.scrubbing import scrub
from tests.libs.kit.parts import captured, opened, rows, say
from tests.stack.stack import Stack


async def test_it_waits_for_a_transaction_that_may_still_see_what_was_erased(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "PATIENCE_SECONDS", 0.3)
    settings = stack.fresh("intake")
    reader = await asyncpg.connect(settings.database_url.get_secret_value())
    async with opened(settings) as db:
        await say(db, captured(), text="Geheimnis")
        old = reader.transaction(isolation="repeatable_read")
        await old.start()
        await reader.execute("SELECT count(*) FROM relay")
        await rows(db, "DELETE FROM forgettable RETURNING event_id")
        with pytest.raises(Unavailable) as refused:
            await scrub(settings)
        assert refused.value.code == "transaction_open"
        await old.rollback()
        assert "forgettable" in await scrub(settings)
    await reader.close()
