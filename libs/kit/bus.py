"""FastStream wired so that it survives what it would not by default.

One durable, one subscriber a source. `declare=False`: only the provisioner creates. Manual acknowledgement, because the
default rejects a message for good on the first database error. One message at a time, because more lose their order.
Reconnects never end, and a connection that closes for good ends the process.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.security import SASLPlaintext
from nats.aio.msg import Msg
from nats.errors import ConnectionClosedError
from nats.js import JetStreamContext
from nats.js.errors import ServiceUnavailableError

from libs.contracts.envelope import Envelope
from libs.contracts.registry import sources_for
from libs.kit import logs
from libs.kit.connection import BUS_AWAY
from libs.kit.consumer import Consumer, Later
from libs.kit.database import Database
from libs.kit.streams import event_stream, inbox
from libs.kit.subscribers import Subscribers

HEARTBEAT_SECONDS = 2.0
FETCH_SECONDS = 1.0


class Bus:
    """FastStream's broker of one service, with one consumer for each source the service reads."""

    def __init__(self, db: Database, subscribers: Subscribers, texts: Callable[[Envelope], Awaitable[Any]]) -> None:
        self.settings, self._leaving = db.settings, False
        self.broker = self._broker()
        sources = sources_for(self.settings.service)
        self.consumers = [Consumer(db, source, subscribers, texts) for source in sources]
        for consumer in self.consumers:
            self._subscribe(consumer)

    async def start(self) -> None:
        """Connect and fetch. Raises what NATS says when the bus or a durable is not there."""
        await self.broker.start()
        for subscriber in self.broker.subscribers:
            _patient(subscriber.subscription)  # type: ignore[attr-defined]

    async def stop(self) -> None:
        """Finish what is in hand and close."""
        self._leaving = True
        await self.broker.stop()

    def _broker(self) -> NatsBroker:
        settings = self.settings
        user = settings.nats_user or settings.service
        return NatsBroker(
            settings.nats_url,
            name=f"{settings.service}-subscribers",
            security=SASLPlaintext(user, settings.nats_password.get_secret_value()) if settings.nats_user else None,
            inbox_prefix=inbox(user).encode(),
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=2,
            closed_cb=self._closed,
            error_cb=_log,
            graceful_timeout=15.0,
            ack_policy=AckPolicy.MANUAL,
            apply_types=False,
            logger=logging.getLogger("faststream.lotse"),
            log_level=logging.DEBUG,
        )

    def _subscribe(self, consumer: Consumer) -> None:
        service = self.settings.service
        subscriber = self.broker.subscriber(
            f"ev.{consumer.source}.>",
            stream=JStream(event_stream(consumer.source), declare=False),
            durable=service,
            pull_sub=PullSub(1, timeout=FETCH_SECONDS),
            ack_policy=AckPolicy.MANUAL,
            decoder=_whole,
            # nats-py adds nothing between this and its own token.
            inbox_prefix=f"{inbox(service)}.".encode(),
        )
        subscriber(_handler(consumer))

    async def _closed(self) -> None:
        if not self._leaving:
            logs.event("bus_connection_closed", logging.ERROR, error=RuntimeError("closed"))
            os.kill(os.getpid(), signal.SIGTERM)


def _handler(consumer: Consumer) -> Callable[[NatsMessage], Awaitable[None]]:
    async def handle(message: NatsMessage) -> None:
        heart = asyncio.create_task(_beat(message))
        raw = message.raw_message
        try:
            outcome = await consumer.receive(raw.data, raw.subject, message.headers.get("Nats-Msg-Id"))
        finally:
            heart.cancel()
        if isinstance(outcome, Later):
            await message.nack(delay=outcome.seconds)
        else:
            await message.ack()

    return handle


def _patient(subscription: JetStreamContext.PullSubscription) -> None:
    """Where a durable was deleted or a connection is closed, every fetch fails at once and FastStream's loop asks again
    at once: without this pause it takes the whole processor, and in the second case never lets go of it."""
    fetch = subscription.fetch

    async def fetched(*arguments: Any, **named: Any) -> list[Msg]:
        try:
            return await fetch(*arguments, **named)
        except (ServiceUnavailableError, ConnectionClosedError):
            await asyncio.sleep(FETCH_SECONDS)
            raise

    subscription.fetch = fetched  # type: ignore[method-assign]


async def _beat(message: NatsMessage) -> None:
    """Tell the server that a slow handler is still at it, well inside `ack_wait`."""
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        with contextlib.suppress(*BUS_AWAY):
            await message.in_progress()


async def _whole(message: NatsMessage) -> NatsMessage:
    # Decoding belongs to the gate: a body FastStream cannot parse must become a dead letter, not an exception of its
    # own.
    return message


async def _log(error: Exception) -> None:
    logs.event("bus_error", logging.ERROR, error=error)
