"""One answer's way through review: submitted, taken, read, decided, and released by a second speaker or, by policy,
with the author's own back-translation."""

from typing import Any

from cli.client import Answer
from cli.demo.plan import Fate
from cli.demo.walk import CHANGED, GERMAN, MENDED, RETURNED_FOR, REVIEW, Walk

BACK_TRANSLATED_EVERY = 8


async def review(walk: Walk) -> str | None:
    """Returns the submission whose text may be posted, or None when it may not."""
    line, fate = walk.plan.line, walk.plan.fate
    variant = {"language": walk.language, "text": line.variant(walk.language)}
    body = {"question": walk.id, "core": line.core, "variant": {k: v for k, v in variant.items() if v is not None}}
    # Review may hear of the triage a moment after we were told of it.
    made = await walk.counsellor.post(f"{REVIEW}/submissions", body, passing=("not_triaged", "language_differs"))
    walk.count("submitted")
    path = f"{REVIEW}/submissions/{made['id']}"
    taken = await _taken(walk, path, made)
    if fate is Fate.BLOCKED:
        await _decide(walk, path, "block", taken, {"reasons": ["needs-lawyer"]})
        walk.count("blocked")
        return None
    if fate is Fate.RETURNED:
        taken = await _returned(walk, path, taken)
    approved = await _approved(walk, path, taken)
    if walk.language != GERMAN and not await _released(walk, path, approved):
        walk.count("waiting_for_a_second_speaker")
        return None
    walk.count("released")
    submission: str = made["id"]
    return submission


async def _taken(walk: Walk, path: str, at: Answer) -> Answer:
    """A jurist takes it from the queue and reads question and draft; her reading is recorded."""
    taken = await walk.jurist.post(f"{path}/taking", version=at["version"])
    await walk.jurist.get(path)
    return taken


async def _decide(walk: Walk, path: str, what: str, at: Answer, body: dict[str, Any]) -> Answer:
    said = {"core_version": at["core_version"], **body}
    return await walk.jurist.post(f"{path}/{what}", said, version=at["version"])


async def _returned(walk: Walk, path: str, taken: Answer) -> Answer:
    reason = RETURNED_FOR[walk.plan.number % len(RETURNED_FOR)]
    returned = await _decide(walk, path, "return", taken, {"reasons": [reason]})
    walk.count("returned")
    words = {"core": walk.plan.line.core + MENDED}
    revised = await walk.counsellor.post(f"{path}/revision", words, version=returned["version"])
    walk.count("revised")
    return await _taken(walk, path, revised)


async def _approved(walk: Walk, path: str, taken: Answer) -> Answer:
    if walk.plan.fate is not Fate.CHANGED:
        approved = await _decide(walk, path, "approval", taken, {})
        walk.count("approved")
        return approved
    approved = await _decide(walk, path, "approval", taken, {"core": walk.plan.line.core + CHANGED})
    walk.count("approved", "changed")
    confirmed = await walk.counsellor.post(f"{path}/confirmation", version=approved["version"])
    walk.count("confirmed")
    return confirmed


async def _released(walk: Walk, path: str, approved: Answer) -> bool:
    """Read against the core by somebody else who speaks the language, or by policy translated back by its author;
    False where nobody speaks it and the policy knows no other way."""
    cast, plan = walk.stage.cast, walk.plan
    speaker = cast.second_speaker(plan.programme, walk.language)
    body: dict[str, Any] = {"variant_version": approved["variant_version"], "method": "second-speaker"}
    translated = bool(walk.stage.policies[plan.programme]["back_translation"])
    if translated and (speaker is None or plan.number % BACK_TRANSLATED_EVERY == 0):
        body |= {"method": "back-translation", "back_translation": plan.line.core}
        speaker = walk.person
        walk.count("back_translated")
    if speaker is None:
        return False
    await cast.caller(speaker).post(f"{path}/release", body, version=approved["version"])
    return True
