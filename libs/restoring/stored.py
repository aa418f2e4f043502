"""Reading a stream's messages from where they lie, past every consumer: what was said, in its order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg

from libs.kit.connection import BUS_AWAY, NOT_FOUND, ApiError, api, bus_away

AT_ONCE = 500
SECONDS = 5.0
NO_MESSAGE = "404"


@dataclass(frozen=True)
class Stored:
    """`place` is the message's number in the stream, `seq` the event's in its service's log, 0 where it bears none."""

    place: int
    subject: str
    message_id: str | None
    seq: int
    raw: bytes


async def span(client: Client, stream: str) -> tuple[int, int]:
    """The places of the first and the last message; (1, 0) where there is none or no such stream."""
    try:
        state = (await api(client, f"STREAM.INFO.{stream}"))["state"]
    except ApiError as refused:
        if refused.code in NOT_FOUND:
            return 1, 0
        raise
    return (state["first_seq"], state["last_seq"]) if state["messages"] else (1, 0)


async def pages(client: Client, stream: str, first: int, last: int) -> AsyncIterator[list[Stored]]:
    """The messages from one place to another, in runs of at most 500. Raises `Unavailable` when the bus is away."""
    for start in range(first, last + 1, AT_ONCE):
        places = range(start, min(start + AT_ONCE, last + 1))
        found = await asyncio.gather(*(_at(client, stream, place) for place in places))
        yield [one for one in found if one is not None]


async def _at(client: Client, stream: str, place: int) -> Stored | None:
    """The message in a place; None where there is none any more."""
    try:
        message = await client.request(f"$JS.API.DIRECT.GET.{stream}", b'{"seq": %d}' % place, timeout=SECONDS)
    except BUS_AWAY as away:
        raise bus_away() from away
    status = (message.headers or {}).get("Status")
    if status not in (None, NO_MESSAGE):
        raise bus_away()
    return _stored(message) if status is None else None


def _stored(message: Msg) -> Stored:
    headers = message.headers or {}
    seq = headers.get("Lotse-Seq", "")
    return Stored(
        int(headers["Nats-Sequence"]),
        headers["Nats-Subject"],
        headers.get("Nats-Msg-Id"),
        int(seq) if seq.isascii() and seq.isdigit() else 0,
        message.data,
    )
