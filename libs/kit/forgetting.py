"""Texts that travel beside facts, and their end.

Only the relay writes or erases here, in the order of the events: a text is stored before its event is published, and
when a forgetting is passed every text that concerns the question is overwritten and a tombstone left. A text that is
absent without a tombstone is late or lost, never taken for forgotten.
"""

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Any

from nats.aio.client import Client
from nats.js.errors import APIError, NotFoundError

from libs.contracts.envelope import FACTS, Envelope, decode
from libs.kit import logs
from libs.kit.connection import BUS_AWAY, NOT_FOUND, ApiError, api
from libs.kit.publishing import Row
from libs.kit.streams import says_text, text_stream
from libs.kit.subscribers import Retry

TOMBSTONE = "tombstone"
LAST, LAST_OF = "Nats-Expected-Last-Subject-Sequence", "Nats-Expected-Last-Subject-Sequence-Subject"
AT_ONCE = 64


class Texts:
    """Writes and erases one service's forgettable texts on the bus."""

    def __init__(self, client: Client, service: str) -> None:
        self.client, self.service, self.stream = client, service, text_stream(service)
        self.jetstream = client.jetstream(timeout=5)

    async def store(self, rows: Iterable[Row]) -> None:
        """Put each row's text on the bus before its event. Storing it twice changes nothing."""
        waiting = [row for row in rows if row.text is not None]
        for start in range(0, len(waiting), AT_ONCE):
            await asyncio.gather(*(self._store(row) for row in waiting[start : start + AT_ONCE]))

    async def _store(self, row: Row) -> None:
        prefix = f"forgettable.{self.service}.{row.concerns}"
        # The server refuses it where a tombstone stands: a text that was still under way when its question was
        # forgotten (a former leader's, or one that waited in a client's buffer) does not come back.
        unless_forgotten = {LAST: "0", LAST_OF: f"{prefix}.{TOMBSTONE}"}
        await self._put(f"{prefix}.{row.event_id}", row.text or b"", str(row.event_id), unless_forgotten)

    async def erase(self, rows: Iterable[Row]) -> None:
        """Where a row is a forgetting: overwrite every text that concerns its question and leave a tombstone."""
        if not says_text(self.service):
            return
        for row in rows:
            if b".forgotten." in row.raw and FACTS[decode(row.raw).type].forgets:
                await self._erase(row.concerns)

    async def made(self) -> str | None:
        """When the stream was made, which tells one from the one before it; None where there is none."""
        if not says_text(self.service):
            return None
        try:
            return str((await api(self.client, f"STREAM.INFO.{self.stream}"))["created"])
        except ApiError as refused:
            if refused.code in NOT_FOUND:
                return None
            raise

    async def bury(self, concerned: Iterable[str]) -> None:
        """Leave a tombstone for each of these questions, where there is none yet."""
        waiting = list(concerned)
        for start in range(0, len(waiting), AT_ONCE):
            await asyncio.gather(*(self._bury(concerns) for concerns in waiting[start : start + AT_ONCE]))

    async def _bury(self, concerns: str) -> None:
        subject = f"forgettable.{self.service}.{concerns}.{TOMBSTONE}"
        await self._put(subject, b"{}", f"{concerns}.{TOMBSTONE}", {})

    async def _erase(self, concerns: str) -> None:
        prefix = f"forgettable.{self.service}.{concerns}"
        # First the tombstone: from then on nothing can be added to what is found and overwritten below.
        await self._bury(concerns)
        for subject in await self._subjects(f"{prefix}.>"):
            if not subject.endswith(f".{TOMBSTONE}"):
                message = await self.jetstream.get_last_msg(self.stream, subject, direct=True)
                await api(self.client, f"STREAM.MSG.DELETE.{self.stream}", {"seq": message.seq, "no_erase": False})

    async def _subjects(self, pattern: str) -> list[str]:
        info = await api(self.client, f"STREAM.INFO.{self.stream}", {"subjects_filter": pattern})
        return list(info["state"].get("subjects") or {})

    async def _put(self, subject: str, body: bytes, message_id: str, more: dict[str, str]) -> None:
        headers = {"Nats-Msg-Id": message_id, **more}
        try:
            await self.jetstream.publish(subject, body, stream=self.stream, headers=headers, timeout=5)
        except APIError as refused:
            # 10077 is also said of a full disk: only the subject that is taken already is no failure.
            there = refused.err_code == 10077 and "per subject" in str(refused.description)
            if not there and refused.err_code != 10071:
                raise


class TextReader:
    """Fetches the text beside an event that came from another service."""

    def __init__(self, client: Client) -> None:
        self.jetstream = client.jetstream(timeout=5)

    async def __call__(self, envelope: Envelope) -> Any:
        """The fact's forgettable, or None when it was forgotten. Raises `Retry` when it is neither there nor
        forgotten.
        """
        kind = FACTS[envelope.type].forgettable
        assert kind is not None, envelope.type
        stream, prefix = text_stream(envelope.service), f"forgettable.{envelope.service}.{envelope.correlationid}"
        body = await self._get(stream, f"{prefix}.{envelope.id}")
        if body is not None:
            return kind.model_validate(json.loads(body))
        if await self._get(stream, f"{prefix}.{TOMBSTONE}") is not None:
            return None
        logs.event(
            "text_absent_without_tombstone", logging.ERROR, error=Retry("text_absent"), event_id=str(envelope.id)
        )
        raise Retry("text_absent")

    async def _get(self, stream: str, subject: str) -> bytes | None:
        try:
            message = await self.jetstream.get_last_msg(stream, subject, direct=True)
        except NotFoundError:
            return None
        except BUS_AWAY as away:
            raise Retry("bus_away") from away
        return message.data or b""
