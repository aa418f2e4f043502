"""Connections to the bus that outlive every outage, and the JetStream calls nats-py has no function for."""

import asyncio
import json
import logging
import os
import signal
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from libs.kit import logs
from libs.kit.errors import Unavailable
from libs.kit.streams import inbox

BUS_AWAY = (NatsError, JetStreamError, OSError, asyncio.TimeoutError)


async def connect(url: str, user: str, password: str, name: str) -> Client:
    """Connect as one user. Reconnects for ever; a connection that nats-py gives up ends the process, so that its
    supervisor starts it anew instead of leaving a frozen loop behind."""

    async def closed() -> None:
        if not client.is_draining and getattr(client, "lotse_closing", False) is False:
            logs.event("bus_connection_closed", logging.ERROR, error=RuntimeError("closed"), consumer=name)
            os.kill(os.getpid(), signal.SIGTERM)

    client = Client()
    await client.connect(
        url,
        user=user or None,
        password=password or None,
        name=name,
        inbox_prefix=inbox(user).encode() if user else b"_INBOX",
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        connect_timeout=2,
        allow_reconnect=True,
        closed_cb=closed,
        error_cb=_quiet,
        ping_interval=10,
        max_outstanding_pings=2,
    )
    return client


async def close(client: Client) -> None:
    """Close on purpose."""
    client.lotse_closing = True  # type: ignore[attr-defined]
    await client.close()


async def _quiet(error: Exception) -> None:
    logs.event("bus_error", logging.ERROR, error=error)


async def api(client: Client, subject: str, body: dict[str, Any] | None = None, timeout: float = 5.0) -> dict[str, Any]:
    """One JetStream API request. Raises `ApiError` with the server's code, `Unavailable` when the bus is away."""
    try:
        reply = await client.request(
            f"$JS.API.{subject}", json.dumps(body).encode() if body is not None else b"", timeout=timeout
        )
    except BUS_AWAY as away:
        raise bus_away() from away
    told: dict[str, Any] = json.loads(reply.data)
    if "error" in told:
        raise ApiError(told["error"].get("err_code", 0), told["error"].get("description", ""))
    return told


def bus_away() -> Unavailable:
    return Unavailable("bus_unavailable", "The message bus cannot be reached just now.", retry_after=1)


class ApiError(Exception):
    """The server refused; `code` is JetStream's err_code."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}")
        self.code = code


NOT_FOUND = {10059, 10014, 10037}
