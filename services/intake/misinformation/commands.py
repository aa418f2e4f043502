"""What is done with claims: entering, adding words, sighting, judging, watching, closing, forgetting."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from libs.contracts.envelope import Fact, Forgettable
from libs.contracts.intake import Policy
from libs.contracts.intake_misinformation import (
    ClaimAssessed,
    ClaimClosed,
    ClaimForgotten,
    ClaimReopened,
    ClaimSpotted,
    ClaimVariantAdded,
    ClaimWatched,
    SightingLinkForgotten,
    SightingRecorded,
    Verdict,
)
from libs.contracts.topics import fact_topic
from libs.kit.clock import iso_week, local_day
from libs.kit.errors import NotFound, invalid
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.corrections import commands as corrections
from services.intake.corrections import queries as texts
from services.intake.corrections.domain import About, Correction, Wanted
from services.intake.misinformation import domain, queries
from services.intake.misinformation.domain import Claim, Sighting, Status, Variant
from services.intake.programmes.domain import in_force
from services.intake.programmes.queries import programmes
from services.intake.questions.commands import refuse
from services.intake.spaces.queries import space_by_id


async def spot(tx: Tx, programme: str, topic: str, gist: str) -> Claim:
    """Enter a claim. Raises `Forbidden`."""
    tx.must_act_in(programme)
    claim = Claim(
        id=new_id(),
        programme=programme,
        version=1,
        changed_at=tx.now,
        status=Status.SPOTTED,
        topic=topic,
        gist=gist,
        spotted_week=iso_week(tx.now),
    )
    await queries.add(tx, claim)
    tx.emit(ClaimSpotted(**_of_topic(tx, claim)), id=claim.id, version=1, programme=programme)
    return claim


async def add_variant(tx: Tx, id: UUID, language: str, wording: str) -> tuple[Claim, Variant]:
    """The claim goes round in these words, too. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    claim = await _load(tx, id)
    refuse(domain.refuse_variant(claim, len(await queries.variants(tx, id))))
    variant = Variant(new_id(), id, claim.programme, language, wording, tx.now)
    await queries.add_variant(tx, variant)
    return await _say(tx, claim, claim, ClaimVariantAdded(**_of_topic(tx, claim), language=language)), variant


async def sight(tx: Tx, id: UUID, variant: UUID, space: UUID, link: str | None, seen_on: date | None) -> Sighting:
    """Record where a claim stands; a closed one is opened again. Raises `Gone`, `Invalid`, `NotFound`."""
    claim = await queries.claim_by_id(tx, id, lock=True)
    refuse(domain.refuse_living(claim))
    language = await queries.language_of(tx, id, variant)
    if language is None:
        raise invalid("/variant", "variant_unknown", "The claim has no such variant.")
    if seen_on is not None and seen_on > local_day(tx.now):
        raise invalid("/seen_on", "in_the_future", "This day has not come yet.")
    seen = await space_by_id(tx, space)
    if seen.programme != claim.programme:
        raise NotFound("space_unknown", "There is no space with this id.")
    if claim.status is Status.CLOSED:
        claim = await _say(tx, claim, domain.reopened(claim), ClaimReopened(**_of_topic(tx, claim)))
    moment = datetime.combine(seen_on, datetime.min.time(), tx.now.tzinfo) if seen_on else tx.now
    sighting = Sighting(
        id=new_id(),
        claim=id,
        variant=variant,
        programme=claim.programme,
        version=1,
        changed_at=tx.now,
        week=iso_week(moment),
        platform=seen.platform,
        language=language,
        size_class=seen.size_class,
        space=space,
        link=link,
        seen_on=seen_on,
        recorded_at=tx.now,
    )
    await queries.add_sighting(tx, sighting)
    fact = SightingRecorded(**counted(tx, claim, sighting) | {"week": sighting.week}, size_class=sighting.size_class)
    tx.emit(fact, id=sighting.id, version=1, programme=claim.programme, concerns=id)
    return sighting


