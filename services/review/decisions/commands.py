"""What legal reviewers decide, who confirms it, and the end of a lease."""

from datetime import datetime
from uuid import UUID

from libs.contracts.codes import BlockReason, Purpose, ResourceKind, ReturnReason, Role
from libs.contracts.review import ReviewAccessRecorded
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.review.answers import queries as answers
from services.review.decisions import domain
from services.review.releases.commands import Outcome, change_and_keep
from services.review.submissions import commands as submissions
from services.review.submissions import queries
from services.review.submissions.commands import salted
from services.review.submissions.domain import Submission


async def take(tx: Tx, id: UUID) -> Submission:
    """Raises `Conflict`, `Forbidden`, `Gone`, `Stale`; so do all below."""
    return (await submissions.change(tx, id, domain.take)).after


async def give_back(tx: Tx, id: UUID) -> Submission:
    return (await submissions.change(tx, id, domain.give_back)).after


async def approve(tx: Tx, id: UUID, core_version: int, changed: str | None) -> Outcome:
    """Approve the core, or put `changed` in its place and approve that."""
    text = salted(changed) if changed is not None else None
    return await change_and_keep(tx, id, lambda submission, at: domain.approve(submission, core_version, text, at))


async def send_back(tx: Tx, id: UUID, core_version: int, reasons: tuple[ReturnReason, ...]) -> Submission:
    return (
        await submissions.change(tx, id, lambda found, at: domain.send_back(found, core_version, reasons, at))
    ).after


async def block(tx: Tx, id: UUID, core_version: int, reasons: tuple[BlockReason, ...]) -> Submission:
    return (await submissions.change(tx, id, lambda found, at: domain.block(found, core_version, reasons, at))).after


async def confirm(tx: Tx, id: UUID) -> Outcome:
    return await change_and_keep(tx, id, domain.confirm)


async def withdraw_approval(tx: Tx, id: UUID) -> Submission:
    """Withdraw an approval; an answer that was kept stays as evidence and is marked."""
    changed = await submissions.change(tx, id, domain.withdraw_approval)
    await answers.note_withdrawal(tx, id, tx.now)
    return changed.after


async def leases_over(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Taken items whose lease has ended."""
    return await queries.overdue(tx, now, limit)


async def expire(tx: Tx, id: UUID) -> None:
    """Put an item back whose lease has ended, unless somebody was faster."""
    await submissions.save_expired(tx, id, lambda submission: domain.expire(submission, tx.now))


def record_reading(tx: Tx, programme: str, question: UUID) -> None:
    """Reading a text is recorded, once a reply, on an aggregate of its own, so that reading moves no ETag."""
    role = tx.actor.role_in(programme, tx.cause.allowed)
    purpose = Purpose.LEGAL_REVIEW if role == Role.LEGAL_REVIEWER else Purpose.COUNSELLING
    fact = ReviewAccessRecorded(resource=ResourceKind.SUBMISSION_TEXT, purpose=purpose)
    tx.emit(fact, id=new_id(), version=1, programme=programme, concerns=question)
