"""What a one-time code does: issued to be handed over, redeemed once; in the holder's hand release and withdrawal."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from libs.contracts.referral import (
    ReferralCodeIssued,
    ReferralOutcomeReleased,
    ReferralRedeemed,
    ReferralWithdrawn,
)
from libs.kit.transaction import Tx
from services.referral.codes import domain, queries
from services.referral.codes.domain import BITS, ConsentKind, Told
from services.referral.directory.domain import Notice
from services.referral.referrals import domain as referrals
from services.referral.referrals.commands import behind, counted, refuse, say
from services.referral.referrals.domain import Referral, code_unknown
from services.referral.referrals.queries import referral_by_code, referral_by_id


@dataclass(frozen=True)
class Issued:
    """A code in canonical form, shown once and stored nowhere, with what was told and what must be told."""

    referral: Referral
    code: str
    told: Told
    notices: list[Notice]


async def issue(tx: Tx, id: UUID, key: bytes, text_version: str, language: str | None) -> Issued:
    """A fresh code for a referral. Handing it over is the consent, so what she is told is recorded here; without a
    language it is that of her question. Raises `Conflict`, `Forbidden`, `NotFound`, `Stale`."""
    referral = await referral_by_id(tx, id, lock=True)
    tx.expect(referral.version)
    refuse(referrals.refuse_code(referral, tx.actor, tx.now))
    question, office = await behind(tx, referral)
    told = Told(text_version, language or question.language)
    await queries.add(tx, referral.programme, referral.id, ConsentKind.HAND_OVER, told)
    code = domain.code_from(secrets.randbits(BITS))
    changed = referrals.with_code(referral, domain.fingerprint(key, code))
    saved = await say(tx, referral, changed, ReferralCodeIssued())
    return Issued(saved, code, told, referrals.notices(office, question.legal_class))


async def redeem(tx: Tx, code_hash: bytes) -> Referral:
    """The caller's office redeems a code: she arrived. Raises `NotFound` for every code that opens nothing there, and
    `Conflict` for one the office has redeemed."""
    referral = await opened(tx, code_hash, lock=True)
    refuse(referrals.refuse_redemption(referral, tx.actor.office, tx.now))
    hours = int((tx.now - referral.made_at).total_seconds()) // 3600
    codes = await counted(tx, referral)
    fact = ReferralRedeemed(**codes, office_kind=referral.office_kind, hours_to_arrival=max(0, hours))
    return await say(tx, referral, referrals.redeemed(referral, tx.now), fact)


async def release(tx: Tx, code_hash: bytes, text_version: str, language: str | None) -> Referral:
    """The holder allows a benefit agency to tell us how it goes (§ 67b SGB X). Raises `Conflict`, `NotFound`."""
    referral = await opened(tx, code_hash, lock=True)
    refuse(referrals.refuse_release(referral, tx.now))
    question, _ = await behind(tx, referral)
    told = Told(text_version, language or question.language)
    await queries.add(tx, referral.programme, referral.id, ConsentKind.OUTCOME_RELEASE, told)
    return await say(tx, referral, referrals.released(referral), ReferralOutcomeReleased())


async def withdraw(tx: Tx, code_hash: bytes) -> Referral:
    """The holder withdraws: her contact is gone here, and whoever redeemed the code is told to delete. Raises
    `Conflict`, `NotFound`."""
    referral = await opened(tx, code_hash, lock=True)
    refuse(referrals.refuse_withdrawal(referral, tx.now))
    fact = ReferralWithdrawn(**await counted(tx, referral), office_kind=referral.office_kind)
    await queries.withdraw(tx, referral.id, tx.now)
    return await say(tx, referral, referrals.withdrawn(referral, tx.now), fact)


async def opened(tx: Tx, code_hash: bytes, *, lock: bool = False) -> Referral:
    """The referral a code belongs to. Raises `NotFound`, the same for every code that belongs to none."""
    referral = await referral_by_code(tx, code_hash, lock=lock)
    if referral is None or not domain.same(referral.code_hash, code_hash):
        raise code_unknown()
    return referral
