"""How a file of questions is captured: streamed, a few lines at a time, each with a key made from the file and its
line, so that the same file imported again finds what is there."""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cli.client import Caller, Problem
from cli.local.trouble import Trouble, first_trouble
from cli.screen import Advance, Screen
from libs.text.links import canonical

LARGEST_FILE = 20 * 2**20
MOST_LINES = 100_000
LONGEST_LINE = 128 * 1024
AT_ONCE = 8
FIELDS = ("text", "language", "gist", "link", "relation", "asked_at", "place", "deadline", "channel")
# Codes that say that nothing more can be captured now, whatever the line holds.
HOPELESS = frozenset({"unreachable", "service_unknown", "role_missing", "store_unavailable"})


@dataclass(frozen=True)
class Refusal:
    """A line that was not captured, and why; never what it holds."""

    line: int
    code: str
    message: str


@dataclass
class Summary:
    """`repeated` lines had been captured before, by an earlier run of the same file."""

    dry_run: bool
    lines: int = 0
    captured: int = 0
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Target:
    """Where lines go: one space, or the programme's first space in the line's language."""

    space: str | None
    by_language: Mapping[str, str] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()

    @classmethod
    async def of(cls, counsellor: Caller, space: str | None, programme: str | None) -> Self:
        """Raises `Problem` for a space or programme that is not there, `Trouble` for a programme without spaces."""
        if space is not None:
            found = await counsellor.get(f"/intake/v1/spaces/{space}")
            code: str = found["programme"]
        else:
            assert programme is not None
            code = programme
        policy = (await counsellor.get(f"/intake/v1/programmes/{code}"))["policy"]
        if policy is None:
            raise Trouble(f"{code} has no policy in force today; see `lotse programme show {code}`.")
        offered = frozenset(policy["languages"])
        if space is not None:
            return cls(space, {}, offered)
        page = await counsellor.get(f"/intake/v1/spaces?programme={code}&limit=200")
        if not page["items"]:
            raise Trouble(f"{code} has no space yet. Register one, or name one with --space.")
        firsts: dict[str, str] = {}
        for one in page["items"]:
            for language in one["languages"]:
                firsts.setdefault(language, one["id"])
        return cls(page["items"][0]["id"], firsts, offered)

    def of_line(self, line: Mapping[str, Any]) -> str | None:
        said = line.get("space")
        return said if isinstance(said, str) else self.by_language.get(str(line.get("language")), self.space)


async def run(counsellor: Caller, file: Path, target: Target, screen: Screen, *, dry_run: bool) -> Summary:
    """Capture every line. Raises `Trouble` for a file that is too large, `Problem` when no line can be captured."""
    digest, total = measured(file)
    work = Work(counsellor, target, digest, Summary(dry_run))
    waiting = numbered(file)
    with screen.progress("Checking" if dry_run else "Capturing", total) as advance:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(work.through(waiting, advance))
        except BaseExceptionGroup as failures:
            raise first_trouble(failures) from None
    work.summary.refused.sort(key=lambda refusal: refusal.line)
    return work.summary


def measured(file: Path) -> tuple[bytes, int]:
    """(SHA-256 of the file, number of its lines). Raises `Trouble`."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise Trouble(f"{file} is larger than {LARGEST_FILE // 2**20} MiB; split it.")
        digest, lines = hashlib.sha256(), 0
        with file.open("rb") as content:
            for line in content:
                digest.update(line)
                lines += 1
    except OSError as failure:
        raise Trouble(f"{file} cannot be read: {failure.strerror}.") from None
    if lines > MOST_LINES:
        raise Trouble(f"{file} has more than {MOST_LINES:,} lines; split it.")
    return digest.digest(), lines


def numbered(file: Path) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers from 1, without the empty ones; one at a time."""
    with file.open("rb") as content:
        for number, line in enumerate(content, 1):
            if line.strip():
                yield number, line


@dataclass
class Work:
    """An import under way. Lines under one link take their turns, so that the later one meets the earlier."""

    counsellor: Caller
    target: Target
    digest: bytes
    summary: Summary
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def through(self, waiting: Iterator[tuple[int, bytes]], advance: Advance) -> None:
        """Take the next line until none is left; several of us share the iterator."""
        for number, raw in waiting:
            self.summary.lines += 1
            try:
                await self._line(number, body_of(raw, self.target))
            except Refused as refused:
                self.summary.refused.append(Refusal(number, refused.code, refused.message))
            except Problem as problem:
                if problem.code in HOPELESS:
                    raise
                self.summary.refused.append(Refusal(number, problem.code, _sentence(problem)))
            advance(1)

    async def _line(self, number: int, body: Mapping[str, Any]) -> None:
        if self.summary.dry_run:
            self.summary.captured += 1
            return
        link = canonical(str(body["link"])) if "link" in body else None
        async with self.turns.setdefault(link, asyncio.Lock()) if link else nullcontext():
            answer = await self.counsellor.post(
                "/intake/v1/questions", body, key=key_of(self.digest, number, body["space"])
            )
        if answer.replayed or answer["duplicate"]:
            self.summary.repeated += 1
        else:
            self.summary.captured += 1


class Refused(Exception):
    """A line that cannot be sent."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def body_of(raw: bytes, target: Target) -> dict[str, Any]:
    """What is sent for a line. Raises `Refused`."""
    if len(raw) > LONGEST_LINE:
        raise Refused("line_too_long", f"A line has at most {LONGEST_LINE // 1024} KiB.")
    try:
        line = json.loads(raw)
    except ValueError:
        raise Refused("not_json", "This line is no JSON object.") from None
    if not isinstance(line, dict) or not isinstance(line.get("text"), str) or not line["text"].strip():
        raise Refused("text_missing", "A line is an object with a text.")
    if target.languages and line.get("language") is not None and line["language"] not in target.languages:
        raise Refused("language_not_offered", "The programme does not counsel in this language.")
    space = target.of_line(line)
    if space is None:
        raise Refused("space_missing", "There is no space for this line.")
    given = {name: line[name] for name in FIELDS if line.get(name) is not None}
    return {"channel": "public", **given, "space": space}


def key_of(digest: bytes, number: int, space: str) -> str:
    """The Idempotency-Key of a line: the same file, line and space are the same command."""
    return f"import-{hashlib.sha256(digest + f'|{number}|{space}'.encode()).hexdigest()[:40]}"


def _sentence(problem: Problem) -> str:
    return " ".join([problem.sentence, *(f"{place.pointer}: {place.message}" for place in problem.places)])
