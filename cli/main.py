"""The `lotse` command. Each command imports what it needs when it is called, so that `--help` is quick."""

import typer

from cli import bus, letters, programme, questions, spreadsheets
from cli.demo.command import demo
from cli.options import DATA, EPILOG, Data, Json, PortBase
from cli.replay import replay
from cli.scrub import scrub
from cli.status import status
from cli.token import token
from cli.trace import trace

app = typer.Typer(
    name="lotse",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Lotse on this machine: start it, try it, look into it. Each command explains itself: `lotse COMMAND --help`.",
    epilog=EPILOG,
)


@app.command()
def up(data: Data = DATA, port_base: PortBase = 8081, json_lines: Json = False) -> None:
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


for command in (demo, status, token, trace, replay, scrub):
    app.command()(command)
for sheet in (spreadsheets.spaces, spreadsheets.observations):
    questions.app.command()(sheet)
for name, group in (
    ("import", questions.app),
    ("programme", programme.app),
    ("bus", bus.app),
    ("dead-letters", letters.app),
):
    app.add_typer(group, name=name)


if __name__ == "__main__":
    app(prog_name="lotse")
