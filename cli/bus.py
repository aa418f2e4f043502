"""`lotse bus`: what exists on the bus, and whether it is what the contracts say."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import DATA, Data, Exit, Json
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from libs.kit.provision import Change

app = typer.Typer(no_args_is_help=True, help="Streams and consumers on the bus: make them, or compare them.")
Nats = Annotated[
    str | None,
    typer.Option("--nats", metavar="URL", help="A bus elsewhere, as NATS_USER with NATS_PASSWORD."),
]
Replicas = Annotated[int, typer.Option(help="How many servers keep each stream: 3 in production.", min=1, max=5)]


@app.command()
def provision(data: Data = DATA, nats: Nats = None, replicas: Replicas = 1, json_lines: Json = False) -> None:
    """Make streams and consumers what the contracts say; what is right already is left alone.

    `lotse up` does this at every start. You need it for a bus elsewhere (before the first start, and after a release
    that brings a new stream), and when a readiness page says that something is missing. Nothing is ever deleted, and a
    setting that the server cannot change in place is refused and named.

    Example: `NATS_PASSWORD=… lotse bus provision --nats nats://bus.example:4222 --replicas 3`
    """
    finish(_compare(data, nats, replicas, Screen(json_lines), check=False), json_lines)


@app.command()
def check(data: Data = DATA, nats: Nats = None, replicas: Replicas = 1, json_lines: Json = False) -> None:
    """Say where the bus differs from the contracts, and change nothing. Exit code 2 when it differs.

    You need it in a pipeline, before an upgrade, or when somebody may have changed a stream by hand. Each difference
    names the stream or consumer and the fields.

    Example: `lotse bus check --json || lotse bus provision`
    """
    finish(_compare(data, nats, replicas, Screen(json_lines), check=True), json_lines)


async def _compare(data: Path, nats: str | None, replicas: int, screen: Screen, *, check: bool) -> int:
    from cli.inside import bus
    from cli.where import find
    from libs.kit.provision import provision as bring

    async with bus(nats, None if nats else find(data)) as client:
        changes = await bring(client, check=check, replicas=replicas)
    for change in changes:
        screen.result(_sentence(change, check), what=change.what, action=change.action, fields=change.fields)
    screen.result("The bus is as the contracts say." if not changes else _sum(changes, check), changes=len(changes))
    if check:
        return Exit.DIFFERS if changes else Exit.DONE
    return Exit.REFUSED if any(change.action == "refuse" for change in changes) else Exit.DONE


def _sentence(change: "Change", check: bool) -> str:
    fields = f" differs in {', '.join(change.fields)}" if change.fields else " is missing"
    done = {"create": "was made", "update": "was changed", "refuse": "cannot be changed in place: make it anew"}
    return f"  {change.what}{fields}{'' if check else f'; it {done[change.action]}'}"


def _sum(changes: "list[Change]", check: bool) -> str:
    return f"{len(changes)} differences; `lotse bus provision` mends them." if check else f"{len(changes)} changes."
