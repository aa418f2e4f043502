"""A log line says what happened and where in the code, and never what somebody typed."""

import ast
import asyncio
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from libs.edge.http import Call, Router
from libs.kit import logs
from libs.kit.transaction import Reply
from tests.libs.edge.sample_app import Made, running

MAIL = "amal.haddad@example.org"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """All that was logged so far, parsed; every line must be JSON and none may hold the address."""
    out = io.StringIO()
    # pytest changes sys.stdout between a fixture and its test, so the log is given a stream of its own.
    monkeypatch.setattr(logs, "sys", SimpleNamespace(stdout=out))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging.root, "handlers", [])
    level = logging.root.level
    logs.configure("intake")

    def read() -> list[dict[str, Any]]:
        assert "haddad" not in out.getvalue().lower()
        assert capsys.readouterr() == ("", "")
        return [json.loads(line) for line in out.getvalue().splitlines()]

    yield read
    logging.root.setLevel(level)
    logging.captureWarnings(False)


def test_an_event_is_one_json_line_with_its_fields(lines: Any) -> None:
    logs.event("relay_wave_published", count=3, duration_ms=1.5, event_id=UUID(int=1), stream="EV_INTAKE")
    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "service": "intake",
        "event": "relay_wave_published",
        "count": 3,
        "duration_ms": 1.5,
        "event_id": str(UUID(int=1)),
        "stream": "EV_INTAKE",
    }


def test_a_field_that_is_not_listed_is_withheld_by_name(lines: Any) -> None:
    logs.event("question_captured", text=MAIL, title="haddad", count=1)
    (line,) = lines()
    assert (line["withheld"], line["count"]) == (["text", "title"], 1)


@pytest.mark.parametrize("value", [MAIL, "two words", "Ä", "a\nb", "x" * 161, ""])
def test_a_listed_field_holds_codes_only(lines: Any, value: str) -> None:
    logs.event("something", reason=value)
    (line,) = lines()
    assert line["withheld"] == ["reason"]


def logged_fields(source: str) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    ours = [call for call in calls if ast.unparse(call.func) == "logs.event"]
    return {word.arg for call in ours for word in call.keywords if word.arg} - {"error", "level"}


def test_every_field_that_the_code_logs_is_listed() -> None:
    root = Path(__file__).parents[3]
    sources = [path.read_text() for folder in ("libs", "services", "cli") for path in (root / folder).rglob("*.py")]
    assert set().union(*map(logged_fields, sources)) <= logs.FIELDS
    assert not logged_fields("logs.event('captured', mail=mail)") <= logs.FIELDS


def test_a_name_that_is_not_constant_is_not_written(lines: Any) -> None:
    logs.event(f"captured {MAIL}")
    assert lines()[0]["event"] == "unnamed"


def fail() -> None:
    try:
        int(MAIL)
    except ValueError as inner:
        raise RuntimeError(f"cannot read {MAIL}") from inner


def test_an_exception_is_told_by_classes_and_places(lines: Any) -> None:
    try:
        fail()
    except RuntimeError as error:
        logs.event("failed", logging.ERROR, error=error)
    (line,) = lines()
    assert [failure["class"] for failure in line["error"]] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert line["error"][0]["at"][-1].startswith("tests/libs/kit/test_logs.py:")
    assert line["error"][0]["at"][-1].endswith(" fail")


def test_exceptions_in_groups_and_loops_end(lines: Any) -> None:
    first, second = ValueError(MAIL), ValueError(MAIL)
    first.__cause__, second.__cause__ = second, first
    logs.event("failed", error=ExceptionGroup(MAIL, [first]))
    assert lines()[0]["error"][1]["class"] == "builtins.ValueError"


def test_foreign_loggers_lose_their_words_but_not_their_place(lines: Any) -> None:
    for name in ("uvicorn.error", "faststream", "nats.aio.client", "asyncpg", "asyncio", "sqlalchemy.engine"):
        logging.getLogger(name).error("could not store %s", MAIL)
        logging.getLogger(name).error(f"could not store {MAIL}")
    said = lines()
    assert len(said) == 12
    assert {line["logger"] for line in said} >= {"uvicorn.error", "asyncpg"}
    assert all("test_logs.py" in line["at"] for line in said)


def test_a_foreign_exception_keeps_only_its_class(lines: Any) -> None:
    try:
        fail()
    except RuntimeError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application: %s", MAIL)
    assert lines()[0]["error"][0]["class"] == "builtins.RuntimeError"


def test_a_wrong_format_prints_nothing_beside_the_log(lines: Any) -> None:
    logging.getLogger("nats").error("%d", MAIL, MAIL)
    assert lines()[0]["logger"] == "nats"


def test_handlers_that_libraries_made_are_taken_away(lines: Any) -> None:
    faststream = logging.getLogger("faststream.access.nats")
    faststream.addHandler(logging.StreamHandler(sys.stderr))
    faststream.propagate = False
    logs.configure("intake")
    faststream.error(MAIL)
    assert lines()[-1]["logger"] == "faststream.access.nats"


def test_the_access_log_is_off(lines: Any) -> None:
    logging.getLogger("uvicorn.access").error('127.0.0.1 - "GET /%s"', MAIL)
    assert lines() == []


def test_a_warning_is_a_line_too(lines: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.configure("intake")
        warnings.warn(MAIL, stacklevel=1)
    assert lines()[0]["logger"] == "py.warnings"


async def test_a_task_that_fails_unseen_leaves_no_words(lines: Any) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": MAIL, "exception": ValueError(MAIL)})
    (line,) = [line for line in lines() if line.get("logger") == "asyncio" and "error" in line]
    assert line["error"][0]["class"] == "builtins.ValueError"


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('{mail}')",
        "import threading; t = threading.Thread(target=lambda: int('{mail}')); t.start(); t.join()",
        "class A:\n def __del__(self): int('{mail}')\nA()",
    ],
)
def test_a_process_that_dies_leaves_no_words(code: str) -> None:
    program = f"from libs.kit import logs\nlogs.configure('intake')\n{code.replace('{mail}', MAIL)}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert MAIL not in ended.stdout + ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1])["error"][0]["class"] == "builtins.ValueError"


broken = Router("broken", "/intake/v1")


@broken.get("/broken", allow=("counsellor",), reply=Made, summary="Break")
async def break_down(call: Call) -> Reply:
    raise RuntimeError(f"{MAIL} wrote: {call.now}")


async def test_a_handler_that_breaks_says_its_trace_and_nothing_else(lines: Any) -> None:
    async with running(broken) as sample:
        answer = await sample.client.get("/intake/v1/broken", headers=sample.signed_in())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert MAIL not in answer.text
    (line,) = [line for line in lines() if line.get("event") == "request_failed"]
    assert line["trace_id"] == answer.json()["trace_id"] == answer.headers["x-trace-id"]
    assert line["error"][0]["class"] == "builtins.RuntimeError"
