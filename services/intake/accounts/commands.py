"""Asking for an account, describing it, moving it, and noting how it stood in a week."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from libs.contracts.envelope import Fact
from libs.contracts.intake_accounts import (
    AccountCause,
    AccountDescribed,
    AccountMoved,
    AccountRequested,
    AccountStandingNoted,
    AccountState,
)
from libs.kit.clock import local_day
from libs.kit.errors import invalid
from libs.kit.transaction import Tx
from services.intake.accounts import domain, queries
from services.intake.accounts.domain import Account, WeeklyStanding
from services.intake.programmes.queries import policy_in_force


async def request(tx: Tx, account: Account) -> None:
    """Add an account that is asked for. Raises `Forbidden`, `Invalid`."""
    tx.must_act_in(account.programme)
    await _check_described(tx, account.programme, account.languages, account.notices)
    await queries.add(tx, account)
    fact = AccountRequested(platform=account.platform, languages=account.languages)
    tx.emit(fact, id=account.id, version=account.version, programme=account.programme)


async def describe(
    tx: Tx, id: UUID, label: str, link: str | None, languages: tuple[str, ...], notices: Mapping[str, str]
) -> int:
    """Change what people see of an account; returns its version. Raises `Conflict`, `Invalid`, `NotFound`, `Stale`."""
    found = await _loaded(tx, id)
    await _check_described(tx, found.programme, languages, notices)
    changed = replace(found, label=label, link=link, languages=languages, notices=notices)
    domain.check_kept(changed)
    fact = AccountDescribed(languages=languages, notices=tuple(sorted(notices)))
    return await _say(tx, found, changed, fact)


async def move(tx: Tx, id: UUID, state: AccountState, cause: AccountCause) -> int:
    """Bring an account into its next state; returns its version. Raises `Conflict`, `NotFound`, `Stale`."""
    found = await _loaded(tx, id)
    changed = domain.moved(found, state, cause, tx.now)
    fact = AccountMoved(platform=found.platform, state=state, state_before=found.state, cause=cause)
    return await _say(tx, found, changed, fact)


async def note(tx: Tx, id: UUID, standing: WeeklyStanding) -> int:
    """Note how an account stood in a week, or correct it; returns its version. Raises `Invalid`, `NotFound`,
    `Stale`."""
    domain.check_week(standing.week, tx.now)
    found = await _loaded(tx, id)
    await queries.note(tx, found, standing)
    counts = {name: getattr(standing, name) for name in queries.STANDING_COLUMNS}
    return await _say(tx, found, found, AccountStandingNoted(platform=found.platform, **counts))


async def _loaded(tx: Tx, id: UUID) -> Account:
    found = await queries.account_by_id(tx, id, lock=True)
    tx.expect(found.version)
    return found


async def _say(tx: Tx, found: Account, changed: Account, fact: Fact) -> int:
    moment = max(tx.now, found.changed_at)
    saved = replace(changed, version=found.version + 1, changed_at=moment)
    await queries.save(tx, saved, found.version)
    tx.emit(fact, id=found.id, version=saved.version, programme=found.programme, after=found.changed_at)
    return saved.version


async def _check_described(tx: Tx, programme: str, languages: tuple[str, ...], notices: Mapping[str, str]) -> None:
    dated = await policy_in_force(tx, programme, local_day(tx.now))
    if dated is None:
        raise invalid("/programme", "programme_not_running", "This programme has no policy in force today.")
    domain.check_described(languages, notices, dated.policy.languages)
