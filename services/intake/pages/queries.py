"""Every SQL statement on public pages."""

from dataclasses import asdict

import asyncpg
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from libs.kit.transaction import Tx
from services.intake.pages.domain import PublicPage, Successor, Words
from services.intake.pages.tables import page

ONE = sa.select(page).where(page.c.programme == bindparam("code"))
SAVE = insert(page).values({name: bindparam(name) for name in ("programme", "version", "changed_at", "content")})
SAVE = SAVE.on_conflict_do_update(
    index_elements=["programme"], set_={name: SAVE.excluded[name] for name in ("version", "changed_at", "content")}
)


async def page_of(tx: Tx, programme: str) -> PublicPage:
    """A programme's page; version 0 when nobody has written it."""
    row = await tx.fetch_one(ONE, code=programme)
    return PublicPage(programme) if row is None else _page(row)


async def save(tx: Tx, changed: PublicPage) -> None:
    """Write a page, or write it anew. Two writers of a first page are told apart by the lock on their programme."""
    told = asdict(changed)
    content = {name: told[name] for name in ("name", "funder", "words", "successor")}
    await tx.execute(
        SAVE, programme=changed.programme, version=changed.version, changed_at=changed.changed_at, content=content
    )


def _page(row: asyncpg.Record) -> PublicPage:
    content = row["content"]
    return PublicPage(
        programme=row["programme"],
        version=row["version"],
        changed_at=row["changed_at"],
        name=content["name"],
        funder=content["funder"],
        words=tuple(Words(**words) for words in content["words"]),
        successor=Successor(**content["successor"]) if content["successor"] else None,
    )
