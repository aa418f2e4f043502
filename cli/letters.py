"""`lotse dead-letters`: events that a service could not apply, and what to do with them."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import DATA, Data, Json
from cli.screen import Screen, finish

app = typer.Typer(
    no_args_is_help=True,
    help="""Events that a service could not apply. Each parks the later events of its own aggregate only: everything
    else flows on, and nothing is lost. Mend the cause, then requeue; skip only what can never be applied.""",
)
Service = Annotated[str | None, typer.Option(help="Only this one: intake, review, referral or reporting.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="As `lotse dead-letters list` shows it.")]
Reason = Annotated[str, typer.Option(help="A code for the record, such as known-duplicate.")]


@app.command("list")
def listed(service: Service = None, data: Data = DATA, json_lines: Json = False) -> None:
    """List the open dead letters of all services, oldest first.

    You need it when readiness or a figure seems to stand still for one question. The reason says what happened:
    `forged` and `unreadable` came from outside our code, `version_conflict` means two truths for one version, `failed`
    is a fault of ours and names its place.

    Example: `lotse dead-letters list --service review`
    """
    finish(_list(service, data, Screen(json_lines)), json_lines)


@app.command()
def show(id: Id, service: Service = None, data: Data = DATA, json_lines: Json = False) -> None:
    """Show one dead letter with the event it holds, as far as it can be read. Events never hold a text or a name.

    Example: `lotse dead-letters show 019a…`
    """
    finish(_show(id, service, data, Screen(json_lines)), json_lines)


@app.command()
def requeue(id: Id, service: Service = None, data: Data = DATA, json_lines: Json = False) -> None:
    """Apply a dead letter again, now that its cause is mended, and after it the events that wait behind it.

    You need it after a release that mends the fault. It is refused, and nothing is changed, when the event still
    cannot be applied or when an earlier one of the same aggregate is still missing.

    Example: `lotse dead-letters requeue 019a…`
    """
    finish(_decide(id, service, data, Screen(json_lines), "requeue"), json_lines)


@app.command()
def skip(id: Id, reason: Reason, service: Service = None, data: Data = DATA, json_lines: Json = False) -> None:
    """Move on without an event, for good; the reason is recorded. What waited behind it follows within seconds.

    The last resort: this service will never know what the event said. Look at it first with `show`.

    Example: `lotse dead-letters skip 019a… --reason known-duplicate`
    """
    finish(_decide(id, service, data, Screen(json_lines), "skip", "--reason", reason), json_lines)


async def _list(service: str | None, data: Path, screen: Screen) -> int:
    found = [letter for letters in (await _open(service, data)).values() for letter in letters]
    for letter in sorted(found, key=lambda one: str(one["arrived_at"])):
        screen.result(_sentence(letter), **letter)
    if not found:
        screen.say("No dead letters: every event that arrived was applied, or waits its turn.")
    return 0


async def _open(service: str | None, data: Path) -> dict[str, list[dict[str, Any]]]:
    """The open dead letters by the service that could not apply them."""
    from cli.inside import command
    from cli.where import find

    place, wanted = find(data), _wanted(service)
    answers = await asyncio.gather(*(command(place, name, "dead-letters", "list") for name in wanted))
    return {
        name: [{"service": name, **letter} for letter in letters] for name, letters in zip(wanted, answers, strict=True)
    }


def _wanted(service: str | None) -> tuple[str, ...]:
    from cli.local.trouble import Trouble
    from libs.contracts.envelope import SERVICES

    if service is not None and service not in SERVICES:
        raise Trouble(f"There is no service of that name. There are: {', '.join(SERVICES)}.")
    return (service,) if service else SERVICES


def _sentence(letter: dict[str, Any]) -> str:
    what = f"{letter['aggregate']} version {letter['version']}" if letter["aggregate"] else "an unreadable message"
    return (
        f"{letter['id']}  {letter['service']} ← {letter['source']}  {str(letter['arrived_at'])[:19]}\n"
        f"    {what}: {letter['reason']}, {letter['detail']}"
    )


async def _show(id: str, service: str | None, data: Path, screen: Screen) -> int:
    from base64 import b64decode

    from cli.inside import command
    from cli.where import find

    holder = await _holder(id, service, data)
    letter: dict[str, Any] = await command(find(data), holder, "dead-letters", "show", id)
    raw = b64decode(letter.pop("bytes_base64")).decode(errors="replace")
    screen.result(f"{_sentence({'service': holder, **letter})}\n    {raw}", service=holder, **letter, message=raw)
    return 0


async def _decide(id: str, service: str | None, data: Path, screen: Screen, action: str, *more: str) -> int:
    from cli.inside import command
    from cli.where import find

    holder = await _holder(id, service, data)
    said: dict[str, Any] = await command(find(data), holder, "dead-letters", action, id, *more)
    applied = f"; {said['applied']} events were applied" if "applied" in said else ""
    screen.result(f"{holder}: {'skipped' if action == 'skip' else 'requeued'}{applied}.", service=holder, **said)
    return 0


async def _holder(id: str, service: str | None, data: Path) -> str:
    """Which service the letter lies with. Raises `Trouble` when it is not open in any."""
    from cli.local.trouble import Trouble

    for name, letters in (await _open(service, data)).items():
        if any(letter["id"] == id for letter in letters):
            return name
    raise Trouble("No service has an open dead letter of this id. See `lotse dead-letters list`.")
