"""Rules on professional accounts: which state follows which, and what an account must have before it speaks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from libs.contracts.codes import Platform
from libs.contracts.intake_accounts import AccountCause, AccountRegard, AccountState
from libs.kit.clock import iso_week
from libs.kit.errors import Conflict, Fault, Invalid, invalid

LIVE, WARNED, BLOCKED = AccountState.LIVE, AccountState.WARNED, AccountState.BLOCKED
RECOVERED, RETIRED = AccountState.RECOVERED, AccountState.RETIRED
# Retired is the end: who comes back with the same name opens a new account, and the page tells them apart.
NEXT: Mapping[AccountState, tuple[AccountState, ...]] = {
    AccountState.REQUESTED: (LIVE, RETIRED),
    LIVE: (WARNED, BLOCKED, RETIRED),
    WARNED: (LIVE, BLOCKED, RETIRED),
    BLOCKED: (RECOVERED, RETIRED),
    RECOVERED: (WARNED, BLOCKED, RETIRED),
    RETIRED: (),
}
# In these the account may write in a group.
SPEAKING = (LIVE, WARNED, RECOVERED)
WEEKS_BACK = 26
WEEK = re.compile(r"[0-9]{4}-W(0[1-9]|[1-4][0-9]|5[0-3])")


@dataclass(frozen=True)
class Account:
    """`label` is the name people see, `notices` the privacy notice for each language (arts. 13, 14 GDPR)."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    state: AccountState
    cause: AccountCause | None
    since: datetime
    platform: Platform
    label: str
    link: str | None
    languages: tuple[str, ...]
    notices: Mapping[str, str]


@dataclass(frozen=True)
class WeeklyStanding:
    """One week of one account: regard, and counts of what happened to it. Never who."""

    week: str
    regard: AccountRegard
    admin_requests: int
    thanks: int
    passed_on: int
    removed: int
    warnings: int


def check_described(languages: tuple[str, ...], notices: Mapping[str, str], offered: tuple[str, ...]) -> None:
    """Refuse languages the programme does not counsel in, and notices in languages the account does not speak."""
    faults = [
        Fault(f"/languages/{place}", "language_not_offered", "The programme does not counsel in this language.")
        for place, language in enumerate(languages)
        if language not in offered
    ]
    faults += [
        Fault(f"/notices/{language}", "language_not_spoken", "The account does not speak this language.")
        for language in notices
        if language not in languages
    ]
    if len(set(languages)) != len(languages):
        faults.append(Fault("/languages", "repeated", "A language is named twice."))
    if faults:
        raise Invalid("account_contradicts_itself", "The account and its programme do not fit.", errors=tuple(faults))


def missing_notices(account: Account) -> tuple[str, ...]:
    """The languages the account speaks without a privacy notice in them."""
    return tuple(language for language in account.languages if language not in account.notices)


def refusal(account: Account, state: AccountState) -> str | None:
    """The code of what stands between the account and a state, or None."""
    if state not in NEXT[account.state]:
        return "account_state"
    if state in SPEAKING and missing_notices(account):
        return "notice_missing"
    if state in SPEAKING and account.link is None:
        return "link_missing"
    return None


SENTENCES = {
    "account_state": "An account in this state cannot come into that one.",
    "notice_missing": "A notice link is missing for a language the account speaks; add it first.",
    "link_missing": "Nobody can tell the account from a fake without its link; add it first.",
}


def moved(account: Account, state: AccountState, cause: AccountCause, now: datetime) -> Account:
    """The account in its next state. Raises `Conflict`."""
    problem = refusal(account, state)
    if problem is not None:
        raise Conflict(problem, SENTENCES[problem])
    moment = max(now, account.changed_at)
    return replace(account, state=state, cause=cause, since=moment, changed_at=moment, version=account.version + 1)


def check_kept(account: Account) -> None:
    """A speaking account keeps its link and a notice for every language. Raises `Conflict`."""
    if account.state in SPEAKING:
        problem = "notice_missing" if missing_notices(account) else "link_missing" if account.link is None else None
        if problem is not None:
            raise Conflict(problem, SENTENCES[problem])


def check_week(week: str, now: datetime) -> None:
    """A standing is noted in its week or within half a year after. Raises `Invalid`."""
    if not iso_week(now - timedelta(weeks=WEEKS_BACK)) <= week <= iso_week(now):
        raise invalid(
            "/week", "week_out_of_reach", f"A week is expected that is over or runs, {WEEKS_BACK} back at most."
        )
