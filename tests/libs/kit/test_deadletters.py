"""What could not be applied is mended or skipped by hand, and what waited behind it follows."""

import asyncio
import base64
import json
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from nats.aio.client import Client

from libs.contracts.envelope import Envelope, encode
from libs.contracts.review import SubmissionForgotten
from libs.edge.main import main
from libs.kit import replay
from libs.kit.consumer import ATTEMPTS, Consumer
from libs.kit.errors import Conflict, NotFound
from libs.kit.ids import new_id
from libs.kit.settings import Settings
from libs.kit.subscribers import Retry, Subscribers
from services.intake.app import build
from tests.libs.kit.listening import Listener, listening, no_text
from tests.libs.kit.parts import captured, event, message, one, opened, rows, taken
from tests.stack.stack import Stack

ROOT = Path(__file__).parents[3]


@pytest.fixture
async def review(stack: Stack) -> AsyncIterator[Listener]:
    async with listening(stack.fresh("review")) as made:
        yield made


async def stuck(review: Listener, count: int = 4) -> list[Envelope]:
    """A history whose second event failed for good; the others behind it are parked."""
    about = new_id()
    history = [event(captured() if version == 1 else taken(), about, version) for version in range(1, count + 1)]
    review.failing[history[1].id] = ValueError("no")
    await review.hear(history[0], *[history[1]] * ATTEMPTS, *history[2:])
    assert await review.letters() == [("failed", 2)] and await review.effects() == [1]
    return history


async def test_a_mended_one_is_applied_again_and_the_rest_follows_in_order(review: Listener) -> None:
    history = await stuck(review)
    review.failing.clear()
    assert await replay.requeue(review.consumer, await review.letter()) == 3
    assert await review.effects() == [1, 2, 3, 4]
    assert await review.gate(history[0].subject) == (4, None)
    assert await review.letters("requeued") == [("failed", 2)] and await review.parked() == []


async def test_one_that_fails_again_stays_and_changes_nothing(review: Listener) -> None:
    history = await stuck(review)
    for failure, code in (ValueError("secret"), "failed_again"), (Retry("text_absent"), "text_absent"):
        review.failing[history[1].id] = failure
        with pytest.raises(Conflict) as refused:
            await replay.requeue(review.consumer, await review.letter())
        assert refused.value.code == code and "secret" not in refused.value.message
    assert await review.effects() == [1] and await review.parked() == [3, 4]


async def test_one_that_is_skipped_is_passed_and_the_rest_follows(review: Listener) -> None:
    history = await stuck(review)
    await replay.skip(review.db, await review.letter(), "known-duplicate")
    await review.round()
    assert await review.effects() == [1, 3, 4]
    assert await review.gate(history[0].subject) == (4, None)
    assert await one(review.db, "SELECT decided_reason FROM dead_letter") == "known-duplicate"


async def test_one_that_is_decided_is_not_decided_again(review: Listener) -> None:
    await stuck(review)
    letter = await review.letter()
    await replay.skip(review.db, letter, "known-duplicate")
    for again in (replay.skip(review.db, letter, "again"), replay.requeue(review.consumer, letter)):
        with pytest.raises(Conflict, match="already_decided"):
            await again
    with pytest.raises(NotFound):
        await replay.requeue(review.consumer, new_id())


async def test_a_decided_one_that_is_delivered_again_is_no_new_dead_letter(review: Listener) -> None:
    """The bus has burnt, and everything is published again."""
    history = await stuck(review)
    false = event(taken(), history[0].subject.split("/")[1], 4)
    unfit = event(captured(), new_id(), 1, data={})
    await replay.skip(review.db, await review.letter(), "x-1")
    await review.round()
    await review.hear(false, unfit)
    await review.consumer.receive(b"rubbish", "ev.intake.question.x.taken.v1", "x")
    for letter in await open_ones(review):
        await replay.skip(review.db, letter, "x-2")
    await review.round()
    assert await review.hear(*history, false, unfit) == [None] * 6
    assert await review.consumer.receive(b"rubbish", "ev.intake.question.x.taken.v1", "x") is None
    assert await review.letters() == []
    assert await review.effects() == [1, 3, 4] and await review.gate(history[0].subject) == (4, None)


async def open_ones(review: Listener) -> list[UUID]:
    return [row["id"] for row in await rows(review.db, "SELECT id FROM dead_letter WHERE state = 'open' ORDER BY id")]


async def test_the_buried_one_delivered_again_while_it_waits_is_applied_once(review: Listener) -> None:
    """The acknowledgement was lost with the process."""
    history = await stuck(review)
    review.failing.clear()
    assert await review.hear(history[1]) == [None]
    await replay.requeue(review.consumer, await review.letter())
    assert await review.effects() == [1, 2, 3, 4] and await review.parked() == []


async def test_a_second_dead_letter_of_an_aggregate_keeps_it_parked_and_loses_nothing(review: Listener) -> None:
    history = await stuck(review)
    false = event(taken(), history[0].subject.split("/")[1], 1)
    await review.hear(false)
    conflict, failed = sorted(await open_ones(review), key=lambda id: str(id), reverse=True)
    review.failing.clear()
    assert await replay.requeue(review.consumer, failed) == 1
    await review.round()
    assert await review.effects() == [1, 2] and await review.parked() == [3, 4]
    await replay.skip(review.db, conflict, "false-twin")
    await review.round()
    assert await review.effects() == [1, 2, 3, 4]


