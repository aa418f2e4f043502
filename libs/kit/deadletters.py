"""What could not be applied: kept with its reason, shown, and mended or skipped by hand.

A dead letter of a known aggregate parks that aggregate: its later events are put aside and acknowledged until somebody
decides. What is forged or unreadable names no aggregate that could be trusted, so it parks none.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from libs.contracts.envelope import Envelope, decode
from libs.kit import gate as gates
from libs.kit.errors import Conflict, NotFound
from libs.kit.gate import Gate, Verdict, judge
from libs.kit.ids import new_id
from libs.kit.transaction import Tx

# A message may be as large as the server allows; what is kept of a hostile one need not be.
KEPT_BYTES = 65_536


class Poison(Exception):
    """A message that can never be applied as it is. `detail` is a sentence of ours, never a part of the message."""

    def __init__(self, reason: str, detail: str, envelope: Envelope | None = None) -> None:
        super().__init__(reason)
        self.reason, self.detail, self.envelope = reason, detail, envelope


@dataclass(frozen=True)
class DeadLetter:
    """`size` is the length of the whole message in bytes, `raw` at most its first 64 KiB."""

    id: UUID
    source: str
    reason: str
    detail: str
    aggregate: str | None
    version: int | None
    event_id: UUID | None
    raw: bytes
    size: int
    arrived_at: datetime
    state: str


BURY = """
INSERT INTO dead_letter (id, source, reason, detail, aggregate, version, event_id, bytes, size, arrived_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
SAME = """
SELECT state FROM dead_letter WHERE source = $1 AND reason = $2 AND size = $3 AND sha256(bytes) = sha256($4)
ORDER BY state = 'open' DESC LIMIT 1
"""
COLUMNS = "id, source, reason, detail, aggregate, version, event_id, bytes, size, arrived_at, state"
DECIDE = "UPDATE dead_letter SET state = $2, decided_at = $3, decided_reason = $4 WHERE id = $1 AND state = 'open'"
OTHERS = "SELECT EXISTS (SELECT FROM dead_letter WHERE state = 'open' AND source = $1 AND aggregate = $2 AND id <> $3)"


async def bury(tx: Tx, source: str, bad: Poison, raw: bytes) -> None:
    """Keep a message with its reason, once, and park its aggregate where the envelope can be trusted. What was applied
    or decided before is no news when it is delivered again."""
    envelope, kept = bad.envelope, raw[:KEPT_BYTES]
    gate = await gates.enter(tx.connection, source, envelope.subject) if envelope else Gate()
    if envelope and judge(gate, envelope.aggregateversion, envelope.id) is Verdict.DUPLICATE:
        return
    known = await tx.connection.fetchval(SAME, source, bad.reason, len(raw), kept)
    if known not in (None, "open"):
        return
    if known is None:
        named = (envelope.subject, envelope.aggregateversion, envelope.id) if envelope else (None, None, None)
        values = (source, bad.reason, bad.detail, *named, kept, len(raw), tx.now)
        await tx.connection.execute(BURY, new_id(), *values)
    if envelope:
        await gates.move(tx.connection, source, {envelope.subject: replace(gate, parked="dead-letter")})


async def listed(tx: Tx, limit: int = 200) -> list[DeadLetter]:
    """Open dead letters, oldest first."""
    rows = await tx.connection.fetch(
        f"SELECT {COLUMNS} FROM dead_letter WHERE state = 'open' ORDER BY arrived_at, id LIMIT $1", limit
    )
    return [DeadLetter(*row) for row in rows]


async def shown(tx: Tx, id: UUID) -> DeadLetter:
    """One dead letter. Raises `NotFound`."""
    row = await tx.connection.fetchrow(f"SELECT {COLUMNS} FROM dead_letter WHERE id = $1", id)
    if row is None:
        raise NotFound("dead_letter_unknown", "There is no dead letter with this id.")
    return DeadLetter(*row)


async def open_gate(tx: Tx, letter: DeadLetter) -> Gate | None:
    """Lock the letter's gate for applying it again. Raises `Conflict` when it is not its turn."""
    if letter.state != "open":
        raise Conflict("already_decided", "This dead letter was requeued or skipped before.")
    if letter.aggregate is None or letter.version is None:
        return None
    return await gates.enter(tx.connection, letter.source, letter.aggregate)


async def skip(tx: Tx, letter: DeadLetter, reason: str) -> None:
    """Move on without this event: recorded, with a coded reason. The gate goes past it and the parked rest can
    follow.
    """
    gate = await open_gate(tx, letter)
    await decide(tx, letter, "skipped", reason)
    if gate is not None and letter.version is not None:
        past = gate
        # A letter that came second under a version does not stand for it: the first one is still to be applied.
        if letter.version == gate.version + 1 and letter.reason != "version_conflict":
            past = replace(gate, version=letter.version, event_id=letter.event_id)
        await release(tx, letter, past)


async def release(tx: Tx, letter: DeadLetter, gate: Gate) -> None:
    """Let the aggregate's parked events follow, unless another dead letter still stands in their way."""
    assert letter.aggregate is not None
    blocked = await tx.connection.fetchval(OTHERS, letter.source, letter.aggregate, letter.id)
    await gates.move(
        tx.connection, letter.source, {letter.aggregate: replace(gate, parked="dead-letter" if blocked else "gap")}
    )
    await tidy(tx, letter.source, letter.aggregate, gate.version)


async def tidy(tx: Tx, source: str, aggregate: str, through: int) -> None:
    """Take away what was parked up to where the gate stands now. Another event that lay there under the version that
    passed cannot be applied any more, and is a dead letter of its own."""
    for raw in await gates.drop_parked(tx.connection, source, aggregate, through):
        await bury(tx, source, conflict(decode(raw)), raw)


def conflict(envelope: Envelope) -> Poison:
    return Poison("version_conflict", "another event holds this version", envelope)


async def decide(tx: Tx, letter: DeadLetter, state: str, reason: str | None) -> None:
    """Record what became of it."""
    await tx.connection.execute(DECIDE, letter.id, state, tx.now, reason)
