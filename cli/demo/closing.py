"""After the last question: the reviewer's incidents, then the figures, the traces, and what must be gone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.client import Answer, Problem
from cli.demo import counting, figures, proofs
from cli.demo.cast import Cast
from cli.demo.figures import Comparison
from cli.demo.plan import Plan
from cli.demo.tally import Erased, Tally
from cli.demo.walk import INTAKE, REVIEW, Stage
from cli.screen import Screen
from cli.where import Installation

TRACED, SOUGHT, MOST_FAILURES = 12, 25, 10
DECISIONS = ("cleared", "correct-the-comment", "remove-the-comment")


@dataclass
class Outcome:
    """All that there is to tell."""

    tally: Tally
    events: int
    comparison: Comparison
    totals: dict[str, Any]
    traced: int
    traces_whole: int
    sought: int
    still_found: list[str]
    requests: int
    seconds: float = 0.0
    example: str | None = field(default=None)

    @property
    def well(self) -> bool:
        """Whether nothing failed and every proof holds."""
        proved = self.comparison.match and self.traces_whole == self.traced and not self.still_found
        return proved and not self.tally.failures

    def closing_line(self) -> dict[str, Any]:
        """The one JSON object at the end."""
        done = self.tally.done
        named = ["captured", "duplicates", "submitted", "approved", "returned", "posted", "referred", "erased"]
        return {
            **{name: done[name] for name in named},
            "events": self.events,
            "language_agreement": self.tally.language_agreement,
            "figures_match": self.comparison.match,
            "seconds": self.seconds,
            "released": done["released"],
            "blocked": done["blocked"],
            "incidents": done["incidents"],
            "cells": self.comparison.cells,
            "traces_whole": f"{self.traces_whole}/{self.traced}",
            "erased_and_found": len(self.still_found),
            "erased_and_sought": self.sought,
            "failed": len(self.tally.failures),
            "failures": [vars(failure) for failure in self.tally.failures[:MOST_FAILURES]],
        }


async def prove(place: Installation, cast: Cast, stage: Stage, made: Sequence[Plan], screen: Screen) -> Outcome:
    """Decide what is left open, let everybody hear everything, and hold it all against itself."""
    tally, evaluator = stage.tally, cast.caller("evaluator")
    await figures.settled(place, screen)
    await _incidents(cast, stage)
    events = await figures.settled(place, screen)
    said = await counting.events(place)
    with screen.progress("Comparing figures, traces and what was erased", None):
        comparison = await figures.compare(evaluator, sorted(stage.policies), counting.count(said))
        totals = await figures.totals(evaluator, sorted(stage.policies))
        traced = _spread(tally.questions, TRACED)
        whole = await proofs.traces(cast.caller("auditor"), traced, said)
        sought = _spread(_unique(tally.erased, made), SOUGHT)
        found = await proofs.found_in_databases(place, sought) + await proofs.left_on_the_bus(place, tally.erased)
    example = _eventful(tally.questions, said)
    requests = cast.client.requests
    return Outcome(tally, events, comparison, totals, len(traced), whole, len(sought), found, requests, example=example)


def _eventful(questions: Sequence[str], said: Sequence[dict[str, Any]]) -> str | None:
    """The question of which there is most to see."""
    events = Counter(event["correlationid"] for event in said)
    return max(questions, key=lambda question: events[question], default=None)


def _spread(items: Sequence[Any], most: int) -> list[Any]:
    """At most so many, evenly from all of them."""
    step = max(1, -(-len(items) // most))
    return list(items[::step])


def _unique(erased: Sequence[Erased], made: Sequence[Plan]) -> list[Erased]:
    """Those whose text nobody else in the file asked with the same words: only there its presence would tell."""
    asked = Counter(words for plan in made for words in (plan.line.text, plan.line.gist) if words)
    return [Erased(one.question, tuple(needle for needle in one.needles if asked[needle] <= 1)) for one in erased]


async def _incidents(cast: Cast, stage: Stage) -> None:
    """The jurist looks at everything that stands somewhere without a valid release, within her 24 hours."""
    jurist = cast.caller(cast.jurist(0))
    number = 0
    while page := (await jurist.get(f"{REVIEW}/incidents?state=open&limit=100"))["items"]:
        decided = 0
        for incident in page:
            decided += await _decide(cast, stage, incident, DECISIONS[number % len(DECISIONS)])
            number += 1
        if not decided:
            return


async def _decide(cast: Cast, stage: Stage, incident: dict[str, Any], decision: str) -> bool:
    jurist, path = cast.caller(cast.jurist(0)), f"{REVIEW}/incidents/{incident['id']}"
    deviating = incident["standing"] != "without-approval"
    try:
        seen = await jurist.get(path)
        said = {"decision": "correct-the-comment" if deviating else decision}
        await jurist.post(f"{path}/decision", said, version=seen.version)
    except Problem as problem:
        stage.tally.done[f"undecided: {problem.code}"] += 1
        return False
    stage.tally.done["incidents"] += 1
    if not deviating and decision != "cleared":
        await _take_down(cast, stage, incident)
    return True


async def _take_down(cast: Cast, stage: Stage, incident: dict[str, Any]) -> None:
    """The counsellor removes her comment."""
    counsellor = cast.caller(cast.counsellor(incident["programme"], None))
    page: Answer = await counsellor.get(f"{INTAKE}/questions/{incident['question']}/postings")
    for posting in page["items"]:
        if posting["repair"] == "open":
            path = f"{INTAKE}/postings/{posting['id']}/repair"
            await counsellor.post(path, {"result": "removed"}, version=posting["version"])
            stage.tally.done["repaired"] += 1
