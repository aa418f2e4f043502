"""Registering a space."""

from libs.contracts.intake import SpaceRegistered
from libs.kit.clock import local_day
from libs.kit.errors import invalid
from libs.kit.transaction import Tx
from services.intake.programmes.queries import policy_in_force
from services.intake.spaces import queries
from services.intake.spaces.domain import Space, check_languages


async def register(tx: Tx, space: Space) -> Space:
    """Add a space to its programme's inventory. Raises `Forbidden`, `Invalid`."""
    tx.must_act_in(space.programme)
    dated = await policy_in_force(tx, space.programme, local_day(tx.now))
    if dated is None:
        raise invalid("/programme", "programme_not_running", "This programme has no policy in force today.")
    check_languages(space.languages, dated.policy)
    await queries.add(tx, space)
    fact = SpaceRegistered(
        platform=space.platform,
        kind=space.kind,
        languages=space.languages,
        size_class=space.size_class,
        access=space.access,
    )
    tx.emit(fact, id=space.id, version=space.version, programme=space.programme)
    return space
