"""Referring, what the office answers, and the ends that nobody asks for: expiry, hold, forgetting."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from libs.contracts.codes import DeclineReason, DeletionAnswer, Outcome, Purpose, ReferralMode, ResourceKind
from libs.contracts.envelope import Fact
from libs.contracts.referral import (
    ReferralAccepted,
    ReferralAccessRecorded,
    ReferralAddressGiven,
    ReferralDeclined,
    ReferralDeletionAnswered,
    ReferralExpired,
    ReferralForgotten,
    ReferralOffered,
    ReferralOutcomeReported,
)
from libs.kit.clock import local_day
from libs.kit.errors import LotseError
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.referral.directory.domain import Notice, Office
from services.referral.directory.queries import office_by_id
from services.referral.programmes.queries import policy_in_force
from services.referral.questions.domain import KnownQuestion
from services.referral.questions.queries import question_by_id
from services.referral.referrals import domain, queries
from services.referral.referrals.domain import EXPIRES_DAYS, Referral, State, Wanted


async def refer(tx: Tx, wanted: Wanted) -> tuple[Referral, list[Notice]]:
    """Give an address, or offer a referral that a code will open; with what must be told of it.

    Raises `Conflict`, `Gone`, `Invalid`, `NotFound`.
    """
    await tx.keep_from_forgetting(wanted.question)
    question = await question_by_id(tx, wanted.question, shared=True)
    office = await office_by_id(tx, wanted.office)
    domain.check_wanted(wanted, await policy_in_force(tx, question.programme, local_day(tx.now)), office)
    code = wanted.mode is ReferralMode.CODE
    referral, fact = (_offered if code else _address_given)(tx, wanted, question, office)
    await queries.add(tx, referral)
    tx.emit(fact, id=referral.id, version=1, programme=referral.programme, concerns=question.id)
    return referral, domain.notices(office, question.legal_class)


def _address_given(tx: Tx, wanted: Wanted, question: KnownQuestion, office: Office) -> tuple[Referral, Fact]:
    kind = office.entry.kind
    referral = _new(tx, wanted, question, state=State.ADDRESS_GIVEN, office_kind=kind)
    return referral, ReferralAddressGiven(**question.counted(tx.now), office_kind=kind, land=question.land)


def _offered(tx: Tx, wanted: Wanted, question: KnownQuestion, office: Office) -> tuple[Referral, Fact]:
    days = wanted.expires_days or EXPIRES_DAYS
    urgency = wanted.urgency or question.urgency
    referral = _new(
        tx,
        wanted,
        question,
        state=State.OFFERED,
        office_kind=office.entry.kind,
        office=office.id,
        made_by=tx.actor.staff,
        urgency=urgency,
        summary=wanted.summary,
        summary_language=wanted.summary_language if wanted.summary is not None else None,
        expires_at=tx.now + timedelta(days=days),
    )
    fact = ReferralOffered(
        **question.counted(tx.now),
        office_kind=referral.office_kind,
        land=question.land,
        urgency=urgency,
        expires_days=days,
    )
    return referral, fact


def _new(tx: Tx, wanted: Wanted, question: KnownQuestion, **more: Any) -> Referral:
    return Referral(
        id=new_id(),
        programme=question.programme,
        version=1,
        changed_at=tx.now,
        mode=wanted.mode,
        made_at=tx.now,
        question=question.id,
        held=question.held,
        **more,
    )


def record_reading(tx: Tx, referral: Referral) -> None:
    """Reading a summary is recorded, once a reply, on an aggregate of its own, so that reading moves no ETag."""
    fact = ReferralAccessRecorded(resource=ResourceKind.REFERRAL_SUMMARY, purpose=Purpose.REFERRAL)
    tx.emit(fact, id=new_id(), version=1, programme=referral.programme, concerns=referral.question)


async def accept(tx: Tx, id: UUID) -> Referral:
    """The office takes the case on. Raises `Conflict`, `NotFound`, `Stale`."""
    referral = await _load_at_office(tx, id)
    refuse(domain.refuse_answer(referral, tx.now))
    fact = ReferralAccepted(**await counted(tx, referral), office_kind=referral.office_kind)
    return await say(tx, referral, domain.accepted(referral), fact)


async def decline(tx: Tx, id: UUID, reason: DeclineReason) -> Referral:
    """The office declines; the summary goes at once. Raises `Conflict`, `NotFound`, `Stale`."""
    referral = await _load_at_office(tx, id)
    refuse(domain.refuse_answer(referral, tx.now))
    fact = ReferralDeclined(**await counted(tx, referral), office_kind=referral.office_kind, reason=reason)
    return await say(tx, referral, domain.declined(referral, reason), fact)


async def report_outcome(tx: Tx, id: UUID, outcome: Outcome) -> Referral:
    """The office reports how it goes or ended. Raises `Conflict`, `NotFound`, `Stale`."""
    referral = await _load_at_office(tx, id)
    refuse(domain.refuse_outcome(referral, tx.now))
    changed = domain.reported(referral, outcome)
    fact = ReferralOutcomeReported(**await counted(tx, referral), office_kind=referral.office_kind, outcome=outcome)
    return await say(tx, referral, changed, fact)


async def confirm_deletion(tx: Tx, id: UUID) -> Referral:
    """The office deleted what it held; it knows nothing of the referral any more. Raises `Conflict`, `NotFound`."""
    referral = await _load_at_office(tx, id)
    refuse(domain.refuse_deletion_answer(referral))
    return await _answer_deletion(tx, referral, DeletionAnswer.CONFIRMED)


async def _answer_deletion(tx: Tx, referral: Referral, answer: DeletionAnswer) -> Referral:
    fact = ReferralDeletionAnswered(result=answer)
    return await say(tx, referral, domain.deletion_answered(referral, answer), fact)


async def expire(tx: Tx, id: UUID) -> None:
    """A code ran out unused, unless somebody was faster."""
    referral = await queries.referral_by_id(tx, id, lock=True)
    if referral.state is State.OFFERED and domain.state_at(referral, tx.now) is State.EXPIRED:
        fact = ReferralExpired(**await counted(tx, referral), office_kind=referral.office_kind)
        await say(tx, referral, domain.expired(referral), fact)


async def stop_waiting(tx: Tx, id: UUID) -> None:
    """The office did not say that it deleted: its id is not kept for ever because of that."""
    referral = await queries.referral_by_id(tx, id, lock=True)
    if domain.answer_overdue(referral, tx.now):
        await _answer_deletion(tx, referral, DeletionAnswer.NO_ANSWER)


async def hold(tx: Tx, question: UUID) -> None:
    """Nothing of a question's referrals is deleted until the hold is lifted."""
    for referral in await queries.of_question(tx, question):
        await queries.save(tx, replace(referral, held=True), referral.version)