async def assess(tx: Tx, id: UUID, verdict: Verdict) -> Claim:
    """Say what is wrong or right about it. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    claim = await _load(tx, id)
    refuse(domain.refuse_assessing(claim, verdict, bool(await texts.in_use(tx, id))))
    fact = ClaimAssessed(**_of_topic(tx, claim), verdict=verdict, verdict_before=claim.verdict)
    return await _say(tx, claim, domain.assessed(claim, verdict), fact)


async def request_text(tx: Tx, id: UUID, wanted: Wanted) -> Correction:
    """Ask review for a text about it in one language. Raises `Conflict`, `Gone`, `Invalid`, `NotFound`."""
    claim = await queries.claim_by_id(tx, id, lock=True)
    refuse(domain.refuse_answering(claim))
    assert claim.verdict is not None
    worded = [one.wording for one in await queries.variants(tx, id) if one.language == wanted.language]
    about = About(
        claim=id,
        programme=claim.programme,
        topic=claim.topic,
        gist=claim.gist,
        wording=worded[0] if worded else None,
        kind=domain.reply_kind(claim.verdict),
        verdict=claim.verdict,
    )
    return await corrections.request(tx, about, wanted)


async def watch(tx: Tx, id: UUID) -> Claim:
    """It is answered; only its spread is watched. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    claim = await _load(tx, id)
    refuse(domain.refuse_watching(claim))
    return await _say(tx, claim, domain.watched(claim), ClaimWatched(**_of_topic(tx, claim)))


async def close(tx: Tx, id: UUID) -> Claim:
    """It no longer goes round. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    claim = await _load(tx, id)
    refuse(domain.refuse_closing(claim, await queries.open_repairs(tx, id)))
    assert claim.verdict is not None
    fact = ClaimClosed(**_of_topic(tx, claim), verdict=claim.verdict)
    return await _say(tx, claim, domain.closed(claim, tx.now), fact)


async def forget(tx: Tx, id: UUID) -> Claim:
    """Wordings, links, drafts and texts go; what was counted stands. Raises `Conflict`, `Gone`, `NotFound`, `Stale`."""
    claim = await _load(tx, id)
    refuse(domain.refuse_forgetting(claim))
    await corrections.forget_all(tx, id)
    await queries.forget(tx, id)
    return await _say(tx, claim, domain.forgotten(claim), ClaimForgotten())


async def over(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Claims that were closed longer ago than their programme keeps working records."""
    found: list[UUID] = []
    for code, policy in await _policies(tx, now):
        found += await queries.closed_before(tx, code, now - timedelta(days=policy.working_days), limit)
    return found[:limit]


async def links_over(tx: Tx, now: datetime, limit: int) -> list[UUID]:
    """Sightings whose link has had its days."""
    found: list[UUID] = []
    for code, policy in await _policies(tx, now):
        found += await queries.links_before(tx, code, now - timedelta(days=policy.permalink_days), limit)
    return found[:limit]


async def forget_link(tx: Tx, id: UUID) -> None:
    """Forget a sighting's link, unless somebody was faster."""
    sighting = await queries.sighting_by_id(tx, id, lock=True)
    if sighting.link is not None:
        await say_sighting(tx, sighting, replace(sighting, link=None), SightingLinkForgotten())


async def _policies(tx: Tx, now: datetime) -> list[tuple[str, Policy]]:
    dated = [(found.code, in_force(found.policies, local_day(now))) for found in await programmes(tx)]
    return [(code, found.policy) for code, found in dated if found is not None]


async def retire(tx: Tx, id: UUID) -> None:
    """Forget a claim whose days are over, unless somebody was faster."""
    claim = await queries.claim_by_id(tx, id, lock=True)
    if claim.status is Status.CLOSED and domain.refuse_forgetting(claim) is None:
        await forget(tx, id)


def counted(tx: Tx, claim: Claim, sighting: Sighting) -> dict[str, Any]:
    """The codes a fact about a sighting is counted by, as of now."""
    return _of_topic(tx, claim) | {"platform": sighting.platform, "language": sighting.language}


async def say_sighting(
    tx: Tx,
    loaded: Sighting,
    changed: Sighting,
    fact: Fact,
    concerns: UUID | None = None,
    text: Forgettable | None = None,
) -> Sighting:
    """Save a changed sighting and emit the one fact that says what changed; it concerns its claim, or the text that
    review judges."""
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save_sighting(tx, saved, loaded.version)
    tx.emit(
        fact,
        id=saved.id,
        version=saved.version,
        programme=saved.programme,
        concerns=concerns or saved.claim,
        after=loaded.changed_at,
        forgettable=text,
    )
    return saved


def _of_topic(tx: Tx, claim: Claim) -> dict[str, Any]:
    return {"week": iso_week(tx.now), "topic": fact_topic(claim.topic)}


async def _load(tx: Tx, id: UUID) -> Claim:
    claim = await queries.claim_by_id(tx, id, lock=True)
    tx.expect(claim.version)
    return claim


async def _say(tx: Tx, loaded: Claim, changed: Claim, fact: Fact) -> Claim:
    saved = replace(changed, version=loaded.version + 1, changed_at=max(tx.now, loaded.changed_at))
    await queries.save(tx, saved, loaded.version)
    tx.emit(fact, id=saved.id, version=saved.version, programme=saved.programme, after=loaded.changed_at)
    return saved
