"""Every SQL statement on the copy of the programmes' policies."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.intake import Policy
from libs.kit.errors import Conflict
from libs.kit.transaction import Tx
from services.referral.programmes.tables import known_policy

KEEP = insert(known_policy).values(
    {name: bindparam(name) for name in ("programme", "version", "effective_from", "policy")}
)
KEEP = KEEP.on_conflict_do_nothing()
IN_FORCE = (
    sa.select(known_policy.c.policy)
    .where(known_policy.c.programme == bindparam("programme"), known_policy.c.effective_from <= bindparam("day"))
    .order_by(known_policy.c.effective_from.desc(), known_policy.c.version.desc())
    .limit(1)
)


async def policy_in_force(tx: Tx, programme: str, day: date) -> Policy:
    """The policy that holds on a day: of those begun, the one set last for the latest beginning. Raises `Conflict`
    while none is known here."""
    row = await tx.fetch_one(IN_FORCE, programme=programme, day=day)
    if row is None:
        raise Conflict("not_yet_known", "This programme's policy is not known here yet; try again.", retry_after=1)
    return Policy.model_validate(row["policy"])


async def keep(tx: Tx, programme: str, version: int, effective_from: date, policy: Policy) -> None:
    """Write the copy of a policy."""
    stored = policy.model_dump(mode="json")
    await tx.execute(KEEP, programme=programme, version=version, effective_from=effective_from, policy=stored)
