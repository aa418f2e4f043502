"""`lotse dead-letters`: events that a service could not apply, and what to do with them."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import DATA, Data, Json
from cli.screen import Screen, finish

if TYPE_CHECKING:
    from uuid import UUID

    from libs.kit.deadletters import DeadLetter

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
    finish(_requeue(id, service, data, Screen(json_lines)), json_lines)


@app.command()
def skip(id: Id, reason: Reason, service: Service = None, data: Data = DATA, json_lines: Json = False) -> None:
    """Move on without an event, for good; the reason is recorded. What waited behind it follows within seconds.

    The last resort: this service will never know what the event said. Look at it first with `show`.

    Example: `lotse dead-letters skip 019a… --reason known-duplicate`
    """
    finish(_skip(id, reason, service, data, Screen(json_lines)), json_lines)


async def _list(service: str | None, data: Path, screen: Screen) -> int:
    found = [
        letter
        for letters in await asyncio.gather(*(_of(name, data) for name in _wanted(service)))
        for letter in letters
    ]
    for letter in sorted(found, key=lambda one: one["arrived_at"]):
        screen.result(_sentence(letter), **letter)
    if not found:
        screen.say("No dead letters: every event that arrived was applied, or waits its turn.")
    return 0


async def _of(service: str, data: Path) -> list[dict[str, Any]]:
    """The open dead letters of one service."""
    from cli.inside import store
    from cli.where import find
    from libs.kit.actor import SYSTEM
    from libs.kit.deadletters import listed as open_letters
    from libs.kit.transaction import Cause

    async with store(find(data), service) as db, db.transaction(Cause(SYSTEM)) as tx:
        return [_shown(service, letter) for letter in await open_letters(tx)]


def _shown(service: str, letter: "DeadLetter") -> dict[str, Any]:
    """Everything but the bytes."""
    return {"service": service, **{name: value for name, value in vars(letter).items() if name != "raw"}}


def _wanted(service: str | None) -> tuple[str, ...]:
    from cli.local.trouble import Trouble
    from libs.contracts.envelope import SERVICES

    if service is not None and service not in SERVICES:
        raise Trouble(f"There is no service of that name. There are: {', '.join(SERVICES)}.")
    return (service,) if service else SERVICES


def _sentence(letter: dict[str, Any]) -> str:
    what = f"{letter['aggregate']} version {letter['version']}" if letter["aggregate"] else "an unreadable message"
    return (
        f"{letter['id']}  {letter['service']} ← {letter['source']}  {letter['arrived_at']:%Y-%m-%d %H:%M:%S}\n"
        f"    {what}: {letter['reason']}, {letter['detail']}"
    )


async def _show(id: str, service: str | None, data: Path, screen: Screen) -> int:
    from cli.inside import store
    from cli.where import find
    from libs.kit.actor import SYSTEM
    from libs.kit.deadletters import shown
    from libs.kit.transaction import Cause

    holder, letter_id = await _holder(id, service, data)
    async with store(find(data), holder) as db, db.transaction(Cause(SYSTEM)) as tx:
        found = await shown(tx, letter_id)
    letter, raw = _shown(holder, found), found.raw.decode(errors="replace")
    screen.result(f"{_sentence(letter)}\n    {raw}", **letter, message=raw)
    return 0


async def _requeue(id: str, service: str | None, data: Path, screen: Screen) -> int:
    """By the service's own command, because its functions are what applies an event."""
    from cli.inside import command
    from cli.where import find

    holder, _ = await _holder(id, service, data)
    said: dict[str, Any] = await command(find(data), holder, "dead-letters", "requeue", id)
    screen.result(f"{holder}: requeued; {said['applied']} events were applied.", service=holder, **said)
    return 0


async def _skip(id: str, reason: str, service: str | None, data: Path, screen: Screen) -> int:
    from cli.inside import store
    from cli.where import find
    from libs.kit.replay import skip as move_on

    holder, letter_id = await _holder(id, service, data)
    async with store(find(data), holder) as db:
        await move_on(db, letter_id, reason)
    screen.result(f"{holder}: skipped; what waited behind it follows.", service=holder, skipped=id)
    return 0


async def _holder(id: str, service: str | None, data: Path) -> tuple[str, "UUID"]:
    """(the service it lies with, its id). Raises `Trouble` when it is not open in any."""
    from uuid import UUID

    from cli.local.trouble import Trouble

    try:
        wanted = UUID(id)
    except ValueError:
        raise Trouble("This is not an id of a dead letter. See `lotse dead-letters list`.") from None
    for name in _wanted(service):
        if any(letter["id"] == wanted for letter in await _of(name, data)):
            return name, wanted
    raise Trouble("No service has an open dead letter of this id. See `lotse dead-letters list`.")
