"""`lotse trace`: one question's whole life, across the services."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DATA, As, Data, Json, Urls
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from rich.tree import Tree

Question = Annotated[str, typer.Argument(metavar="QUESTION-ID", help="The question's id, as capture returned it.")]
COLOURS = {"intake": "cyan", "review": "green", "referral": "magenta", "reporting": "yellow"}


def trace(
    question: Question, person: As = "auditor", data: Data = DATA, urls: Urls = None, json_lines: Json = False
) -> None:
    """Show what happened to one question: when, in which service, what, who in which role, and why.

    You need it to answer "what became of this?" and to prove it: from capture through review and posting to erasure.
    What one event brought about stands indented below it. People appear as pseudonymous staff ids; a text never does.
    Reading a trace is itself recorded, and the next trace shows it.

    Example: `lotse trace 019a2b3c-…`
    """
    finish(_trace(question, person, data, urls, Screen(json_lines)), json_lines)


async def _trace(question: str, person: str, data: Path, urls: list[str] | None, screen: Screen) -> int:
    from uuid import UUID

    from cli.local.trouble import Trouble
    from cli.where import find

    try:
        id = UUID(question)
    except ValueError:
        raise Trouble("This is not an id of a question; `lotse demo` prints some, and capture returns one.") from None
    place = find(data, urls)
    async with place.client() as client:
        found = await place.caller(client, person).get(f"/reporting/v1/questions/{id}/trace")
    if screen.json_lines:
        screen.result("", **found.body)
    screen.show(tree_of(found.body))
    return 0


def tree_of(trace: dict[str, Any]) -> "Tree":
    """The events in causal order, each below the event that brought it about."""
    from rich.text import Text
    from rich.tree import Tree

    tree = Tree(Text(f"question {trace['question']}  {_erasure(trace['erased'])}"))
    people = _numbered(trace["events"])
    nodes: dict[str, Tree] = {}
    for event in trace["events"]:
        above = nodes.get(str(event["why"]["causation"]), tree)
        nodes[event["id"]] = above.add(_line(event, people))
    if not trace["complete"]:
        tree.add(Text("… there is more; this shows the oldest 5,000 events"))
    return tree


def _line(event: dict[str, Any], people: dict[str, str]) -> Any:
    from rich.text import Text

    what, who = event["what"], event["who"]
    _, service, aggregate, said, _ = what["type"].split(".")
    line = Text(f"{event['when'][:19].replace('T', ' ')}  ")
    line.append(f"{service:<9} ", COLOURS[service])
    line.append(f"{aggregate} {said.replace('-', ' ')}", "bold")
    line.append(f"  {people.get(str(who['staff']), '')}{who['role']}")
    reasons = ", ".join(event["why"]["reasons"])
    return line.append(f"  because: {reasons}", "italic") if reasons else line


def _numbered(events: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Staff id → its first letters: enough to see whether two events are one person's."""
    return {str(event["who"]["staff"]): f"{event['who']['staff'][:6]} " for event in events if event["who"]["staff"]}


def _erasure(erased: dict[str, Any]) -> str:
    if erased["state"] == "erased":
        return f"· erased on {erased['at'][:10]}: text, drafts and link are gone; this history stays"
    return "· erasure asked for" if erased["state"] == "requested" else ""
