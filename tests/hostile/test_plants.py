"""The guards have been seen to fail: each is shown a service with one thing wrong."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pydantic import ConfigDict
from schemathesis.core.failures import FailureGroup

from libs.edge.http import Call
from libs.edge.requests import BodyReader
from libs.kit.errors import Invalid
from libs.kit.transaction import Reply
from services.intake.questions.shapes import ClosingBody
from tests.hostile.conftest import Hosts
from tests.hostile.generated import Aim, tried
from tests.hostile.host import Host
from tests.hostile.sending import CANARY, good, said
from tests.rights.table import rows
from tests.rights.test_plants import declared, served

SPACES = "POST /intake/v1/spaces"
CLOSING = "POST /intake/v1/questions/{id}/closing"
Handler = Callable[[Call[Any, Any]], Awaitable[Reply]]


async def broken(call: Call[Any, Any]) -> Reply:
    raise RuntimeError("nobody foresaw this")


async def undeclared(call: Call[Any, Any]) -> Reply:
    return Reply(418, b"{}", {"Content-Type": "application/problem+json"})


async def of_another_shape(call: Call[Any, Any]) -> Reply:
    return Reply(201, b'{"id":1}', {})


async def of_another_kind(call: Call[Any, Any]) -> Reply:
    return Reply(201, b"made", {"Content-Type": "text/plain"})


async def echoing(call: Call[Any, Any]) -> Reply:
    raise Invalid("name_refused", f"The name {call.body.name} is not accepted.")


PLANTS: list[tuple[Handler, str]] = [
    (broken, "Server error"),
    (undeclared, "Undocumented status code"),
    (of_another_shape, "Response violates schema"),
    (of_another_kind, "Undocumented Content-Type"),
    (echoing, "It came back"),
]


def found(host: Host, operation: str) -> str:
    """What is found wrong with an operation."""
    with pytest.raises(FailureGroup) as group:
        tried(Aim(host, rows("intake")[operation]), seed=1, examples=10)
    return f"{group.value} {[str(one) for one in group.value.exceptions]}"


@pytest.mark.parametrize(("handler", "words"), PLANTS, ids=[handler.__name__ for handler, _ in PLANTS])
def test_schemathesis_finds_a_handler_that_is(hosts: Hosts, handler: Handler, words: str) -> None:
    host = hosts("intake")
    with declared(host.world, SPACES, handler=handler):
        assert words in found(host, SPACES)


@contextmanager
def reading_otherwise(host: Host, operation: str, reader: BodyReader[Any] | None) -> Iterator[None]:
    one = served(host.world, operation)
    before, one.body = one.body, reader
    try:
        yield
    finally:
        one.body = before


class Stricter(ClosingBody):
    note: str


class Looser(ClosingBody):
    model_config = ConfigDict(extra="allow", strict=False)

    reason: Any = None


@pytest.mark.parametrize(
    ("model", "words"), [(Stricter, "The document allows what is refused"), (Looser, "Invalid data should have been")]
)
def test_schemathesis_finds_a_document_that_says_something_else(hosts: Hosts, model: Any, words: str) -> None:
    host = hosts("intake")
    with reading_otherwise(host, CLOSING, BodyReader(model)):
        assert words in found(host, CLOSING)


def test_schemathesis_finds_an_operation_that_asks_nobody_who_she_is(hosts: Hosts) -> None:
    host = hosts("intake")
    by = host.run(host.world.who_may, "counsellor")
    one = served(host.world, SPACES)
    before = one._allowed

    async def anybody(headers: Any) -> Any:
        return await before({**headers, b"authorization": f"Bearer {host.world.probe.token(by)}".encode()})

    one._allowed = anybody  # type: ignore[method-assign]
    try:
        assert "missing required 'Authorization' header" in found(host, SPACES)
    finally:
        del one._allowed


def test_a_run_in_which_nothing_is_done_is_seen(hosts: Hosts) -> None:
    aim = Aim(hosts("intake"), rows("intake")[SPACES])

    async def refusing(call: Call[Any, Any]) -> Reply:
        raise Invalid("never", "This is never done.")

    with declared(hosts("intake").world, SPACES, handler=refusing):
        tried(aim, seed=1, examples=10)
    assert aim.seen[422]
    assert not aim.done


@pytest.mark.parametrize("handler", [broken, undeclared, of_another_shape, echoing])
def test_a_refusal_that_is_none_is_seen(hosts: Hosts, handler: Handler) -> None:
    host = hosts("intake")
    made = good(host, rows("intake")[SPACES])
    made.ask.body["name"] = CANARY
    with declared(host.world, SPACES, handler=handler), pytest.raises((AssertionError, KeyError)):
        said(made.send())


def test_what_a_refusal_stores_is_seen(hosts: Hosts) -> None:
    host = hosts("intake")
    made = good(host, rows("intake")[SPACES])
    original = served(host.world, SPACES).operation.handler

    async def storing(call: Call[Any, Any]) -> Reply:
        await original(call)
        raise Invalid("never", "This is never done.")

    before = made.everything()
    with declared(host.world, SPACES, handler=storing):
        said(made.send())
    assert made.everything() != before
