"""Structured logs without personal data: one JSON object a line on stdout.

Our own lines are a constant event name and allow-listed fields. Lines of other libraries keep logger, level, exception
classes and code positions; their messages are dropped, because a message may quote what somebody typed.
"""

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import Any
from uuid import UUID

from libs.kit import telemetry

Value = str | int | float | bool | UUID | None

# A new field is added here or it is withheld; each is an id, a code, a count, a duration or a position.
FIELDS = frozenset(
    """aggregate attempt bytes class code consumer correlation count delay_ms duration_ms environment event_id expected
    found host issuer kind leader lag method pending pid port position programme reason release retry_after route seq
    service staff state status stream subject table timer trace_id type version worker""".split()  # noqa: SIM905
)
_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}")
_CODE = re.compile(r"[A-Za-z0-9_./:{}>*+-]{1,160}")
_FRAMES = 12
_ROOT = f"{Path(__file__).parents[2]}/"
_own = logging.getLogger("lotse")


def event(name: str, level: int = logging.INFO, *, error: BaseException | None = None, **fields: Value) -> None:
    """Log that something happened. `name` is a constant; a field that is not listed or holds no code is withheld."""
    if _own.isEnabledFor(level):
        constant = name if _NAME.fullmatch(name) else "unnamed"
        failed = (type(error), error, error.__traceback__) if error is not None else None
        _own.log(level, constant, extra={"lotse": _safe(fields)}, exc_info=failed)


def _safe(fields: dict[str, Value]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    withheld = []
    for name, value in fields.items():
        plain = str(value) if isinstance(value, UUID) else value
        if name in FIELDS and (not isinstance(plain, str) or _CODE.fullmatch(plain)):
            kept[name] = plain
        else:
            withheld.append(name)
    return {**kept, "withheld": withheld} if withheld else kept


def failure(error: BaseException) -> list[dict[str, Any]]:
    """The exception and its causes as class names and code positions, outermost first; never a message."""
    found: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(found) < 5:
        frames = [_place(f.f_code.co_filename, line, f.f_code.co_name) for f, line in walk_tb(current.__traceback__)]
        found.append({"class": f"{type(current).__module__}.{type(current).__qualname__}", "at": frames[-_FRAMES:]})
        inner = current.exceptions[0] if isinstance(current, BaseExceptionGroup) else None
        current = current.__cause__ or inner or (None if current.__suppress_context__ else current.__context__)
    return found


def _place(path: str, line: int, function: str) -> str:
    inside = path.rpartition("/site-packages/")[2].removeprefix(_ROOT)
    return f"{inside.rpartition('/')[2] if inside.startswith('/') else inside}:{line} {function}"


class JsonLines(logging.Formatter):
    """Formats every record of this process, ours and foreign."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"time": moment, "level": record.levelname, "service": self.service}
        own = record.__dict__.get("lotse")
        if own is None:
            line |= {"logger": record.name, "at": _place(record.pathname, record.lineno, record.funcName or "?")}
        else:
            line |= {"event": record.msg, **own}
        if (trace := telemetry.trace_id()) and "trace_id" not in line:
            line["trace_id"] = trace
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = failure(record.exc_info[1])
        return json.dumps(line, allow_nan=False, default=lambda value: type(value).__name__)


def configure(service: str, level: str = "INFO") -> None:
    """Take over all logging of this process. Call it again after libraries have made handlers of their own."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(service))
    logging.root.handlers[:] = [handler]
    # Other libraries' lines say nothing without their messages, so only what went wrong there is worth a line.
    logging.root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    _own.setLevel(level)
    # A failing handler would print the record with its arguments to stderr.
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    for known in list(logging.root.manager.loggerDict.values()):
        if isinstance(known, logging.Logger):
            known.handlers[:] = []
            known.propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda args: event("unraisable_error", logging.ERROR, error=args.exc_value)
    threading.excepthook = lambda args: event("thread_failed", logging.CRITICAL, error=args.exc_value)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not isinstance(error, KeyboardInterrupt):
        event("process_failed", logging.CRITICAL, error=error.with_traceback(trace))
