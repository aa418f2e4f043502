"""Every SQL statement on the copies of policies."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.contracts.intake import Policy
from libs.kit.errors import Conflict
from libs.kit.transaction import Tx
from services.review.programmes.tables import known_policy

IN_FORCE = (
    sa.select(known_policy.c.policy, known_policy.c.version)
    .where(known_policy.c.programme == bindparam("programme"), known_policy.c.effective_from <= bindparam("day"))
    .order_by(known_policy.c.effective_from.desc(), known_policy.c.version.desc())
    .limit(1)
)
ANY = sa.select(sa.literal(True)).where(known_policy.c.programme == bindparam("programme")).limit(1)
KEEP = sa.insert(known_policy).values(
    {name: bindparam(name) for name in ("programme", "version", "effective_from", "policy")}
)


async def policy_in_force(tx: Tx, programme: str, day: date) -> tuple[Policy, int]:
    """The policy that holds on a day, and its version: of those begun, the one set last for the latest beginning.

    Raises `Conflict`: not_yet_known while review has heard of none, programme_not_running when none has begun.
    """
    row = await tx.fetch_one(IN_FORCE, programme=programme, day=day)
    if row is not None:
        return Policy.model_validate(row["policy"]), row["version"]
    if await tx.fetch_one(ANY, programme=programme):
        raise Conflict("programme_not_running", "This programme has no policy in force today.")
    raise Conflict("not_yet_known", "This programme is not known here yet; try again.", retry_after=1)


async def keep_policy(tx: Tx, programme: str, version: int, effective_from: date, policy: dict[str, Any]) -> None:
    await tx.execute(KEEP, programme=programme, version=version, effective_from=effective_from, policy=policy)
