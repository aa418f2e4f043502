"""Bodies that are too large, too slow or in pieces, byte by byte over a socket to each real service."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from libs.edge import requests
from tests.hostile.conftest import Hosts
from tests.hostile.sending import Good, good
from tests.rights.table import rows

MEGABYTES = 10 * 1024 * 1024
# One operation with a body for each service that has one.
COMMANDS = [
    ("intake", "POST /intake/v1/questions"),
    ("review", "POST /review/v1/submissions"),
    ("referral", "POST /referral/v1/referrals"),
    ("referral", "POST /referral/v1/codes/status"),
]
everywhere = pytest.mark.parametrize(("service", "operation"), COMMANDS)


def head(made: Good, **more: str) -> bytes:
    said = {"Host": "lotse.test", **made.headers(), **{k.replace("_", "-"): v for k, v in more.items()}}
    path = made.row.path.format_map(made.ask.path)
    lines = [f"{made.row.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items())]
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def connected(made: Good) -> Iterator[socket.socket]:
    where = urlsplit(made.host.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=10) as wire:
        yield wire


def flooded(wire: socket.socket, part: bytes, most: int) -> int:
    """How many bytes were taken before the other side had enough."""
    taken = 0
    try:
        while taken < most:
            wire.sendall(part)
            taken += len(part)
    except OSError:
        pass
    return taken


def answer(wire: socket.socket) -> str:
    """All that comes until the other side ends it; what it said before it cut us off is still there to read."""
    told = b""
    try:
        while part := wire.recv(65_536):
            told += part
    except OSError:
        pass
    return told.decode()


@everywhere
def test_ten_megabytes_that_say_so_are_not_read(hosts: Hosts, service: str, operation: str) -> None:
    made = good(hosts(service), rows(service)[operation])
    before = made.everything()
    with connected(made) as wire:
        wire.sendall(head(made, Content_Length=str(MEGABYTES)))
        told = answer(wire)
    assert told.startswith("HTTP/1.1 413 ") and '"body_too_large"' in told
    assert made.everything() == before
    made.works()


@everywhere
def test_ten_megabytes_in_pieces_are_cut_off(hosts: Hosts, service: str, operation: str) -> None:
    made = good(hosts(service), rows(service)[operation])
    before = made.everything()
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    with connected(made) as wire:
        wire.sendall(head(made, Transfer_Encoding="chunked"))
        # What lies in the buffers of both sides was sent and not taken.
        assert flooded(wire, piece, 4 * MEGABYTES) < 2 * MEGABYTES
    assert made.everything() == before
    made.works()


@everywhere
def test_a_body_a_little_too_large_in_pieces_is_told_so(hosts: Hosts, service: str, operation: str) -> None:
    made = good(hosts(service), rows(service)[operation])
    with connected(made) as wire:
        wire.sendall(head(made, Transfer_Encoding="chunked"))
        flooded(wire, b"8000\r\n" + b" " * 32_768 + b"\r\n", made.operation.limit + 65_536)
        told = answer(wire)
    assert told.startswith("HTTP/1.1 413 ") and '"body_too_large"' in told
    made.works()


@everywhere
def test_a_body_that_never_ends_is_ended(
    hosts: Hosts, service: str, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = good(hosts(service), rows(service)[operation])
    before = made.everything()
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.3)
    with connected(made) as wire:
        wire.sendall(head(made, Content_Length="100") + b"{")
        told = answer(wire)
    assert told.startswith("HTTP/1.1 408 ") and '"body_too_slow"' in told
    assert made.everything() == before
    monkeypatch.undo()
    made.works()


@everywhere
def test_a_good_body_may_come_in_single_bytes(hosts: Hosts, service: str, operation: str) -> None:
    made = good(hosts(service), rows(service)[operation])
    with connected(made) as wire:
        wire.sendall(head(made, Transfer_Encoding="chunked", Connection="close"))
        for byte in made.body():
            wire.sendall(b"1\r\n" + bytes([byte]) + b"\r\n")
        wire.sendall(b"0\r\n\r\n")
        told = answer(wire)
    assert told.startswith(("HTTP/1.1 200 ", "HTTP/1.1 201 ")), told


@everywhere
def test_half_a_request_leaves_nothing(hosts: Hosts, service: str, operation: str) -> None:
    made = good(hosts(service), rows(service)[operation])
    before = made.everything()
    with connected(made) as wire:
        wire.sendall(head(made, Content_Length=str(len(made.body()))) + made.body()[:-1])
    made.host.run(made.host.world.everything)
    assert made.everything() == before
    made.works()
