"""Writing down a week in a space, and correcting it."""

from dataclasses import replace

from libs.contracts.intake_spaces import SpaceObserved
from libs.kit.transaction import Tx
from services.intake.observations import domain, queries
from services.intake.observations.domain import Observation
from services.intake.spaces import commands as spaces
from services.intake.spaces.domain import Space, size_class


async def observe(tx: Tx, observation: Observation) -> Space:
    """Write down a week, or correct it; the newest week's members become the space's own. Returns the space at its new
    version. Raises `Invalid`, `NotFound`, `Stale`.
    """
    domain.check(observation, tx.now)
    space = await spaces.load(tx, observation.space)
    latest = await queries.latest_week(tx, space.id)
    corrected = latest is not None and await queries.one(tx, space.id, observation.week) is not None
    await queries.write(tx, space.programme, observation)
    newest = latest is None or latest <= observation.week
    fact = SpaceObserved(
        week=observation.week,
        platform=space.platform,
        size_class=size_class(observation.members),
        tone=observation.tone,
        rules_changed=bool(observation.rule_changes),
        corrected=corrected,
    )
    return await spaces.say(tx, space, replace(space, members=observation.members) if newest else space, fact)
