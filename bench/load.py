"""A closed loop of HTTP/1.1 requests on plain sockets: as many connections as asked, each waiting for its reply.

It runs in a process of its own (`python -m bench.load`), so that both servers it is held against pay the same for it.
It reads its task as JSON from standard input and prints `{"accepted": n, "seconds": s, "milliseconds": [...]}`.
"""

import asyncio
import json
import sys
import time
from uuid import uuid4


async def _reply(reader: asyncio.StreamReader) -> int:
    """The status; the body is read and dropped."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0]
    await reader.readexactly(int(length))
    return int(head[9:12])


async def _work(task: dict[str, str], port: int, until: float, took: list[float], count: int) -> None:
    body = task["body"].encode()
    head = (
        f"POST {task['path']} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Authorization: {task['authorization']}\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(count):
        if time.perf_counter() >= until:
            break
        began = time.perf_counter()
        writer.write(f"{head}{uuid4().hex}\r\n\r\n".encode() + body)
        status = await _reply(reader)
        if status != 201:
            raise RuntimeError(f"answered {status}")
        took.append(time.perf_counter() - began)
    writer.close()


async def run(task: dict[str, str], port: int, connections: int, seconds: float, most: int) -> dict[str, object]:
    took: list[float] = []
    began = time.perf_counter()
    works = (_work(task, port, began + seconds, took, most // connections) for _ in range(connections))
    await asyncio.gather(*works)
    return {"accepted": len(took), "seconds": time.perf_counter() - began, "milliseconds": [1e3 * one for one in took]}


def main() -> None:
    import uvloop

    asked = json.load(sys.stdin)
    print(json.dumps(uvloop.run(run(**asked))))


if __name__ == "__main__":
    main()
