"""SQLAlchemy Core writes the SQL, asyncpg runs it.

Going through SQLAlchemy's async engine costs more than half of what a small transaction takes; compiling a Core
statement once and handing text and values to asyncpg costs nothing on the second call. Statements made at module
level are compiled once; those built in a function are compiled each time (about 0.2 ms), which a list endpoint can
afford.
"""

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_COMPILED: WeakKeyDictionary[Executable, SQLCompiler] = WeakKeyDictionary()


def compiled(statement: Executable, params: dict[str, Any]) -> tuple[str, list[Any]]:
    """SQL text with `$1…` and the values in order. `IN` lists are refused: write `= ANY(array)`, whose text does not
    vary.
    """
    form = _COMPILED.get(statement)
    if form is None:
        form = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        assert isinstance(form, SQLCompiler) and not form.post_compile_params, "write = ANY(array) instead of IN"
        _COMPILED[statement] = form
    values = form.construct_params(params)
    return form.string, [values[name] for name in form.positiontup or ()]
