"""Every SQL statement on the directory."""

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import Land, OfficeKind
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from libs.text.folding import fold
from services.referral.directory.domain import Entry, Mode, Office, covering
from services.referral.directory.tables import office

ENTRY = tuple(column.name for column in fields(Entry))
COLUMNS = ("id", "version", "changed_at", *ENTRY, "search")
LISTS = ("languages", "topics", "modes")
ONE = sa.select(office).where(office.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
ADD = insert(office).values({name: bindparam(name) for name in COLUMNS}).on_conflict_do_nothing()
SAVE = (
    sa.update(office)
    .where(office.c.id == bindparam("id"), office.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)
WORDS_AT_MOST = 8


async def find(tx: Tx, id: UUID, *, lock: bool = False) -> Office | None:
    """An office by its id, or None."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    return _office(row) if row else None


async def office_by_id(tx: Tx, id: UUID) -> Office:
    """Raises `NotFound`."""
    found = await find(tx, id)
    if found is None:
        raise NotFound("office_unknown", "There is no office with this id.")
    return found


async def listed(
    tx: Tx, wanted: dict[str, Any], after: tuple[str, UUID] | None, limit: int
) -> tuple[list[Office], int]:
    """One page by name, one row more than asked for, and how many match, up to the cap."""
    matching = sa.select(office).where(*_conditions(**wanted))
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(matching.limit(CAP + 1).subquery()))
    if after is not None:
        matching = matching.where(sa.tuple_(office.c.name, office.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(matching.order_by(office.c.name, office.c.id).limit(limit + 1))
    assert total is not None
    return [_office(row) for row in rows], total[0]


def _conditions(
    active: bool,
    language: str | None = None,
    topic: str | None = None,
    land: str | None = None,
    kind: str | None = None,
    q: str | None = None,
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [office.c.active.is_(active)]
    if language is not None:
        # Basic filtering of RFC 4647: `sr` finds sr and sr-Latn, `de-simple` only itself.
        spoken = sa.func.unnest(office.c.languages).column_valued("spoken")
        fitting = sa.select(spoken).where((spoken == language) | spoken.startswith(f"{language}-"))
        found.append(fitting.correlate(office).exists())
    if topic is not None:
        found.append(office.c.topics.op("&&")(sa.cast(covering(topic), pg.ARRAY(sa.Text))))
    if land is not None:
        found.append(office.c.land == land)
    if kind is not None:
        found.append(office.c.kind == kind)
    words = fold(q).split()[:WORDS_AT_MOST] if q else []
    return [*found, *(office.c.search.contains(word, autoescape=True) for word in words)]


async def add(tx: Tx, made: Office) -> bool:
    """Write a new office. False when somebody was faster with the same id."""
    return bool(await tx.execute(ADD, **_values(made)))


async def save(tx: Tx, changed: Office, loaded: int) -> None:
    """Write a changed office over the version that was loaded."""
    touched = await tx.execute(SAVE, **_values(changed), loaded=loaded)
    assert touched == 1, "the row was locked when it was loaded"


def _values(made: Office) -> dict[str, Any]:
    entry = asdict(made.entry)
    search = fold(" ".join(filter(None, (made.entry.name, made.entry.city))))
    values = {"id": made.id, "version": made.version, "changed_at": made.changed_at, "search": search}
    return values | entry | {name: list(entry[name]) for name in LISTS}


def _office(row: asyncpg.Record) -> Office:
    values = {name: row[name] for name in ENTRY}
    values |= {name: tuple(row[name]) for name in LISTS}
    values |= {
        "kind": OfficeKind(row["kind"]),
        "land": Land(row["land"]),
        "modes": tuple(Mode(mode) for mode in row["modes"]),
    }
    return Office(row["id"], row["version"], row["changed_at"], Entry(**values))
