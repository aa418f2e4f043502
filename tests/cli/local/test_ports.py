"""Addresses follow from one number, and a taken one is named with what to do."""

import re
import socket

import pytest

from cli.local import ports
from cli.local.ports import LOOPBACK, any_free, choose
from cli.local.trouble import Trouble
from tests.cli.local.addresses import free_base


def test_the_addresses_follow_from_the_base() -> None:
    base = free_base()
    chosen = choose(base)
    assert chosen.issuer == base - 1
    assert list(chosen.services.items()) == [
        ("intake", base),
        ("review", base + 1),
        ("referral", base + 2),
        ("reporting", base + 3),
    ]
    assert chosen.metrics["reporting"] == base + 1003
    assert chosen.url("issuer") == f"http://127.0.0.1:{base - 1}"


def test_a_taken_port_is_named_with_its_service_and_a_base_that_would_do() -> None:
    base = free_base()
    with socket.socket() as other:
        other.bind((LOOPBACK, base + 1))
        other.listen()
        with pytest.raises(
            Trouble, match=rf"{base + 1} \(review\)\. Stop it or move all addresses: --port-base"
        ) as said:
            choose(base)
    advised = re.search(r"--port-base (\d+)", str(said.value))
    assert advised and choose(int(advised.group(1)))


def test_every_taken_port_is_named_at_once() -> None:
    base = free_base()
    with socket.socket() as one, socket.socket() as two:
        for other, port in ((one, base - 1), (two, base + 1000)):
            other.bind((LOOPBACK, port))
            other.listen()
        with pytest.raises(Trouble, match=rf"{base - 1} \(the issuer\), {base + 1000} \(intake's metrics\)"):
            choose(base)


def test_a_taken_inner_port_gives_way_silently() -> None:
    base = free_base()
    with socket.socket() as other:
        other.bind((LOOPBACK, base + ports.INNER_OFFSET))
        other.listen()
        chosen = choose(base)
    assert chosen.postgres != base + ports.INNER_OFFSET
    assert chosen.nats == base + ports.INNER_OFFSET + 1


def test_a_connection_that_is_only_being_closed_does_not_count_as_taken() -> None:
    port = any_free(1)[0]
    with socket.create_server((LOOPBACK, port)) as server, socket.create_connection((LOOPBACK, port)):
        accepted, _ = server.accept()
        accepted.close()
    assert ports.free(port)


@pytest.mark.parametrize("base", [80, 1024, 65000])
def test_a_base_without_room_is_refused_in_words(base: int) -> None:
    with pytest.raises(Trouble, match="must lie between"):
        choose(base)
