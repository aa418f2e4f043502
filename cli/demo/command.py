"""`lotse demo`: the main job on real input, and what came of it."""

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Json
from cli.screen import Screen, finish

File = Annotated[Path | None, typer.Option("--questions", metavar="FILE.jsonl", help="Your questions, one a line.")]
Language = Annotated[str | None, typer.Option(help="Only questions in this language.")]
Limit = Annotated[int | None, typer.Option(help="Only the first so many.", min=1)]
Detect = Annotated[bool, typer.Option("--detect-language", help="Withhold the given language, then compare.")]
Where = Annotated[Path | None, typer.Option("--data", help="Run there, or use the `lotse up` that runs there.")]
Port = Annotated[int | None, typer.Option("--port-base", help="As for `lotse up`; else the first that is free.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave the temporary data folder behind and name it.")]


def demo(
    questions: File = None,
    language: Language = None,
    limit: Limit = None,
    detect_language: Detect = False,
    data: Where = None,
    port_base: Port = None,
    keep: Keep = False,
    json_lines: Json = False,
) -> None:
    """Walk questions through the whole platform and show what came of it: capture, triage, legal review, posting,
    referral, erasure, figures, trace.

    You need it to see what this is, on invented questions that come with it or on your own; and to know that an
    installation works. Everything goes through the HTTP APIs with the tokens of sample people: counsellors who find and
    answer, jurists who approve, return and block, second speakers who release, offices that redeem codes, an auditor.
    Some of it goes wrong on purpose: the same post is found twice, a text is posted that nobody approved, consent is
    withdrawn. At the end the figures are compared with a count of its own, made from the event tables.

    Your own file has lines with `id` and `text`, and may have `language`, `place`, and `answer_de` (the German answer;
    lines of one `group` share it). Without `--data` all of it happens in a temporary folder that is removed afterwards.

    The last line is always one JSON object with the numbers.

    Examples: `lotse demo`, `lotse demo --questions faq.jsonl --detect-language`, `lotse demo --data .data` beside
    `lotse up`.
    """
    screen = Screen(json_lines)
    finish(_demo(screen, questions, language, limit, detect_language, data, port_base, keep), json_lines)


async def _demo(
    screen: Screen,
    questions: Path | None,
    language: str | None,
    limit: int | None,
    detect: bool,
    data: Path | None,
    port_base: int | None,
    keep: bool,
) -> int:
    from cli.demo.run import Wanted, run

    return await run(screen, Wanted(questions, language, limit, detect), data, port_base, keep=keep)
