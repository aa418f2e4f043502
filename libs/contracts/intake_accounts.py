"""Facts of a programme's professional accounts on platforms: what may be known of them is about the account, never
about who writes with it.
"""

from enum import StrEnum

from libs.contracts.codes import Platform
from libs.contracts.envelope import Fact, fact
from libs.contracts.types import Count, IsoWeek, LanguageTag


class AccountState(StrEnum):
    REQUESTED = "requested"
    LIVE = "live"
    WARNED = "warned"
    BLOCKED = "blocked"
    RECOVERED = "recovered"
    RETIRED = "retired"


class AccountCause(StrEnum):
    """Why an account came into its state."""

    SET_UP = "set-up"
    PLATFORM_RULES = "platform-rules"
    REPORTED_BY_USERS = "reported-by-users"
    IMPERSONATED = "impersonated"
    APPEAL_GRANTED = "appeal-granted"
    PLATFORM_LEFT = "platform-left"
    PROGRAMME_ENDED = "programme-ended"
    UNKNOWN = "unknown"


class AccountRegard(StrEnum):
    """How an account is met in its groups, as one week showed it."""

    UNKNOWN = "unknown"
    NOTICED = "noticed"
    WELCOME = "welcome"
    TRUSTED = "trusted"
    DOUBTED = "doubted"


@fact("ev.intake.account.{id}.requested.v1")
class AccountRequested(Fact):
    """A professional account was asked for; `languages` are those it speaks."""

    platform: Platform
    languages: tuple[LanguageTag, ...]


@fact("ev.intake.account.{id}.described.v1")
class AccountDescribed(Fact):
    """Label, link, languages or notice links were changed."""

    languages: tuple[LanguageTag, ...]
    notices: tuple[LanguageTag, ...]


@fact("ev.intake.account.{id}.moved.v1")
class AccountMoved(Fact):
    """The account is in another state."""

    platform: Platform
    state: AccountState
    state_before: AccountState
    cause: AccountCause


@fact("ev.intake.account.{id}.standing-noted.v1")
class AccountStandingNoted(Fact):
    """How an account stood in one week, noted or noted anew: regard and counts, nothing about who."""

    week: IsoWeek
    platform: Platform
    regard: AccountRegard
    admin_requests: Count
    thanks: Count
    passed_on: Count
    removed: Count
    warnings: Count
