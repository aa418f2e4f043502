"""SQLAlchemy Core writes the SQL, asyncpg runs it.

Going through SQLAlchemy's async engine costs more than half of what a small transaction takes; compiling a Core
statement once and handing text and values to asyncpg costs nothing on the second call. Statements made at module
level are compiled once; those built in a function are compiled each time (about 0.2 ms), which a list endpoint can
afford.
"""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Form:
    """What is left of a compilation: a compiler itself holds its statement, and so would keep every key alive for ever.
    Each parameter is (key, value the statement brings along, must be given)."""

    text: str
    parameters: tuple[tuple[str, Any, bool], ...]


_COMPILED: WeakKeyDictionary[Executable, _Form] = WeakKeyDictionary()


def compiled(statement: Executable, params: dict[str, Any]) -> tuple[str, list[Any]]:
    """SQL text with `$1…` and the values in order. `IN` lists are refused: write `= ANY(array)`, whose text does not
    vary.
    """
    form = _COMPILED.get(statement)
    if form is None:
        form = _COMPILED[statement] = _compile(statement)
    return form.text, [_value(params, *parameter) for parameter in form.parameters]


def _compile(statement: Executable) -> _Form:
    compiler = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
    assert isinstance(compiler, SQLCompiler) and not compiler.post_compile_params, "write = ANY(array) instead of IN"
    binds = (compiler.binds[name] for name in compiler.positiontup or ())
    return _Form(compiler.string, tuple((bind.key, bind.effective_value, bind.required) for bind in binds))


def _value(params: dict[str, Any], key: str, brought: Any, required: bool) -> Any:
    if key in params:
        return params[key]
    if required:
        raise KeyError(key)
    return brought
