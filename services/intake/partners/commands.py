"""Entering partners, agreements and arrangements; a contact comes with its consent and goes with it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from libs.contracts.envelope import Fact
from libs.contracts.intake_partners import (
    AgreementEnd,
    AgreementEnded,
    AgreementMade,
    ArrangementChanged,
    ArrangementRegistered,
    ConsentForm,
    PartnerConsentWithdrawn,
    PartnerContactKept,
    PartnerReadingRecorded,
    PartnerRegistered,
)
from libs.kit.clock import local_day
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.partners import domain, queries
from services.intake.partners.domain import Agreement, Arrangement, Partner
from services.intake.partners.queries import AGREEMENT, ARRANGEMENT, PARTNER, K, Kept
from services.intake.partners.sealing import sealed


async def enter(tx: Tx, partner: Partner) -> None:
    """Enter a partner. Raises `Invalid`."""
    if partner.consent_on is not None:
        domain.check_consent(partner.consent_on, local_day(tx.now))
    fact = PartnerRegistered(role=partner.role, contact=partner.contact is not None)
    await _add(tx, PARTNER, partner, fact)


async def keep_contact(tx: Tx, key: bytes, id: UUID, contact: str, form: ConsentForm, given_on: date) -> Partner:
    """Keep a contact, or another one. Raises `Invalid`, `NotFound`, `Stale`."""
    domain.check_consent(given_on, local_day(tx.now))
    found = await _load(tx, PARTNER, id)
    hidden = sealed(key, id, contact)
    changed = replace(found, contact=hidden, consent_form=form, consent_on=given_on, withdrawn_on=None)
    return await _say(tx, PARTNER, found, changed, PartnerContactKept(form=form))


async def withdraw(tx: Tx, id: UUID) -> Partner:
    """The consent is withdrawn: the contact goes at once. Raises `Conflict`, `NotFound`, `Stale`."""
    found = await _load(tx, PARTNER, id)
    domain.check_contact(found)
    changed = replace(found, contact=None, withdrawn_on=local_day(tx.now))
    return await _say(tx, PARTNER, found, changed, PartnerConsentWithdrawn())


def record_reading(tx: Tx, partner: Partner) -> None:
    """A contact was opened; an aggregate of its own, so that reading moves no version."""
    tx.emit(PartnerReadingRecorded(), id=new_id(), version=1, programme=partner.programme, concerns=partner.id)


async def agree(tx: Tx, agreement: Agreement) -> None:
    """Record an agreement. Raises `Invalid`."""
    domain.check_agreement(agreement)
    await _add(tx, AGREEMENT, agreement, AgreementMade(kind=agreement.kind, review_week=_week(agreement.review_on)))


async def end_agreement(tx: Tx, id: UUID, reason: AgreementEnd) -> Agreement:
    """Raises `Conflict`, `NotFound`, `Stale`."""
    found = await _load(tx, AGREEMENT, id)
    domain.check_running(found)
    changed = replace(found, ended_on=local_day(tx.now), ended_for=reason)
    return await _say(tx, AGREEMENT, found, changed, AgreementEnded(kind=found.kind, reason=reason))


async def arrange(tx: Tx, arrangement: Arrangement) -> None:
    """Enter an arrangement. Raises `Forbidden`, `Invalid`."""
    tx.must_act_in(arrangement.programme)
    domain.check_arrangement(arrangement)
    await _add(tx, ARRANGEMENT, arrangement, ArrangementRegistered(purposes=arrangement.purposes))


async def rearrange(tx: Tx, id: UUID, **entry: object) -> Arrangement:
    """Write an entry anew, whole. Raises `Invalid`, `NotFound`, `Stale`."""
    found = await _load(tx, ARRANGEMENT, id)
    changed = replace(found, **entry)  # type: ignore[arg-type]
    domain.check_arrangement(changed)
    fact = ArrangementChanged(purposes=changed.purposes, ended=changed.until is not None)
    return await _say(tx, ARRANGEMENT, found, changed, fact)


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


async def _add(tx: Tx, kept: Kept[K], made: K, fact: Fact) -> None:
    await queries.add(tx, kept, made)
    tx.emit(fact, id=made.id, version=made.version, programme=made.programme)


async def _load(tx: Tx, kept: Kept[K], id: UUID) -> K:
    found = await queries.by_id(tx, kept, id, lock=True)
    tx.expect(found.version)
    return found


async def _say(tx: Tx, kept: Kept[K], found: K, changed: K, fact: Fact) -> K:
    saved = replace(changed, version=found.version + 1, changed_at=max(tx.now, found.changed_at))
    await queries.save(tx, kept, saved, found.version)
    tx.emit(fact, id=saved.id, version=saved.version, programme=saved.programme, after=found.changed_at)
    return saved