async def test_skipping_a_false_twin_leaves_the_true_one_to_be_applied(review: Listener) -> None:
    about = new_id()
    first, second, third = (event(taken(), about, version) for version in (1, 2, 3))
    twin = event(taken(), about, 2)
    review.consumer.gap_seconds = 0
    await review.hear(second, twin, third, first)
    assert await review.letters() == [("version_conflict", 2)]
    await replay.skip(review.db, await review.letter(), "false-twin")
    await review.round()
    assert await review.effects() == [1, 2, 3]
    assert await one(review.db, "SELECT event_id FROM effect WHERE version = 2") == second.id


async def test_one_that_names_no_aggregate_is_only_skipped(review: Listener) -> None:
    raw, subject, id = message(event(taken(), new_id(), 1))
    await review.consumer.receive(raw, subject, str(new_id()))
    with pytest.raises(Conflict, match="not_its_turn"):
        await replay.requeue(review.consumer, await review.letter())
    await review.consumer.receive(b"{", subject, id)
    for letter in await open_ones(review):
        await replay.skip(review.db, letter, "forged")
    assert await review.letters() == []


async def test_one_that_still_cannot_be_read_says_so(review: Listener) -> None:
    unfit = event(captured(), new_id(), 1, data={})
    await review.hear(unfit)
    with pytest.raises(Conflict, match="still_poison"):
        await replay.requeue(review.consumer, await review.letter())


@dataclass
class Shell:
    """`python -m services.intake …` in this process; the exit code, and what was printed, as JSON or as it stands."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def of(self, settings: Settings) -> None:
        """From now on the environment is that of this service."""
        self.monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
        self.monkeypatch.setenv("NATS_URL", settings.nats_url)
        self.monkeypatch.setenv("NATS_USER", settings.nats_user)
        self.monkeypatch.setenv("NATS_PASSWORD", settings.nats_password.get_secret_value())
        self.monkeypatch.setenv("KEYS_DIR", str(settings.keys_dir))

    async def __call__(self, *arguments: str) -> tuple[int, Any]:
        self.capsys.readouterr()
        code = await asyncio.to_thread(self._run, list(arguments))
        out, said = self.capsys.readouterr()
        return code, json.loads(out) if out else said

    def _run(self, arguments: list[str]) -> int:
        try:
            return main("intake", build, arguments)
        except SystemExit as end:
            return int(end.code or 0)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


async def test_the_command_line_lists_shows_refuses_and_skips(stack: Stack, bus: Client, shell: Shell) -> None:
    settings = stack.fresh("intake")
    shell.of(settings)
    said = event(SubmissionForgotten(), new_id(), 1)
    async with opened(settings) as db:
        await Consumer(db, "review", Subscribers(), no_text).receive(encode(said), said.bus_subject, str(new_id()))
    _, (letter,) = await shell("dead-letters", "list")
    assert (letter["reason"], letter["source"]) == ("forged", "review") and "bytes_base64" not in letter
    _, shown = await shell("dead-letters", "show", letter["id"])
    assert base64.b64decode(shown["bytes_base64"]) == encode(said)
    code, refusal = await shell("dead-letters", "requeue", letter["id"])
    assert code == 1 and refusal.startswith("not_its_turn: ")
    code, refusal = await shell("dead-letters", "skip", letter["id"], "--reason", "Frau Meier sagt nein")
    assert code == 2 and "Meier" not in refusal
    skipped = await shell("dead-letters", "skip", letter["id"], "--reason", "forged")
    assert skipped == (0, {"skipped": letter["id"]})
    assert await shell("dead-letters", "list") == (0, [])


async def test_the_command_line_requeues_through_the_services_own_functions(
    stack: Stack, bus: Client, shell: Shell
) -> None:
    settings = stack.fresh("intake")
    shell.of(settings)
    said = event(SubmissionForgotten(), new_id(), 1)

    async def fails(*_: object) -> None:
        raise ValueError("no")

    async with opened(settings) as db:
        failing = Subscribers()
        failing.on_every(fails)
        consumer = Consumer(db, "review", failing, no_text)
        for _ in range(ATTEMPTS):
            await consumer.receive(*message(said))
        letter = str(await one(db, "SELECT id FROM dead_letter"))
        assert await shell("dead-letters", "requeue", letter) == (0, {"requeued": letter, "applied": 1})
        assert await one(db, "SELECT version FROM gate WHERE aggregate = $1", said.subject) == 1


async def test_the_command_line_says_when_the_bus_is_away(
    stack: Stack, bus: Client, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = stack.fresh("intake", nats_url="nats://127.0.0.1:9")
    shell.of(settings)
    monkeypatch.setattr(replay, "CONNECT_SECONDS", 0.3)
    said = event(SubmissionForgotten(), new_id(), 1)
    async with opened(settings) as db:
        await Consumer(db, "review", Subscribers(), no_text).receive(encode(said), said.bus_subject, str(new_id()))
        letter = str(await one(db, "SELECT id FROM dead_letter"))
    code, refusal = await shell("dead-letters", "requeue", letter)
    assert code == 1 and refusal.startswith("bus_unavailable: ")


async def test_it_is_a_module_that_can_be_run(stack: Stack) -> None:
    run = await create_subprocess_exec(
        *(sys.executable, "-m", "services.intake", "dead-letters", "skip", "no-id"), cwd=ROOT, stdout=PIPE, stderr=PIPE
    )
    _, said = await run.communicate()
    assert run.returncode == 2 and b"usage: python -m services.intake dead-letters skip" in said
