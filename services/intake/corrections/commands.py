"""Asking review for a text about a claim, ending its use, and forgetting it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from libs.contracts.codes import Land
from libs.contracts.envelope import Fact, Forgettable
from libs.contracts.intake_misinformation import (
    CorrectionEnded,
    CorrectionForgotten,
    CorrectionRequested,
)
from libs.contracts.matters import ReviewedMatter
from libs.contracts.topics import fact_topic
from libs.kit.clock import iso_week, local_day
from libs.kit.errors import Conflict
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.corrections import domain, queries
from services.intake.corrections.domain import About, Correction, Status, Wanted
from services.intake.programmes.queries import policy_in_force
from services.intake.questions.commands import refuse
from services.intake.questions.deadlines import due


async def request(tx: Tx, about: About, wanted: Wanted) -> Correction:
    """Ask for a text in one language. Raises `Conflict` text_in_use, `Invalid` for what the policy does not offer."""
    dated = await policy_in_force(tx, about.programme, local_day(tx.now))
    if dated is None:
        raise Conflict("programme_not_running", "This programme has no policy in force today.")
    domain.check_wanted(dated.policy, wanted)
    made = _new(tx, about, wanted)
    if not await queries.add(tx, made):
        raise Conflict("text_in_use", "There is a text in this language already; end it first.")
    fact = CorrectionRequested(
        **counted(tx, made),
        level=domain.LEVEL,
        legal_class=made.legal_class,
        urgency=made.urgency,
        kind=made.kind,
        verdict=about.verdict,
    )
    matter = ReviewedMatter(text=about.wording, gist=about.gist, due_at=due(tx.now, wanted.urgency, None, Land.UNKNOWN))
    tx.emit(fact, id=made.id, version=1, programme=made.programme, forgettable=matter)
    return made


def _new(tx: Tx, about: About, wanted: Wanted) -> Correction:
    return Correction(
        id=new_id(),
        claim=about.claim,
        programme=about.programme,
        version=1,
        changed_at=tx.now,
        status=Status.REQUESTED,
        topic=about.topic,
        language=wanted.language,
        kind=about.kind,
        legal_class=wanted.legal_class,
        urgency=wanted.urgency,
        requested_at=tx.now,
    )


async def end(tx: Tx, id: UUID) -> Correction:
    """It is used no more. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    loaded = await queries.correction_by_id(tx, id, lock=True)
    tx.expect(loaded.version)
    refuse(domain.refuse_ending(loaded))
    return await _say(tx, loaded, domain.ended(loaded), CorrectionEnded(**counted(tx, loaded), kind=loaded.kind))


async def forget_all(tx: Tx, claim: UUID) -> None:
    """Its claim is forgotten: every draft and text about it is to be gone, here and in review."""
    for loaded in await queries.of_claim(tx, claim, lock=True):
        if loaded.status is not Status.FORGOTTEN:
            await _say(tx, loaded, domain.forgotten(loaded), CorrectionForgotten())


def counted(tx: Tx, correction: Correction) -> dict[str, Any]:
    """The codes a fact about this text is counted by, as of now."""
    return {
        "week": iso_week(tx.now),
        "platform": domain.PLATFORM,
        "language": correction.language,
        "topic": fact_topic(correction.topic),
    }


async def _say(
    tx: Tx, loaded: Correction, changed: Correction, fact: Fact, forgettable: Forgettable | None = None
) -> Correction:
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save(tx, saved, loaded.version)
    tx.emit(
        fact,
        id=saved.id,
        version=saved.version,
        programme=saved.programme,
        after=loaded.changed_at,
        forgettable=forgettable,
    )
    return saved
