"""A text that is not there yet holds up its own event, and nothing that would never be applied."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from libs.contracts.envelope import Envelope
from libs.contracts.intake import QuestionCaptured
from libs.kit.consumer import Later
from libs.kit.ids import new_id
from libs.kit.subscribers import Event, Retry
from libs.kit.transaction import Tx
from tests.libs.kit.listening import Listener, listening
from tests.libs.kit.parts import captured, event
from tests.stack.stack import Stack


@pytest.fixture
async def review(stack: Stack) -> AsyncIterator[Listener]:
    async with listening(stack.fresh("review")) as made:
        yield made


async def test_a_twin_and_data_that_does_not_fit_need_no_text_to_become_dead_letters(review: Listener) -> None:
    async def absent(_: Envelope) -> Any:
        raise Retry("text_absent")

    first = event(captured(), new_id(), 1)
    await review.hear(first)
    review.consumer.texts = absent

    async def wanted(tx: Tx, heard: Event[QuestionCaptured], text: Any) -> None: ...

    review.subscribers.on(QuestionCaptured, text=True)(wanted)
    twin = first.model_copy(update={"id": new_id()})
    spoilt = event(captured(), new_id(), 1)
    spoilt = spoilt.model_copy(update={"data": {**spoilt.data, "week": "soon"}})
    assert await review.hear(twin, spoilt) == [None, None]
    assert sorted(await review.letters()) == [("invalid_data", 1), ("version_conflict", 1)]
    assert isinstance((await review.hear(event(captured(), new_id(), 1)))[0], Later)
