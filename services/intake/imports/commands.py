"""Bringing rows in: each is captured as if it had been typed, or told why not; none stops the others."""

from dataclasses import dataclass, field
from uuid import UUID

from libs.kit.errors import Fault, LotseError
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.intake.imports import queries
from services.intake.imports.rows import Row, faults_of
from services.intake.questions import commands as questions
from services.intake.questions.domain import Found
from services.intake.spaces.queries import space_by_id


@dataclass
class Brought:
    """What became of the rows; `repeated` were there already. `refused` holds each fault with its row's number."""

    captured: int = 0
    repeated: int = 0
    refused: list[tuple[int, Fault]] = field(default_factory=list)


@dataclass
class Work:
    """An import under way. `marks` and `links` are what a dry run would have stored by now."""

    tx: Tx
    key: bytes
    dry_run: bool
    programmes: dict[UUID, str] = field(default_factory=dict)
    marks: set[bytes] = field(default_factory=set)
    links: set[str] = field(default_factory=set)

    async def programme_of(self, space: UUID) -> str:
        if space not in self.programmes:
            self.programmes[space] = (await space_by_id(self.tx, space)).programme
            self.tx.must_act_in(self.programmes[space])
        return self.programmes[space]


async def bring(tx: Tx, space: UUID, rows: list[Row], permalink_key: bytes, dry_run: bool) -> Brought:
    """Capture every row that can be, or with `dry_run` find out which could. Raises `NotFound` and
    `Forbidden` for the space of all."""
    made, work = Brought(), Work(tx, permalink_key, dry_run)
    await work.programme_of(space)
    for row in rows:
        try:
            new = await _bring(work, row)
        except LotseError as error:
            made.refused += [(row.number, fault) for fault in faults_of(error)]
            continue
        made.refused += [(row.number, fault) for fault in row.faults]
        made.captured += new is True
        made.repeated += new is False
    return made


async def _bring(work: Work, row: Row) -> bool | None:
    """Whether the row was new; None for one that could not be read."""
    if row.found is None:
        return None
    programme = await work.programme_of(row.found.space)
    # As with links: keyed, so that nobody without the key learns from it what was asked.
    mark = questions.link_hash(work.key, f"row|{row.found.space}", row.identity.decode())
    if work.dry_run:
        return await _would(work, row.found, programme, mark)
    id = new_id()
    if not await queries.claim(work.tx, id, programme, mark):
        return False
    try:
        captured = await questions.capture(work.tx, row.found, work.key, id)
    except LotseError:
        await queries.drop(work.tx, id)
        raise
    if captured.duplicate:
        await queries.drop(work.tx, id)
    return not captured.duplicate


async def _would(work: Work, found: Found, programme: str, mark: bytes) -> bool:
    if mark in work.marks or await queries.is_known(work.tx, programme, mark):
        return False
    seen = found.link in work.links
    context = await questions.weigh(work.tx, found, work.key, link_seen=seen)
    if found.relation == "same" and (seen or context.earlier):
        return False
    work.marks.add(mark)
    work.links |= {found.link} if found.link else set()
    return True
