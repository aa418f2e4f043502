"""What a command says: sentences, tables and progress bars for people, or JSON lines for machines; troubles to
standard error, with an exit code that means something."""

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from cli.local.trouble import Trouble
from cli.options import Exit

if TYPE_CHECKING:
    from rich.console import RenderableType

Advance = Callable[[int], None]


class Screen:
    """One command's voice. With `json_lines` nothing but `result` is printed, one object a line."""

    def __init__(self, json_lines: bool) -> None:
        self.json_lines = json_lines

    def say(self, sentence: str) -> None:
        """For people alone."""
        if not self.json_lines:
            print(sentence, flush=True)

    def result(self, sentence: str, /, **fields: Any) -> None:
        """One fact, in either form."""
        print(json.dumps(fields, default=str, ensure_ascii=False) if self.json_lines else sentence, flush=True)

    def show(self, what: "RenderableType") -> None:
        """A table or a tree, for people alone."""
        if not self.json_lines:
            from rich.console import Console

            Console(highlight=False).print(what)

    @contextmanager
    def progress(self, label: str, total: int | None) -> Iterator[Advance]:
        """A bar on standard error while the block runs; silent for machines and where nobody watches."""
        if self.json_lines or not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done: bar.update(task, advance=done)


def finish(work: Coroutine[Any, Any, int], json_lines: bool) -> None:
    """Run a command to its end and leave with its exit code; what is in its way is said once, without a traceback."""
    from cli.client import Problem
    from libs.kit.errors import LotseError

    # What kit logs is meant for a service's log; here the one sentence below says it.
    logging.root.addHandler(logging.NullHandler())
    try:
        code = asyncio.run(work)
    except (Problem, Trouble, LotseError) as failure:
        _complain(failure, json_lines)
        code = Exit.AWAY if getattr(failure, "status", None) == 0 or isinstance(failure, NotRunning) else Exit.REFUSED
    except KeyboardInterrupt:
        code = 130
    raise typer.Exit(code)


def _complain(failure: Exception, json_lines: bool) -> None:
    code, message = getattr(failure, "code", "trouble"), getattr(failure, "message", str(failure))
    said = failure.as_dict() if hasattr(failure, "as_dict") else {"code": code, "message": message}
    print(json.dumps({"error": said}, ensure_ascii=False) if json_lines else message, file=sys.stderr, flush=True)


class NotRunning(Trouble):
    """There is nothing to talk to."""
