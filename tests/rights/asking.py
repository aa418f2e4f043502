"""What is asked of an operation: on an object made for it, in a state in which whoever may do it also can."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from libs.kit.ids import new_id
from tests.services.probe import Person

S = TypeVar("S")
Case = Callable[[S, Person], Awaitable["Ask"]]


@dataclass(frozen=True)
class Ask:
    """One request. `about` is the id whose existence it must not tell to strangers; `traces` are what a list shows to
    whoever may see it, and to nobody else."""

    path: dict[str, str] = field(default_factory=dict)
    body: Any = None
    version: int | None = None
    query: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    traces: tuple[str, ...] = ()

    def of_nothing(self) -> "Ask":
        """The same asked about something that does not exist."""
        other = str(new_id())
        return replace(self, path=_instead(self.path, self.about, other), body=_instead(self.body, self.about, other))


def about(id: str | UUID, body: Any = None, version: int | None = None, **query: Any) -> Ask:
    """A request on the one thing with this id."""
    return Ask({"id": str(id)}, body, version, query, about=str(id))


def listing(*traces: str | UUID, **query: Any) -> Ask:
    """A request for a list that shows these."""
    return Ask(query={"limit": 200, **query}, traces=tuple(map(str, traces)))


def _instead(value: Any, id: str, other: str) -> Any:
    if isinstance(value, dict):
        return {name: _instead(one, id, other) for name, one in value.items()}
    return other if value == id else value
