"""Options that several commands share, and what their exit codes mean."""

from enum import IntEnum
from pathlib import Path
from typing import Annotated

import typer

DATA = Path(".data")
PORTS = "intake listens here, review, referral and reporting on the next three, the issuer on the one below."
WHERE = "A service's address, for an installation elsewhere: `--url intake=https://…`; repeat it for each."
WHO = "Act as this sample person of the development issuer. Elsewhere LOTSE_TOKEN holds your token instead."

Data = Annotated[Path, typer.Option("--data", help="The folder that holds everything that is kept.")]
PortBase = Annotated[int, typer.Option(help=PORTS)]
Json = Annotated[bool, typer.Option("--json", help="For machines: one JSON object a line instead of sentences.")]
Urls = Annotated[list[str] | None, typer.Option("--url", metavar="SERVICE=ADDRESS", help=WHERE)]
As = Annotated[str, typer.Option("--as", metavar="KEY", help=WHO)]


class Exit(IntEnum):
    """What a shell learns. 2 is also what Typer says to a command that cannot be read."""

    DONE = 0
    REFUSED = 1
    DIFFERS = 2
    AWAY = 3
    PARTLY = 4


EPILOG = (
    "Exit codes: 0 done · 1 refused or failed · 2 not understood, or `bus check` found a difference"
    " · 3 nothing runs there · 4 done in part."
)
