"""The HTTP client: patient where patience helps, exact where it refuses. On the real services, and on a server that has
only bad days."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from cli.client import Client, Problem
from cli.demo.cast import Cast
from cli.local.ports import any_free

QUESTION = {"text": "Was kostet die Anerkennung?", "channel": "public", "language": "de"}


async def test_the_same_key_is_the_same_command(cast: Cast, space: str) -> None:
    amal, body = cast.caller("counsellor-ar"), {**QUESTION, "space": space}
    first = await amal.post("/intake/v1/questions", body, key="once")
    again = await amal.post("/intake/v1/questions", body, key="once")
    assert (again["id"], again.replayed, first.replayed) == (first["id"], True, False)
    assert (await amal.post("/intake/v1/questions", body))["id"] != first["id"]


async def test_the_version_of_a_reply_is_what_the_next_command_sends(cast: Cast, space: str) -> None:
    amal = cast.caller("counsellor-ar")
    made = await amal.post("/intake/v1/questions", {**QUESTION, "space": space})
    taken = await amal.post(f"/intake/v1/questions/{made['id']}/taking", version=made.version)
    assert taken.version == 2
    with pytest.raises(Problem) as stale:
        await amal.delete(f"/intake/v1/questions/{made['id']}/taking", version=1)
    assert (stale.value.status, stale.value.code, stale.value.extra) == (412, "stale", {"current_version": 2})


async def test_a_refusal_is_one_exception_with_code_sentence_places_and_trace(cast: Cast, space: str) -> None:
    with pytest.raises(Problem) as refused:
        await cast.caller("counsellor-ar").post("/intake/v1/questions", {"space": space, "channel": "shouted"})
    problem = refused.value
    assert (problem.status, problem.code) == (422, "invalid_input")
    assert {place.pointer for place in problem.places} == {"/text", "/channel"}
    assert problem.trace_id is not None and len(problem.trace_id) == 32
    assert problem.sentence in str(problem) and problem.trace_id in str(problem)
    assert problem.as_dict()["errors"][0].keys() == {"pointer", "code", "message"}


async def test_what_another_service_is_about_to_hear_is_asked_again(cast: Cast, space: str) -> None:
    amal = cast.caller("counsellor-ar")
    made = await amal.post("/intake/v1/questions", {**QUESTION, "space": space})
    path = f"/intake/v1/questions/{made['id']}"
    await amal.post(f"{path}/taking", version=1)
    codes = {"level": "information", "legal_class": "not-legal", "urgency": "normal", "land": "unknown"}
    await amal.post(f"{path}/triage", {**codes, "topics": ["a-costs"]}, version=2)
    body = {"question": made["id"], "core": "Das sagt die zuständige Stelle.", "variant": {"language": "de"}}
    submitted = await amal.post("/review/v1/submissions", body, passing=("not_triaged",))
    assert submitted["state"] == "queued"


async def test_a_service_that_is_not_there_is_said_so_within_its_time() -> None:
    (port,) = any_free(1)
    began = time.monotonic()
    async with Client({"intake": f"http://127.0.0.1:{port}"}, patience=0.5) as client:
        with pytest.raises(Problem) as away:
            await client.acting(None).get("/intake/v1/spaces")
        with pytest.raises(Problem, match="service_unknown"):
            await client.acting(None).get("/review/v1/submissions")
    assert (away.value.status, away.value.code) == (0, "unreachable")
    assert "lotse status" in away.value.sentence
    assert time.monotonic() - began < 5


Reply = tuple[int, str, bytes]
OK: Reply = (200, "Content-Type: application/json\r\n", b'{"id": 1}')
BUSY: Reply = (503, "Retry-After: 0\r\n", b"upstream is away")
FLIGHT: Reply = (409, "Retry-After: 0\r\n", b'{"code": "in_flight", "detail": "Under way.", "errors": []}')
NO: Reply = (409, "", b'{"code": "already_taken", "detail": "Taken.", "errors": []}')


@asynccontextmanager
async def server(*replies: Reply) -> AsyncIterator[tuple[Client, list[bytes]]]:
    """Gives these replies in turn, the last one for ever; remembers the Idempotency-Keys it saw."""
    keys: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        keys.extend(line.split(b": ")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"idempotency-key"))
        status, headers, body = replies[min(len(keys), len(replies)) - 1]
        writer.write(
            f"HTTP/1.1 {status} -\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        )
        writer.write(body)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with (
        listening,
        Client({"x": f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"}, patience=2) as client,
    ):
        yield client, keys


@pytest.mark.parametrize("bad", [[BUSY], [FLIGHT, FLIGHT], [(429, "", b"")]])
async def test_every_attempt_of_a_command_carries_the_same_key(bad: Sequence[Reply]) -> None:
    async with server(*bad, OK) as (client, keys):
        assert (await client.acting(None).post("/x/v1/things", {}))["id"] == 1
    assert len(keys) == len(bad) + 1
    assert len(set(keys)) == 1


async def test_a_plain_conflict_is_not_asked_again() -> None:
    async with server(NO, OK) as (client, keys):
        with pytest.raises(Problem, match="already_taken"):
            await client.acting(None).post("/x/v1/things", {})
    assert len(keys) == 1


async def test_patience_ends_and_a_reply_that_is_no_problem_of_ours_is_still_one_exception() -> None:
    async with server(BUSY) as (client, keys):
        with pytest.raises(Problem, match="unknown_reply") as failed:
            await client.acting(None).post("/x/v1/things", {})
    assert failed.value.status == 503
    assert 2 <= len(keys) <= 12


async def test_a_wait_longer_than_the_patience_is_not_begun() -> None:
    async with server((503, "Retry-After: 3600\r\n", b""), OK) as (client, keys):
        began = time.monotonic()
        with pytest.raises(Problem):
            await client.acting(None).post("/x/v1/things", {})
    assert time.monotonic() - began < 1.5
    assert len(keys) == 1


async def test_a_proxy_of_the_shell_does_not_come_between_us_and_our_own_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{any_free(1)[0]}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{any_free(1)[0]}")
    async with server(OK) as (client, _):
        assert (await client.acting(None).post("/x/v1/things", {}))["id"] == 1
