"""Something to ask of each operation of reporting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libs.kit.ids import new_id
from tests.rights.asking import Ask, Case, about, listing
from tests.services.probe import Person, Probe
from tests.services.reporting import facts

# As many as are shown, by as many as are needed.
ENOUGH = 6
WORDS: Mapping[str, set[str]] = {}


@dataclass
class Situation:
    """A programme of which reporting has heard enough for figures."""

    reporting: Probe
    programme: str
    question: str


async def situation(reporting: Probe) -> Situation:
    programme, question = facts.fresh_programme(), new_id()
    for id in (question, *(new_id() for _ in range(ENOUGH))):
        (said,) = facts.life([facts.captured()], id, programme=programme, staff=new_id())
        assert await reporting.deliver(said) is None
    return Situation(reporting, programme, str(question))


async def figures(here: Situation, by: Person) -> Ask:
    return Ask(traces=(here.programme,))


async def measures(here: Situation, by: Person) -> Ask:
    return Ask(traces=("captured",))


async def trace(here: Situation, by: Person) -> Ask:
    return about(here.question)


async def events(here: Situation, by: Person) -> Ask:
    return listing(here.question, here.programme)


CASES: Mapping[str, Case[Any]] = {
    "GET /reporting/v1/figures": figures,
    "GET /reporting/v1/measures": measures,
    "GET /reporting/v1/questions/{id}/trace": trace,
    "GET /reporting/v1/events": events,
}
