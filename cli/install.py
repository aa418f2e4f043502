"""`python -m cli.install`: makes `lotse` a command of this virtual environment, without building a package: a line that
puts the repository on the environment's path, and a script of two lines. Works offline."""

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = """\
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -m cli.main "$@"
"""


def install() -> Path:
    """Returns the command's path."""
    if sys.prefix == sys.base_prefix:
        raise SystemExit("This is no virtual environment; run `make install`.")
    Path(sysconfig.get_path("purelib"), "lotse.pth").write_text(f"{ROOT}\n")
    command = Path(sysconfig.get_path("scripts"), "lotse")
    command.write_text(SCRIPT)
    command.chmod(0o755)
    return command


if __name__ == "__main__":
    install()
