"""The smallest possible question over HTTP on loopback: which status does this path answer? Readiness is asked dozens
of times while four services start, and a real client would take longer to import than NATS takes to start."""

import asyncio

from cli.local.ports import LOOPBACK


async def status(port: int, path: str, seconds: float = 2.0) -> int | None:
    """The status code, or None when nobody answers in time."""
    try:
        return await asyncio.wait_for(_ask(port, path), seconds)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
        return None


async def _ask(port: int, path: str) -> int:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        line = await reader.readuntil(b"\r\n")
        return int(line.split()[1])
    except IndexError:
        raise ValueError("not HTTP") from None
    finally:
        writer.close()
