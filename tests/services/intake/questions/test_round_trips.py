"""Capture is what a platform does all day: its round trips are counted."""

from collections.abc import Iterator
from contextlib import contextmanager

from libs.kit.actor import SYSTEM
from libs.kit.transaction import Cause
from tests.services.intake.situation import situation
from tests.services.probe import Probe

BUDGET = 2


@contextmanager
def counted(probe: Probe) -> Iterator[list[str]]:
    """Every statement that goes to this service's database meanwhile, in order."""
    pool, seen = probe.db._pool, []
    assert pool is not None
    connections = [holder._con for holder in pool._holders if holder._con is not None]

    def note(record: object) -> None:
        seen.append(str(getattr(record, "query", "")))

    for connection in connections:
        connection.add_query_logger(note)
    yield seen
    for connection in connections:
        connection.remove_query_logger(note)


def between(statements: list[str]) -> list[str]:
    """Those after BEGIN and before COMMIT, of the one transaction there is."""
    begins = [place for place, sql in enumerate(statements) if sql.startswith("BEGIN")]
    assert len(begins) == 1 and statements[-1] == "COMMIT", statements
    return statements[begins[0] + 1 : -1]


async def test_capture_keeps_its_budget_of_round_trips(intake: Probe) -> None:
    here = await situation(intake)
    await here.question(link="https://www.facebook.com/groups/1/posts/1")
    with counted(intake) as statements:
        await here.question(link="https://www.facebook.com/groups/1/posts/2", gist="Was kostet es?")
    assert len(between(statements)) <= BUDGET, "\n\n".join(statements)


async def test_a_statement_too_many_would_be_seen(intake: Probe) -> None:
    with counted(intake) as statements:
        async with intake.db.transaction(Cause(SYSTEM)) as tx:
            for _ in range(BUDGET + 1):
                await tx.connection.execute("SELECT 1")
    assert len(between(statements)) == BUDGET + 1
