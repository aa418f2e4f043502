"""Registering a space, describing it, and bringing it into its next state."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from libs.contracts.envelope import Fact
from libs.contracts.intake import SpaceRegistered
from libs.contracts.intake_spaces import SpaceDescribed, SpaceMoved
from libs.contracts.space_codes import SpaceReason, SpaceState
from libs.kit.clock import local_day
from libs.kit.errors import invalid
from libs.kit.transaction import Tx
from services.intake.programmes.queries import policy_in_force
from services.intake.spaces import domain, queries
from services.intake.spaces.domain import Space, check_languages


async def register(tx: Tx, space: Space) -> Space:
    """Add a space to its programme's inventory. Raises `Forbidden`, `Invalid`."""
    tx.must_act_in(space.programme)
    await _check(tx, space)
    await queries.add(tx, space)
    fact = SpaceRegistered(
        platform=space.platform,
        kind=space.kind,
        languages=space.languages,
        size_class=space.size_class,
        access=space.access,
        state=space.state,
    )
    tx.emit(fact, id=space.id, version=space.version, programme=space.programme)
    return space


async def describe(tx: Tx, id: UUID, known: dict[str, Any]) -> Space:
    """Write anew what is known of a space. Raises `Conflict`, `Invalid`, `NotFound`, `Stale`."""
    found = await load(tx, id)
    changed = replace(found, **known)
    domain.check_kept(changed)
    await _check(tx, changed)
    fact = SpaceDescribed(
        languages=changed.languages,
        region=changed.region,
        professions=changed.professions,
        rules=changed.rules or (),
        access=changed.access,
        size_class=changed.size_class,
    )
    return await say(tx, found, changed, fact)


async def move(tx: Tx, id: UUID, state: SpaceState, reason: SpaceReason | None) -> Space:
    """Bring a space into its next state. Raises `Conflict`, `Invalid`, `NotFound`, `Stale`."""
    found = await load(tx, id)
    changed = domain.moved(found, state, reason)
    fact = SpaceMoved(
        platform=found.platform, size_class=found.size_class, state=state, state_before=found.state, reason=reason
    )
    return await say(tx, found, changed, fact)


async def load(tx: Tx, id: UUID) -> Space:
    """Lock a space and hold it against If-Match. Raises `NotFound`, `Stale`."""
    found = await queries.space_by_id(tx, id, lock=True)
    tx.expect(found.version)
    return found


async def say(tx: Tx, found: Space, changed: Space, fact: Fact) -> Space:
    """Save a changed space and emit the one fact that says what changed; returns it at its new version."""
    saved = replace(changed, version=found.version + 1, changed_at=max(tx.now, found.changed_at))
    await queries.save(tx, saved, found.version)
    tx.emit(fact, id=saved.id, version=saved.version, programme=saved.programme, after=found.changed_at)
    return saved


async def _check(tx: Tx, space: Space) -> None:
    dated = await policy_in_force(tx, space.programme, local_day(tx.now))
    if dated is None:
        raise invalid("/programme", "programme_not_running", "This programme has no policy in force today.")
    check_languages(space.languages, dated.policy)
