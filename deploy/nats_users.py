"""Writes the bus's users with their allow-lists, as the contracts say, into the form that nats-server reads.

    python -m deploy.nats_users            write deploy/k8s/components/nats-embedded/users.conf
    python -m deploy.nats_users --check    write nothing; exit 1 when the committed file is not what it would write

Passwords are no part of it: each is the variable `<USER>_PASSWORD`, which the file includes from a Secret that is
mounted beside it.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from libs.kit.streams import permissions

FILE = Path(__file__).resolve().parent / "k8s/components/nats-embedded/users.conf"
PASSWORDS = "passwords.conf"
HEAD = "# Made from the contracts by `python -m deploy.nats_users`; a change by hand is lost, and a test finds it.\n"


def text() -> str:
    """The whole file."""
    users = "".join(_user(name, allowed) for name, allowed in permissions().items())
    return f"{HEAD}include {PASSWORDS}\n\nauthorization {{\n  users: [\n{users}  ]\n}}\n"


def _user(name: str, allowed: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    lists = "".join(f"        {verb}: {{ allow: {_subjects(rules['allow'])} }}\n" for verb, rules in allowed.items())
    return (
        f"    {{\n      user: {name}\n      password: ${password_variable(name)}\n"
        f"      permissions: {{\n{lists}      }}\n    }}\n"
    )


def _subjects(subjects: Sequence[str]) -> str:
    return "[" + "".join(f"\n          {json.dumps(subject)}" for subject in subjects) + "\n        ]"


def password_variable(user: str) -> str:
    """The name under which the server's configuration finds this user's password."""
    return f"{user.upper()}_PASSWORD"


def main(arguments: list[str] | None = None) -> int:
    """0 when the file is, or was made, what the contracts say."""
    parser = argparse.ArgumentParser(prog="python -m deploy.nats_users", description="The bus's users for Kubernetes.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the file is out of date")
    if not parser.parse_args(arguments).check:
        FILE.write_text(text())
        return 0
    if FILE.exists() and FILE.read_text() == text():
        return 0
    print(f"{FILE.name} is not what the contracts say: run `python -m deploy.nats_users`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
