"""The `lotse` command. Each command imports what it needs when it is called, so that `--help` is quick."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="lotse",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Lotse on this machine: start it, try it, look into it. Each command explains itself: `lotse COMMAND --help`.",
)

Data = Annotated[Path, typer.Option("--data", help="The folder that holds everything that is kept.")]
PORTS = "intake listens here, review, referral and reporting on the next three, the issuer on the one below."
PortBase = Annotated[int, typer.Option(help=PORTS)]
Json = Annotated[bool, typer.Option("--json", help="For machines: one JSON object a line instead of sentences.")]


@app.callback()
def lotse() -> None:
    """Keeps the commands as names of their own, also while there is only one."""


@app.command()
def up(data: Data = Path(".data"), port_base: PortBase = 8081, json_lines: Json = False) -> None:
    """Start everything on this machine and keep it running until Ctrl-C.

    PostgreSQL, NATS, a development issuer (sign in as an invented person) and the four services start as child
    processes that listen on 127.0.0.1 only. What crashes is started again. Nothing needs root or Docker, and both may
    be there.

    Everything that is kept lies below `--data`: `postgres` and `nats` (the data), `secrets` (passwords and keys,
    readable to you alone), `logs` (one file per part). Delete the folder to begin anew.

    With `ADMIN_DATABASE_URL` set, that PostgreSQL (15 or newer) is used instead of the embedded one: the address of an
    administrator who may make databases and roles.

    Examples: `lotse up`, and for a second one beside it `lotse up --data /tmp/other --port-base 8181`.
    """
    from cli.local.up import run_up

    raise typer.Exit(run_up(data, port_base, json_lines))


if __name__ == "__main__":
    app(prog_name="lotse")
