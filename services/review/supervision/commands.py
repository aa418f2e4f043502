"""Recording who is qualified to review, and until when."""

from dataclasses import replace
from uuid import UUID

from libs.contracts.envelope import Fact
from libs.contracts.review import ReviewerDisqualified, ReviewerQualified
from libs.kit.clock import local_day
from libs.kit.errors import LotseError, NotFound
from libs.kit.transaction import Tx
from services.review.supervision import domain, queries
from services.review.supervision.domain import Person, Recorded, Reviewer


async def qualify(tx: Tx, staff: UUID, recorded: Recorded) -> int:
    """Record a qualification in one programme; returns the reviewer's version. Recording the same again changes
    nothing. Raises `Invalid`, `Forbidden`, `Stale`."""
    tx.must_act_in(recorded.programme)
    refuse(domain.refuse_qualifying(staff, tx.actor.staff))
    domain.check_validity(recorded, local_day(tx.now))
    reviewer = await queries.reviewer_for_update(tx, staff)
    tx.expect(reviewer.version)
    if reviewer.in_programme(recorded.programme) == recorded:
        return reviewer.version
    fact = ReviewerQualified(
        qualification=recorded.qualification,
        evidence=recorded.evidence,
        valid_from=recorded.valid_from,
        valid_until=recorded.valid_until,
    )
    return await _say(tx, reviewer, recorded, fact)


async def disqualify(tx: Tx, staff: UUID, programme: str) -> int:
    """End a qualification before its date; returns the reviewer's version. Raises `NotFound`, `Stale`."""
    tx.must_act_in(programme)
    reviewer = await queries.reviewer_for_update(tx, staff)
    recorded = reviewer.in_programme(programme)
    if recorded is None or recorded.ended_at is not None:
        raise NotFound("reviewer_unknown", "No qualification is recorded for this person in this programme.")
    tx.expect(reviewer.version)
    return await _say(tx, reviewer, replace(recorded, ended_at=tx.now), ReviewerDisqualified())


async def acting_in(tx: Tx, programme: str) -> Person:
    """The caller as the rules see her in one programme today."""
    actor = tx.actor
    qualification = await queries.qualification_on(tx, actor.staff, programme, local_day(tx.now))
    return Person(actor.staff, actor.roles.get(programme, frozenset()), actor.languages, qualification)


def refuse(reason: LotseError | None) -> None:
    """Raise what a rule returned."""
    if reason is not None:
        raise reason


async def _say(tx: Tx, reviewer: Reviewer, recorded: Recorded, fact: Fact) -> int:
    version, moment = reviewer.version + 1, max(tx.now, reviewer.changed_at or tx.now)
    await queries.save(tx, reviewer.id, version, moment, recorded)
    tx.emit(fact, id=reviewer.id, version=version, programme=recorded.programme, after=reviewer.changed_at)
    return version
