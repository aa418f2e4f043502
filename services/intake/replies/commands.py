"""Correcting and affirming in the thread: what was posted, held against the release, and its repair.

Nothing is refused because of its words: it stands there already. What no release covers opens a repair task here and an
incident in review, like a posting that answers a question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.codes import RepairResult, Standing
from libs.contracts.intake_misinformation import (
    PostedReply,
    SightingRepaired,
    SightingRepairOpened,
    SightingReplied,
)
from libs.kit.clock import local_day
from libs.kit.errors import Conflict, invalid
from libs.kit.transaction import Tx
from libs.text.comparison import joined, matches, without_frame
from libs.text.frame import frame_for
from services.intake.corrections import commands as corrections
from services.intake.corrections.domain import Correction, refuse_ending
from services.intake.corrections.queries import correction_by_id
from services.intake.misinformation import domain, queries
from services.intake.misinformation.commands import counted, say_sighting
from services.intake.misinformation.domain import Claim, Replied, Sighting
from services.intake.postings.domain import standing as standing_of
from services.intake.postings.queries import latest_release
from services.intake.programmes.queries import policy_in_force
from services.intake.questions.commands import refuse


@dataclass(frozen=True)
class Posted:
    """What a counsellor says she posted below a sighting, in its parts, with which text, when."""

    correction: UUID
    parts: Sequence[str]
    posted_at: datetime


async def reply(tx: Tx, id: UUID, posted: Posted) -> Sighting:
    """Record what our account posted below a sighting. Raises `Conflict`, `Gone`, `Invalid`, `NotFound`, `Stale`."""
    claim, sighting = await _load(tx, id)
    refuse(domain.refuse_replying(sighting))
    if not posted.posted_at <= tx.now:
        raise invalid("/posted_at", "not_between", "The moment lies in the future.")
    correction = await correction_by_id(tx, posted.correction)
    if correction.claim != claim.id or correction.language != sighting.language:
        raise invalid("/correction", "other_text", "This text is about another claim, or in another language.")
    refuse(refuse_ending(correction))
    # Before anything is stored: a forgetting that is under way waits for this transaction, or has ended it here.
    await tx.keep_from_forgetting(correction.id)
    judged = await _judge(tx, correction, posted)
    replied = domain.replied(sighting, judged)
    fact = SightingReplied(
        **counted(tx, claim, sighting),
        kind=judged.kind,
        standing=judged.standing,
        submission=judged.submission,
        parts=len(posted.parts),
    )
    text = PostedReply(text=judged.text)
    saved = await say_sighting(tx, sighting, replied, fact, concerns=correction.id, text=text)
    return saved if judged.standing in domain.COUNTS else await _open_repair(tx, claim, saved, judged.standing)


async def _judge(tx: Tx, correction: Correction, posted: Posted) -> Replied:
    dated = await policy_in_force(tx, correction.programme, local_day(posted.posted_at))
    if dated is None:
        raise Conflict("programme_not_running", "The programme had no policy in force on that day.")
    release, frame = await latest_release(tx, correction.id), frame_for(correction.language)
    same = release is not None and release.text is not None and matches(posted.parts, release.text, frame)
    found = standing_of(dated.policy, correction.legal_class, release, same, posted.posted_at)
    text = None if found in domain.COUNTS else domain.kept(without_frame(joined(posted.parts), frame))
    submission = release.submission if release else None
    return Replied(correction.id, correction.kind, submission, found, posted.posted_at, text)


async def repair(tx: Tx, id: UUID, result: RepairResult, parts: Sequence[str]) -> Sighting:
    """End a repair task. A correction must now be the released text. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    claim, sighting = await _load(tx, id)
    refuse(domain.refuse_repair(sighting))
    if result is not RepairResult.CORRECTED:
        return await _repaired(tx, claim, domain.repaired(sighting, result), sighting, result)
    assert sighting.correction is not None
    correction = await correction_by_id(tx, sighting.correction)
    refuse(refuse_ending(correction))
    judged = await _judge(tx, correction, Posted(correction.id, parts, tx.now))
    if judged.standing not in domain.COUNTS:
        raise Conflict("still_not_released", "This is still not the released text.", standing=judged.standing)
    return await _repaired(tx, claim, domain.corrected(sighting, judged), sighting, result)


async def end(tx: Tx, id: UUID) -> Correction:
    """A text is used no more; where it stands it is to be repaired. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    ended = await corrections.end(tx, id)
    await _repair_all(tx, await queries.of_correction(tx, id))
    return ended


async def withdraw(tx: Tx, submission: UUID) -> None:
    """Review withdrew a release: what stands of it is wrong for whoever reads it today, whenever it was posted."""
    await _repair_all(tx, await queries.of_submission(tx, submission))


async def clear(tx: Tx, id: UUID) -> None:
    """Review cleared what stands there: the repair ends. An id that is no sighting's is none of ours."""
    sighting = await queries.find_sighting(tx, id, lock=True)
    if sighting is None or domain.refuse_repair(sighting) is not None:
        return
    claim = await queries.claim_by_id(tx, sighting.claim)
    result = RepairResult.CLEARED
    await _repaired(tx, claim, domain.repaired(sighting, result), sighting, result)


async def _repair_all(tx: Tx, standing: Sequence[Sighting]) -> None:
    for sighting in standing:
        claim = await queries.claim_by_id(tx, sighting.claim)
        if sighting.answered and domain.refuse_living(claim) is None:
            await _open_repair(tx, claim, sighting, Standing.SUPERSEDED)


async def _open_repair(tx: Tx, claim: Claim, sighting: Sighting, standing: Standing) -> Sighting:
    fact = SightingRepairOpened(**counted(tx, claim, sighting), standing=standing)
    return await say_sighting(tx, sighting, domain.to_repair(sighting, standing), fact)


async def _repaired(tx: Tx, claim: Claim, changed: Sighting, loaded: Sighting, result: RepairResult) -> Sighting:
    return await say_sighting(tx, loaded, changed, SightingRepaired(**counted(tx, claim, loaded), result=result))


async def _load(tx: Tx, id: UUID) -> tuple[Claim, Sighting]:
    """The claim first: whoever forgets it locks in this order, too."""
    found = await queries.sighting_by_id(tx, id)
    claim = await queries.claim_by_id(tx, found.claim, lock=True)
    refuse(domain.refuse_living(claim))
    sighting = await queries.sighting_by_id(tx, id, lock=True)
    tx.expect(sighting.version)
    return claim, sighting
