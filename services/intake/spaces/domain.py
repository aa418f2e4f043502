"""Rules on spaces: which state follows which, and what must be known before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from libs.contracts.codes import Access, Land, Platform, SizeClass, SpaceKind
from libs.contracts.intake import Policy
from libs.contracts.space_codes import PostingRule, ProfessionFocus, SpaceReason, SpaceRisk, SpaceState
from libs.kit.errors import Conflict, invalid

LIMITS = ((10_000, SizeClass.UNDER_10000), (100_000, SizeClass.UNDER_100000))
CANDIDATE, ASSESSED, CONTACTED = SpaceState.CANDIDATE, SpaceState.ASSESSED, SpaceState.ADMIN_CONTACTED
JOINED, REFUSED, ACTIVE = SpaceState.JOINED, SpaceState.REFUSED, SpaceState.ACTIVE
PAUSED, LOST, ARCHIVED = SpaceState.PAUSED, SpaceState.LOST, SpaceState.ARCHIVED
# A refusal and a loss are not the end: administrators change, and who was removed may be asked back.
NEXT: Mapping[SpaceState, tuple[SpaceState, ...]] = {
    CANDIDATE: (ASSESSED, ARCHIVED),
    ASSESSED: (CONTACTED, JOINED, ARCHIVED),
    CONTACTED: (JOINED, REFUSED, ARCHIVED),
    REFUSED: (CONTACTED, ARCHIVED),
    JOINED: (ACTIVE, LOST, ARCHIVED),
    ACTIVE: (PAUSED, LOST, ARCHIVED),
    PAUSED: (ACTIVE, LOST, ARCHIVED),
    LOST: (CONTACTED, ARCHIVED),
    ARCHIVED: (),
}
REASONED = (REFUSED, PAUSED, LOST, ARCHIVED)


@dataclass(frozen=True)
class Space:
    """A monitored unit: group, page, channel, chat or forum. `members` is an audience, never a reach.

    `rules` None means that nobody has read the space's rules yet, the empty tuple that it has none. `communities` are
    the programme's own codes for whom it meets there; keyword lists are kept for them.
    """

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
    state: SpaceState = ACTIVE
    reason: SpaceReason | None = None
    region: Land = Land.UNKNOWN
    place: str | None = None
    professions: tuple[ProfessionFocus, ...] = ()
    communities: tuple[str, ...] = ()
    rules: tuple[PostingRule, ...] | None = None
    risk: SpaceRisk | None = None

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


SENTENCES = {
    "space_state": "A space in this state cannot come into that one.",
    "space_not_assessed": "Region, rules and risk must be known before a space counts as assessed.",
    "admins_not_asked": "Only an open space is joined without asking its administrators.",
}


def refusal(space: Space, state: SpaceState) -> str | None:
    """The code of what stands between a space and a state, or None."""
    if state not in NEXT[space.state]:
        return "space_state"
    if state is ASSESSED and (space.region is Land.UNKNOWN or space.rules is None or space.risk is None):
        return "space_not_assessed"
    if state is JOINED and space.state is ASSESSED and space.access is not Access.OPEN:
        return "admins_not_asked"
    return None


def moved(space: Space, state: SpaceState, reason: SpaceReason | None) -> Space:
    """The space in its next state. Raises `Conflict`, and `Invalid` for a reason that is missing or means nothing."""
    problem = refusal(space, state)
    if problem is not None:
        raise Conflict(problem, SENTENCES[problem])
    if (reason is not None) != (state in REASONED):
        words = "This state needs a reason." if reason is None else "This state takes no reason."
        raise invalid("/reason", "reason_missing" if reason is None else "reason_unexpected", words)
    return replace(space, state=state, reason=reason)


def check_kept(space: Space) -> None:
    """What was assessed stays known. Raises `Conflict`."""
    if space.state is not CANDIDATE and space.state is not ACTIVE and space.rules is None:
        raise Conflict("space_not_assessed", SENTENCES["space_not_assessed"])
