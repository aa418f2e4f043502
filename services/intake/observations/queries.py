"""Every SQL statement on weekly observations. Ten years of five thousand spaces are 2.6 million rows: each list is one
range of one index, and `tests/services/intake/observations/test_plans.py` asks PostgreSQL whether it is.
"""

from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.space_codes import PostingRule, Tone
from libs.edge.cursors import CAP
from libs.kit.transaction import Tx
from services.intake.observations.domain import Observation
from services.intake.observations.tables import space_observation

observed = space_observation
COLUMNS = tuple(column.name for column in fields(Observation))
WRITE = insert(observed).values({name: bindparam(name) for name in ("programme", *COLUMNS)})
WRITE = WRITE.on_conflict_do_update(
    index_elements=["space", "week"], set_={name: WRITE.excluded[name] for name in COLUMNS[2:]}
)
ONE = sa.select(observed).where(observed.c.space == bindparam("space"), observed.c.week == bindparam("week"))
LATEST = (
    sa.select(observed.c.week).where(observed.c.space == bindparam("space")).order_by(observed.c.week.desc()).limit(1)
)
NEWEST_FIRST = (observed.c.week.desc(), observed.c.space.desc())
Chosen = sa.Select[Any]


def of_space(space: UUID, since: str | None, until: str | None) -> Chosen:
    """The weeks of one space."""
    return _between(sa.select(observed).where(observed.c.space == space), since, until)


def of_programme(programme: str, since: str | None, until: str | None) -> Chosen:
    """The weeks of all spaces of a programme."""
    return _between(sa.select(observed).where(observed.c.programme == programme), since, until)


def counted(wanted: Chosen) -> Chosen:
    """How many there are, up to the cap. The order keeps the planner on the index: without it, it reads the table from
    its beginning, in the hope of meeting enough rows soon.
    """
    found = wanted.with_only_columns(observed.c.week).order_by(*NEWEST_FIRST).limit(CAP + 1)
    return sa.select(sa.func.count()).select_from(found.subquery())


def page(wanted: Chosen, after: tuple[str, UUID] | None, limit: int) -> Chosen:
    """One page, the newest week first, one row more than asked for."""
    if after is not None:
        wanted = wanted.where(sa.tuple_(observed.c.week, observed.c.space) < sa.tuple_(*after))
    return wanted.order_by(*NEWEST_FIRST).limit(limit + 1)


async def listed(tx: Tx, wanted: Chosen, after: tuple[str, UUID] | None, limit: int) -> tuple[list[Observation], int]:
    """One page and the total of what `of_space` or `of_programme` chose."""
    total = await tx.fetch_one(counted(wanted))
    rows = await tx.fetch(page(wanted, after, limit))
    assert total is not None
    return [_observation(row) for row in rows], total[0]


async def one(tx: Tx, space: UUID, week: str) -> Observation | None:
    """What is known of one week, or None."""
    row = await tx.fetch_one(ONE, space=space, week=week)
    return _observation(row) if row else None


async def latest_week(tx: Tx, space: UUID) -> str | None:
    """The newest week that was observed."""
    row = await tx.fetch_one(LATEST, space=space)
    return row["week"] if row else None


async def write(tx: Tx, programme: str, observation: Observation) -> None:
    """Write one week, or write it anew."""
    values = {name: getattr(observation, name) for name in COLUMNS}
    await tx.execute(WRITE, programme=programme, **{**values, "rule_changes": list(observation.rule_changes)})


def _between(wanted: Chosen, since: str | None, until: str | None) -> Chosen:
    if since is not None:
        wanted = wanted.where(observed.c.week >= since)
    return wanted if until is None else wanted.where(observed.c.week <= until)


def _observation(row: asyncpg.Record) -> Observation:
    values = {name: row[name] for name in COLUMNS}
    rules = tuple(map(PostingRule, row["rule_changes"]))
    return Observation(**values | {"tone": Tone(row["tone"]), "rule_changes": rules})
