"""What a connection may take: a real uvicorn, as a service starts it, and bytes sent by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import uvicorn

from libs.edge import connections, requests
from libs.edge.connections import HEAD_BYTES
from libs.edge.main import SERVING
from tests.libs.edge.sample_app import Sample
from tests.stack.waiting import eventually

MEGABYTE = 1_000_000
BEGUN = b"GET /intake/v1/codes/a HTTP/1.1\r\nHost: x\r\n"
WHOLE = BEGUN + b"\r\n"


@dataclass
class Sender:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, raw: bytes) -> bool:
        """Whether it was taken: nobody had closed the connection."""
        try:
            self.writer.write(raw)
            await self.writer.drain()
        except ConnectionError:
            return False
        await asyncio.sleep(0.001)
        return not self.reader.at_eof()

    async def flood(self, part: bytes) -> int:
        """Send the same again and again until the other side ends it; how many bytes it took."""
        taken = 0
        while taken < 2 * MEGABYTE and await self.send(part):
            taken += len(part)
        return taken

    async def said(self) -> bytes:
        """All that comes until the other side ends it."""
        return await asyncio.wait_for(self.reader.read(), 5)

    async def status(self) -> bytes:
        """The status line of the next reply, whose body is read too."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 5)
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self.reader.readexactly(int(length.split(b":")[1]))
        return head.split(b"\r\n")[0]


@asynccontextmanager
async def connected(sample: Sample) -> AsyncIterator[Callable[[], Awaitable[Sender]]]:
    server = uvicorn.Server(uvicorn.Config(sample.app, host="127.0.0.1", port=0, lifespan="off", **SERVING))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    open_ones: list[Sender] = []

    async def connect() -> Sender:
        open_ones.append(Sender(*await asyncio.open_connection("127.0.0.1", port)))
        return open_ones[-1]

    try:
        yield connect
    finally:
        for one in open_ones:
            one.writer.close()
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    ("before", "part"),
    [(BEGUN, b"x: " + b"a" * 1000 + b"\r\n"), (BEGUN + b"x: ", b"a" * 1000), (b"GET /", b"a" * 1000)],
    ids=["headers", "one header", "path"],
)
async def test_a_head_without_end_is_cut_off(sample: Sample, before: bytes, part: bytes) -> None:
    async with connected(sample) as connect:
        sender = await connect()
        await sender.send(before)
        assert HEAD_BYTES - 1100 < await sender.flood(part) < MEGABYTE
        ordinary = await connect()
        await ordinary.send(WHOLE)
        assert await ordinary.status() == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("begun", [b"", BEGUN], ids=["nothing", "half a head"])
async def test_who_does_not_finish_a_head_is_not_waited_for(
    sample: Sample, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    async with connected(sample) as connect:
        sender = await connect()
        await sender.send(begun)
        assert await sender.said() == b""


async def test_who_sends_a_body_too_slowly_is_told_and_not_waited_for(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.2)
    headers = sample.signed_in(**{"Idempotency-Key": "k", "Content-Type": "application/json", "Content-Length": "99"})
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    async with connected(sample) as connect:
        sender = await connect()
        await sender.send(f"POST /intake/v1/things HTTP/1.1\r\nHost: x\r\n{head}\r\n".encode())
        for _ in range(5):
            await sender.send(b" ")
            await asyncio.sleep(0.02)
        said = await sender.said()
    assert said.startswith(b"HTTP/1.1 408 ") and b'"code":"body_too_slow"' in said


async def test_ordinary_requests_share_a_connection_for_longer_than_a_head_may_take(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
    body = b'{"title":"a","text":"' + b"a" * 200_000 + b'"}'
    posted = b"POST /intake/v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    async with connected(sample) as connect:
        sender = await connect()
        for _ in range(4):
            # The second one is under way while the first is answered.
            await sender.send(posted + WHOLE)
            assert [await sender.status() for _ in range(2)] == [b"HTTP/1.1 401 Unauthorized", b"HTTP/1.1 200 OK"]
            await asyncio.sleep(0.06)
