"""A language is added to a running programme by one command with an effective date, while questions stream in."""

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from cli.client import Caller, Problem
from tests.walk.story import Story

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 4


@dataclass(frozen=True)
class Try:
    """One attempt to capture: when it was sent and answered, and the refusal, if any."""

    sent: float
    answered: float
    refused: str | None


async def test_ukrainian_is_added_by_one_command_while_questions_stream_in(story: Story) -> None:
    arabic: list[Try] = []
    ukrainian: list[Try] = []
    stop = asyncio.Event()
    space = await _space(story)
    amal = story.cast.caller("counsellor-ar")
    async with asyncio.TaskGroup() as stream:
        for _ in range(AT_ONCE):
            stream.create_task(_ask(amal, space, "ar", "سؤال", arabic, stop))
            stream.create_task(_ask(amal, space, "uk", "Питання", ukrainian, stop))
        await _until(lambda: len(ukrainian) >= 2 * AT_ONCE and len(arabic) >= 2 * AT_ONCE)
        before = await amal.get("/intake/v1/programmes/fem-os")
        began = asyncio.get_running_loop().time()
        code = await _lotse(story, "programme", "add-language", "fem-os", "uk", "--from", "today")
        ended = asyncio.get_running_loop().time()
        asked = len(ukrainian)
        await _until(lambda: len(ukrainian) >= asked + 4 * AT_ONCE)
        stop.set()
    assert code == 0
    after = await amal.get("/intake/v1/programmes/fem-os")
    # Other tests of this session may add other languages to the same programme meanwhile.
    assert after["version"] > before["version"]
    assert after["policy"]["languages"].count("uk") == 1
    assert set(before["policy"]["languages"]) < set(after["policy"]["languages"])
    assert [one.refused for one in arabic] == [None] * len(arabic), "what streamed in was not disturbed"
    assert {one.refused for one in ukrainian if one.answered < began} == {"language_not_offered"}
    assert {one.refused for one in ukrainian if one.sent > ended} == {None}
    assert {one.refused for one in ukrainian} == {"language_not_offered", None}


async def _space(story: Story) -> str:
    entry = {"programme": "fem-os", "platform": "telegram", "kind": "chat", "name": "Питання", "access": "open"}
    made = await story.cast.caller("scout").post(
        "/intake/v1/spaces", {**entry, "languages": ["ar", "uk"], "members": 90}
    )
    return str(made["id"])


async def _ask(who: Caller, space: str, language: str, text: str, tries: list[Try], stop: asyncio.Event) -> None:
    clock = asyncio.get_running_loop().time
    for number in itertools.count():
        if stop.is_set():
            return
        sent, refused = clock(), None
        body = {"space": space, "text": f"{text} {number}", "channel": "public", "language": language}
        try:
            await who.post("/intake/v1/questions", body)
        except Problem as problem:
            refused = problem.places[0].code if problem.places else problem.code
        tries.append(Try(sent, clock(), refused))


async def _until(true: Callable[[], bool]) -> None:
    from tests.stack.waiting import eventually

    await eventually(true, 30)


async def _lotse(story: Story, *arguments: str) -> int:
    data = str(story.place.here()[0].root)
    run: Awaitable[asyncio.subprocess.Process] = asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", *arguments, "--data", data), cwd=ROOT, stdout=asyncio.subprocess.DEVNULL
    )
    return await (await run).wait()
