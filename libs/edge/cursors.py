"""Keyset cursors for lists: opaque, bound by an HMAC to the route, the sort and the filters they were made for."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Hashable, Sequence
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from libs.edge.bodies import Page, Relation
from libs.kit.errors import Invalid

R = TypeVar("R")
P = TypeVar("P")

# Beyond this a total is not counted: write `SELECT count(*) FROM (... LIMIT 10001)`.
CAP = 10_000
MAC = 16


class Query(BaseModel):
    """What a list or a read takes in its query."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Paged(Query):
    """A query of a list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=1_000, pattern=r"^[A-Za-z0-9_-]+=*$")] | None = None


class Paging(Generic[P]):
    """One request's place in a list. `P` is the tuple that sorts a row, ending in its id: `tuple[datetime, UUID]`.

    `after` is the place of the last row seen, or None on the first page; ask the store for `limit + 1` rows after it.
    """

    def __init__(self, key: bytes, route: str, query: Paged, sort: str, place: type[P]) -> None:
        self.key, self.limit, self._places = key, query.limit, _adapter(cast(Hashable, place))
        filters = query.model_dump_json(exclude={"cursor", "limit"})
        self._bound = to_json([route, sort, filters])
        self.after: P | None = self._read(query.cursor) if query.cursor is not None else None

    def page(self, rows: Sequence[R], place: Callable[[R], P], total: int) -> tuple[list[R], Page]:
        """The rows of this page and where the list goes on. `total` counts all rows that match, up to `CAP` + 1."""
        shown = list(rows[: self.limit])
        following = self._write(place(shown[-1])) if len(rows) > self.limit else None
        relation: Relation = "at_least" if total > CAP else "exact"
        return shown, Page(next=following, limit=self.limit, total=min(total, CAP), total_relation=relation)

    def _write(self, place: P) -> str:
        raw = self._places.dump_json(place)
        return urlsafe_b64encode(self._mac(raw) + raw).decode().rstrip("=")

    def _read(self, cursor: str) -> P:
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            if not hmac.compare_digest(raw[:MAC], self._mac(raw[MAC:])):
                raise mismatch()
            return cast(P, self._places.validate_json(raw[MAC:]))
        except (ValueError, ValidationError):
            raise mismatch() from None

    def _mac(self, raw: bytes) -> bytes:
        return hmac.digest(self.key, self._bound + b"\x00" + raw, hashlib.sha256)[:MAC]


def mismatch() -> Invalid:
    return Invalid("cursor_mismatch", "This cursor was made for another list; start again without it.")


@cache
def _adapter(place: Any) -> TypeAdapter[Any]:
    return TypeAdapter(place)
