"""Taking a channel decision, and looking at it again."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from libs.contracts.intake_channels import ChannelDecided, ChannelResult, ChannelReviewed
from libs.kit.clock import local_day
from libs.kit.transaction import Tx
from services.intake.channels import domain, queries
from services.intake.channels.domain import Decision


async def decide(tx: Tx, decision: Decision) -> None:
    """Record a decision. Raises `Forbidden`, `Invalid`."""
    tx.must_act_in(decision.programme)
    domain.check(decision, local_day(tx.now))
    await queries.add(tx, decision)
    fact = ChannelDecided(
        compared=decision.compared,
        choice=decision.choice,
        reason=decision.reason,
        review_week=_week(decision.review_on),
    )
    tx.emit(fact, id=decision.id, version=1, programme=decision.programme)


async def review(tx: Tx, id: UUID, result: ChannelResult, review_on: date | None) -> Decision:
    """Record what another look came to. Raises `Conflict`, `Invalid`, `NotFound`, `Stale`."""
    found = await queries.decision_by_id(tx, id, lock=True)
    tx.expect(found.version)
    changed = domain.reviewed(found, result, review_on, local_day(tx.now))
    saved = replace(changed, version=found.version + 1, changed_at=max(tx.now, found.changed_at))
    await queries.save(tx, saved)
    week = _week(review_on) if review_on else None
    fact = ChannelReviewed(choice=saved.choice, result=result, review_week=week)
    tx.emit(fact, id=id, version=saved.version, programme=saved.programme, after=found.changed_at)
    return saved


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
