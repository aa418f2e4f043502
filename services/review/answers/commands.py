"""Keeping an approved answer, and dropping it when its time is over."""

import asyncio
from datetime import datetime
from uuid import UUID

from libs.contracts.review import AnswerDropped, AnswerKept
from libs.kit.clock import local_day
from libs.kit.transaction import Tx
from services.review.answers import domain, queries
from services.review.answers.domain import Answer


async def keep(tx: Tx, answer: Answer) -> str | None:
    """Keep an answer in the transaction that releases it. Returns None, or the code of why it was not kept."""
    assert answer.core is not None and answer.variant is not None
    # Finding telephone numbers in a long text takes its time, which the event loop has for others.
    refusal = await asyncio.to_thread(domain.refuse_keeping, answer)
    if refusal is not None:
        return refusal.code
    await queries.add(tx, answer)
    fact = AnswerKept(
        submission=answer.submission,
        variant_language=answer.language,
        core_commitment=answer.core.commitment,
        variant_commitment=answer.variant.commitment,
        kept_until_end_of=answer.kept_until_end_of,
    )
    tx.emit(fact, id=answer.id, version=1, programme=answer.programme, concerns=answer.question)
    return None


async def over(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Answers whose last year is past."""
    return await queries.over(tx, local_day(now).year, limit)


async def drop(tx: Tx, id: UUID) -> None:
    """Drop an answer whose time is over, unless a hold came between."""
    answer = await queries.answer_by_id(tx, id, lock=True)
    if domain.is_over(answer, tx.now):
        await queries.drop(tx, id, answer.version, tx.now)
        tx.emit(
            AnswerDropped(),
            id=id,
            version=answer.version + 1,
            programme=answer.programme,
            concerns=answer.question,
            after=answer.changed_at,
        )
