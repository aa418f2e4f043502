"""Every SQL statement on professional accounts and their weekly standing."""

from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.codes import Platform
from libs.contracts.intake_accounts import AccountCause, AccountRegard, AccountState
from libs.edge.cursors import CAP
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.accounts.domain import Account, WeeklyStanding
from services.intake.accounts.tables import account, account_standing

COLUMNS = tuple(column.name for column in fields(Account))
STANDING_COLUMNS = tuple(column.name for column in fields(WeeklyStanding))
ONE = sa.select(account).where(account.c.id == bindparam("id"))
ONE_LOCKED = ONE.with_for_update()
ADD = sa.insert(account).values({name: bindparam(name) for name in COLUMNS})
SAVE = (
    sa.update(account)
    .where(account.c.id == bindparam("id"), account.c.version == bindparam("loaded"))
    .values({name: bindparam(name) for name in COLUMNS if name != "id"})
)
NOTE = insert(account_standing).values({name: bindparam(name) for name in ("account", "programme", *STANDING_COLUMNS)})
NOTE = NOTE.on_conflict_do_update(
    index_elements=["account", "week"], set_={name: NOTE.excluded[name] for name in STANDING_COLUMNS[1:]}
)
SHOWN = (
    sa.select(account)
    .where(account.c.programme == bindparam("code"), account.c.state != AccountState.REQUESTED.value)
    .order_by(account.c.label, account.c.id)
    .limit(bindparam("limit"))
)


async def account_by_id(tx: Tx, id: UUID, *, lock: bool = False) -> Account:
    """Raises `NotFound`, also for accounts of programmes the caller has no role in."""
    row = await tx.fetch_one(ONE_LOCKED if lock else ONE, id=id)
    if row is None:
        raise NotFound("account_unknown", "There is no account with this id.")
    return _account(row)


async def accounts(
    tx: Tx, programme: str | None, state: AccountState | None, after: tuple[str, UUID] | None, limit: int
) -> tuple[list[Account], int]:
    """One page by label, one row more than asked for, and how many there are, up to the cap."""
    wanted = sa.select(account)
    if programme is not None:
        wanted = wanted.where(account.c.programme == programme)
    if state is not None:
        wanted = wanted.where(account.c.state == state.value)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(sa.tuple_(account.c.label, account.c.id) > sa.tuple_(*after))
    rows = await tx.fetch(wanted.order_by(account.c.label, account.c.id).limit(limit + 1))
    assert total is not None
    return [_account(row) for row in rows], total[0]


async def shown_accounts(tx: Tx, programme: str, limit: int) -> list[Account]:
    """What a programme's public page tells of its accounts: those that were ever used, by label."""
    return [_account(row) for row in await tx.fetch(SHOWN, code=programme, limit=limit)]


async def add(tx: Tx, made: Account) -> None:
    """Write a new account."""
    await tx.execute(ADD, **_values(made))


async def save(tx: Tx, changed: Account, loaded: int) -> None:
    """Write a changed account."""
    touched = await tx.execute(SAVE, loaded=loaded, **_values(changed))
    assert touched == 1, "the account was locked"


async def note(tx: Tx, on: Account, standing: WeeklyStanding) -> None:
    """Write one week's standing, or write it anew."""
    values = {name: getattr(standing, name) for name in STANDING_COLUMNS}
    await tx.execute(NOTE, account=on.id, programme=on.programme, **values)


async def standings(tx: Tx, id: UUID, after: tuple[str, ...] | None, limit: int) -> tuple[list[WeeklyStanding], int]:
    """One page of an account's weeks, the newest first, one row more than asked for, and how many there are."""
    wanted = sa.select(account_standing).where(account_standing.c.account == id)
    total = await tx.fetch_one(sa.select(sa.func.count()).select_from(wanted.limit(CAP + 1).subquery()))
    if after is not None:
        wanted = wanted.where(account_standing.c.week < after[0])
    rows = await tx.fetch(wanted.order_by(account_standing.c.week.desc()).limit(limit + 1))
    assert total is not None
    return [_standing(row) for row in rows], total[0]


def _values(made: Account) -> dict[str, Any]:
    values = {name: getattr(made, name) for name in COLUMNS}
    return values | {"languages": list(made.languages), "notices": dict(made.notices)}


def _account(row: asyncpg.Record) -> Account:
    values = {name: row[name] for name in COLUMNS}
    values |= {
        "state": AccountState(row["state"]),
        "cause": row["cause"] and AccountCause(row["cause"]),
        "platform": Platform(row["platform"]),
        "languages": tuple(row["languages"]),
    }
    return Account(**values)


def _standing(row: asyncpg.Record) -> WeeklyStanding:
    values = {name: row[name] for name in STANDING_COLUMNS}
    return WeeklyStanding(**values | {"regard": AccountRegard(row["regard"])})
