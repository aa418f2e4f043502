"""Publishing rows of the event table in their order, singly in waves or as one atomic batch."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from nats.aio.client import Client
from nats.js.errors import APIError

from libs.contracts.envelope import decode
from libs.kit import logs
from libs.kit.connection import BUS_AWAY
from libs.kit.ids import new_id
from libs.kit.streams import event_stream

# From here on one batch costs client, server and disk less than as many single publishes.
SINGLY_BELOW = 16
WAVE = 64
WAVE_SECONDS = 5.0


@dataclass(frozen=True)
class Row:
    """A numbered event, with the text beside it where there still is one."""

    seq: int
    event_id: UUID
    aggregate: str
    concerns: str
    raw: bytes
    text: bytes | None


class Publisher:
    """Publishes one service's events to its stream."""

    def __init__(self, client: Client, service: str) -> None:
        self.client, self.jetstream = client, client.jetstream(timeout=WAVE_SECONDS)
        self.stream = event_stream(service)

    async def publish(self, rows: list[Row]) -> int:
        """Publish in order; returns how many from the front are known to be on the bus. Raises what went wrong when
        there is none."""
        if len(rows) >= SINGLY_BELOW and await self._atomic(rows):
            return len(rows)
        passed = 0
        for wave in waves(rows):
            for failure in await self._wave(wave):
                if failure is not None:
                    if not passed:
                        raise failure
                    logs.event("publishing_interrupted", logging.ERROR, error=failure)
                    return passed
                passed += 1
        return passed

    async def _wave(self, wave: list[Row]) -> list[BaseException | None]:
        """What went wrong with each. One deadline for all; what is still open then is given up and published again
        later under the same id."""
        tasks = [asyncio.ensure_future(self._one(row)) for row in wave]
        _, pending = await asyncio.wait(tasks, timeout=WAVE_SECONDS)
        for task in pending:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        return [TimeoutError() if isinstance(outcome, asyncio.CancelledError) else outcome for outcome in outcomes]

    async def _one(self, row: Row) -> None:
        await self.jetstream.publish(
            decode(row.raw).bus_subject, row.raw, stream=self.stream, headers=headers(row), timeout=WAVE_SECONDS
        )

    async def _atomic(self, rows: list[Row]) -> bool:
        """All or none (ADR-50). A duplicate inside refuses the whole batch, and a lost reply leaves its fate unknown:
        either way the caller publishes the same events singly."""
        batch = str(new_id())
        try:
            for number, row in enumerate(rows[:-1], 1):
                await self.client.publish(decode(row.raw).bus_subject, row.raw, headers=_batched(row, batch, number))
            last = {**_batched(rows[-1], batch, len(rows)), "Nats-Batch-Commit": "1"}
            subject = decode(rows[-1].raw).bus_subject
            await self.jetstream.publish(subject, rows[-1].raw, stream=self.stream, headers=last, timeout=WAVE_SECONDS)
        except (*BUS_AWAY, APIError):
            return False
        return True


def headers(row: Row) -> dict[str, str]:
    """What brokers and operators need beside the body: the id for deduplication and the dense number."""
    return {
        "Nats-Msg-Id": str(row.event_id),
        "Lotse-Seq": str(row.seq),
        "Content-Type": "application/cloudevents+json",
    }


def _batched(row: Row, batch: str, number: int) -> dict[str, str]:
    return {**headers(row), "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}


def waves(rows: Iterable[Row]) -> list[list[Row]]:
    """Cut a run of rows so that no wave holds two events of one aggregate: with at most one unacknowledged, none
    overtakes.
    """
    made: list[list[Row]] = []
    seen: set[str] = set()
    for row in rows:
        if not made or row.aggregate in seen or len(made[-1]) >= WAVE:
            made.append([])
            seen = set()
        made[-1].append(row)
        seen.add(row.aggregate)
    return made
