"""What one connection may take from everybody before it has said who it is.

uvicorn bounds neither the length of a request's head nor the time its sender takes: a single one could fill the memory,
and some thousand could hold every connection, all without a token.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0


class Bounded(HttpToolsProtocol):
    """uvicorn's protocol, with an end to a head: its first line and headers."""

    _head = 0
    _until: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._begin()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._end()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        began_before = self._until is not None
        super().data_received(data)
        if began_before and self._until is not None:
            self._head += len(data)
            if self._head > HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The head of this request is too long.")

    def _begin(self) -> None:
        self._head = 0
        if self._until is None:
            self._until = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _end(self) -> None:
        if self._until is not None:
            self._until.cancel()
            self._until = None
