"""What happened, in a form that people would rather look at; and one JSON line for machines at the very end."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.demo.closing import Outcome
from cli.screen import Screen

if TYPE_CHECKING:
    from rich.table import Table

BAR = 32
STEPS = (
    ("captured", "questions found and captured"),
    ("duplicates", "found a second time under the same link"),
    ("redacted", "with personal data taken out on arrival"),
    ("triaged", "taken and triaged"),
    ("refused_individual", "individual cases a programme may only refer"),
    ("submitted", "answers submitted to legal review"),
    ("returned", "returned with reasons, and revised"),
    ("blocked", "blocked: the person is sent to a lawyer"),
    ("approved", "approved"),
    ("changed", "… with the jurist's own words, confirmed by a counsellor"),
    ("released", "released for the thread"),
    ("posted", "posted by hand and recorded"),
    ("deviating", "… differing from what was released, then corrected"),
    ("without-approval", "… without approval: an incident"),
    ("review-not-required", "… where the programme requires no review"),
    ("incidents", "incidents decided by a jurist"),
    ("referred", "referred"),
    ("address_only", "… by an address, with no record about the person"),
    ("codes", "… by a one-time code"),
    ("redeemed", "codes redeemed at an office"),
    ("consent_withdrawn", "consents withdrawn by the holder of the code"),
    ("erased", "erased on request"),
)
MEASURES = ("captured", "answered", "approved", "released", "referral-offered")


def tell(outcome: Outcome, screen: Screen, stays: Path | None) -> None:
    """Tables first, then what was proved, then the one line. `stays` is the folder where all of it is left behind."""
    screen.show(_steps(outcome.tally.done))
    if outcome.tally.languages:
        screen.show(_languages(outcome.tally.languages))
    screen.show(_figures(outcome))
    for sentence in [*_proofs(outcome), f"  {_look(outcome.example, stays)}", ""]:
        screen.say(sentence)
    for failure in outcome.tally.failures[:10]:
        screen.say(f"  failed: line {failure.line}: {failure.sentence}")
    print(json.dumps(outcome.closing_line(), ensure_ascii=False), flush=True)


def _table(title: str, *columns: str) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=None, show_header=bool(columns))
    for column in columns:
        table.add_column(column)
    return table


def bar(part: float, whole: float) -> str:
    """A bar as long as its share."""
    return "█" * round(BAR * part / whole) if whole else ""


def _steps(done: Mapping[str, int]) -> "Table":
    from rich.text import Text

    table, most = _table("\nWhat happened"), max(done.values(), default=1)
    for name, words in STEPS:
        if done.get(name):
            table.add_row(Text(f"{done[name]:>6}", justify="right"), Text(bar(done[name], most), "cyan"), words)
    return table


def _languages(languages: Mapping[str, Sequence[int]]) -> "Table":
    from rich.text import Text

    table = _table("\nLanguage: withheld, suggested, compared")
    for tag, (alike, asked) in sorted(languages.items(), key=lambda item: -item[1][1]):
        share = alike / asked
        table.add_row(tag, Text(bar(share, 1), "green"), f"{share:7.2%}", f"{alike} of {asked}")
    return table


def _figures(outcome: Outcome) -> "Table":
    table = _table("\nFigures, as every role sees them (below five: withheld)", "programme", *MEASURES, "median hours")
    for programme in sorted({key.partition("/")[0] for key in outcome.totals}):
        cells = [_shown(outcome.totals.get(f"{programme}/{measure}")) for measure in MEASURES]
        table.add_row(programme, *cells, _median(outcome.totals.get(f"{programme}/hours-to-answer")))
    return table


def _shown(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "0"
    return "withheld" if row["count"] is None else f"{row['count']}"


def _median(row: Mapping[str, Any] | None) -> str:
    return "withheld" if row is None or row["median"] is None else f"{row['median']:g}"


def _proofs(outcome: Outcome) -> list[str]:
    comparison = outcome.comparison
    figures = f"{comparison.cells} cells of the figures equal our own count of {outcome.events} events"
    if not comparison.match:
        differing = "; ".join("/".join(cell) for cell in comparison.differing[:5])
        figures = f"{len(comparison.differing)} of {comparison.cells} cells DIFFER from our own count: {differing}"
    found = ", ".join(outcome.still_found[:5]) if outcome.still_found else "found nowhere"
    erased = f"{outcome.sought} erased questions sought in every column of every database and on the bus: {found}"
    traces = f"{outcome.traces_whole} of {outcome.traced} traces hold every event, in causal order"
    return ["", f"  {figures} ({comparison.withheld} withheld).", f"  {traces}.", f"  {erased}."]


def _look(example: str | None, stays: Path | None) -> str:
    if stays is None or example is None:
        return "To look at one yourself, let it happen beside a `lotse up`: lotse demo --data .data"
    return f"Look at one yourself, while `lotse up --data {stays}` runs: lotse trace {example} --data {stays}"
