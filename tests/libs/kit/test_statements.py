"""A statement that is built in a function ends with it."""

import gc

import pytest
import sqlalchemy as sa
from sqlalchemy import bindparam

from libs.kit import statements
from libs.kit.statements import compiled

thing = sa.table("thing", sa.column("id"), sa.column("name"))


def test_what_was_compiled_for_a_statement_goes_with_it() -> None:
    gc.collect()
    before = len(statements._COMPILED)
    for number in range(100):
        compiled(sa.update(thing).where(thing.c.id == number).values(name="x"), {})
    gc.collect()
    assert len(statements._COMPILED) == before


def test_values_come_from_the_call_or_from_the_statement_and_none_is_forgotten() -> None:
    statement = sa.update(thing).where(thing.c.id == bindparam("which")).values(name="x")
    text, values = compiled(statement, {"which": 7})
    assert text.count("$") == 2 and values == ["x", 7]
    with pytest.raises(KeyError, match="which"):
        compiled(statement, {})
