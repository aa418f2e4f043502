"""Asking a port what it answers, whatever listens there."""

import asyncio
from asyncio import StreamReader, StreamWriter

import pytest

from cli.local.ports import any_free
from cli.local.web import ask


async def answering(answer: bytes | None) -> tuple[asyncio.Server, int]:
    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(await reader.read() if answer is None else answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}", (200, b"{}")),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", (503, b"")),
        (b"220 mail.example.org ESMTP\r\n", (None, b"")),
        (b"", (None, b"")),
    ],
)
async def test_a_status_and_a_body_or_nothing(answer: bytes, expected: tuple[int | None, bytes]) -> None:
    server, port = await answering(answer)
    async with server:
        assert await ask(port, "/readyz") == expected


async def test_who_does_not_answer_in_time_has_not_answered() -> None:
    server, port = await answering(None)
    async with server:
        assert await ask(port, "/", seconds=0.1) == (None, b"")


async def test_nobody_there_is_nothing() -> None:
    assert await ask(any_free(1)[0], "/") == (None, b"")