async def lift_hold(tx: Tx, question: UUID) -> None:
    """What the hold kept goes now."""
    for referral in await queries.of_question(tx, question):
        await queries.save(tx, domain.tidied(replace(referral, held=False)), referral.version)


async def forget(tx: Tx, question: UUID) -> None:
    """A question was erased: so is everything of its referrals but the proof of consent without identity."""
    for referral in await queries.of_question(tx, question):
        if referral.state is not State.FORGOTTEN:
            await say(tx, referral, domain.forgotten(referral, tx.now), ReferralForgotten())


async def _load_at_office(tx: Tx, id: UUID) -> Referral:
    referral = await queries.referral_by_id(tx, id, lock=True)
    if not domain.seen_by(referral, tx.actor.office):
        raise queries.unknown()
    tx.expect(referral.version)
    return referral


async def behind(tx: Tx, referral: Referral) -> tuple[KnownQuestion, Office]:
    """What is known of the question and the office of a referral that still has both."""
    assert referral.question is not None and referral.office is not None
    return await question_by_id(tx, referral.question), await office_by_id(tx, referral.office)


async def counted(tx: Tx, referral: Referral) -> dict[str, Any]:
    """The codes a fact about this referral is counted by, as of now."""
    assert referral.question is not None, "what is forgotten is counted no more"
    return (await question_by_id(tx, referral.question)).counted(tx.now)


def refuse(reason: LotseError | None) -> None:
    """Raise what a rule returned."""
    if reason is not None:
        raise reason


async def say(tx: Tx, loaded: Referral, changed: Referral, fact: Fact) -> Referral:
    """Save a changed referral and emit the one fact that says what changed; returns it at its new version."""
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save(tx, saved, loaded.version)
    tx.emit(
        fact,
        id=saved.id,
        version=saved.version,
        programme=saved.programme,
        concerns=loaded.question,
        after=loaded.changed_at,
    )
    return saved
