"""Rules on spaces."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.codes import Access, Platform, SizeClass, SpaceKind
from libs.contracts.intake import Policy
from libs.kit.errors import invalid

LIMITS = ((10_000, SizeClass.UNDER_10000), (100_000, SizeClass.UNDER_100000))


@dataclass(frozen=True)
class Space:
    """A monitored unit: group, page, channel, chat or forum. `members` is an audience, never a reach."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    platform: Platform
    kind: SpaceKind
    name: str
    languages: tuple[str, ...]
    members: int
    access: Access

    @property
    def size_class(self) -> SizeClass:
        return size_class(self.members)


def size_class(members: int) -> SizeClass:
    """The coarse class a fact may carry; the count itself would name the space."""
    return next((size for limit, size in LIMITS if members < limit), SizeClass.FROM_100000)


def check_languages(languages: tuple[str, ...], policy: Policy) -> None:
    """At least one language of a space must be one the programme counsels in. Raises `Invalid`."""
    if not set(languages) & set(policy.languages):
        raise invalid("/languages", "language_not_offered", "The programme counsels in none of these languages.")
