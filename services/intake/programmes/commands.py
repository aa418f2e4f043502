"""Setting a programme's policy."""

from datetime import date

from libs.contracts.intake import Policy, ProgrammeConfigured
from libs.kit.transaction import Tx
from services.intake.programmes import domain, queries
from services.intake.programmes.domain import Dated


async def configure(tx: Tx, code: str, effective_from: date, policy: Policy) -> int:
    """Set the policy that holds from a day on; returns the programme's new version. Raises `Invalid`, `Stale`."""
    domain.check_policy(policy)
    tx.must_act_in(code)
    programme = await queries.programme_by_code(tx, code, lock=True)
    tx.expect(programme.version)
    version, moment = programme.version + 1, max(tx.now, programme.changed_at or tx.now)
    await queries.save(tx, code, version, moment, Dated(version, effective_from, policy))
    tx.emit(
        ProgrammeConfigured(effective_from=effective_from, policy=policy),
        id=code,
        version=version,
        programme=code,
        after=programme.changed_at,
    )
    return version


async def configure_missing(tx: Tx, code: str, effective_from: date, policy: Policy) -> bool:
    """At a first start: set what is shipped, unless the programme exists. Two replicas starting at once do it once."""
    await tx.connection.execute("SELECT pg_advisory_xact_lock(hashtext('programmes'))")
    if (await queries.programme_by_code(tx, code)).version:
        return False
    await configure(tx, code, effective_from, policy)
    return True
