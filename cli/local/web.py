"""The smallest possible question over HTTP on loopback: what does this path answer? Readiness is asked dozens
of times while four services start, and a real client would take longer to import than NATS takes to start."""

import asyncio

from cli.local.ports import LOOPBACK

LONGEST = 64 * 1024


async def status(port: int, path: str) -> int | None:
    """The status code, or None when nobody answers in time."""
    return (await ask(port, path))[0]


async def ask(port: int, path: str, seconds: float = 2.0) -> tuple[int | None, bytes]:
    """Status code and body; (None, b"") when nobody answers in time."""
    try:
        return await asyncio.wait_for(_ask(port, path), seconds)
    except (OSError, TimeoutError, ValueError):
        return None, b""


async def _ask(port: int, path: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        # HTTP/1.0, so that the body comes in one piece and the connection ends with it.
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {LOOPBACK}:{port}\r\n\r\n".encode())
        await writer.drain()
        head, _, body = (await reader.read(LONGEST)).partition(b"\r\n\r\n")
        while piece := await reader.read(LONGEST):
            body += piece
        words = head.split()
        if len(words) < 2 or not words[0].startswith(b"HTTP/"):
            raise ValueError("not HTTP")
        return int(words[1]), body
    finally:
        writer.close()
