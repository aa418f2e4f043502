"""Who acts: the pseudonymous staff id and the roles a token gives in each programme."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """`roles` maps programme to role codes; flat lists would multiply into rights nobody gave."""

    staff: UUID | None
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    office: UUID | None = None
    fixed_role: str | None = None

    def programmes_for(self, allowed: tuple[str, ...]) -> frozenset[str]:
        """The programmes in which this person holds at least one of the allowed roles."""
        return frozenset(programme for programme, roles in self.roles.items() if roles & set(allowed))

    def role_in(self, programme: str, allowed: tuple[str, ...]) -> str | None:
        """The first of the allowed roles held in a programme: in this role she acts."""
        if self.fixed_role:
            return self.fixed_role
        held = self.roles.get(programme, frozenset())
        return next((role for role in allowed if role in held), None)

    def holds(self, programme: str, role: str) -> bool:
        return role in self.roles.get(programme, frozenset())


SYSTEM = Actor(staff=None, fixed_role="system")
HOLDER = Actor(staff=None, fixed_role="code-holder")
