"""Every command explains itself, and speaks to machines."""

from collections.abc import Iterator

import pytest
import typer
from click import Command
from typer.testing import CliRunner

from cli.main import app

ROOT = typer.main.get_command(app)


def commands(group: object, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    for word, command in getattr(group, "commands", {}).items():
        if getattr(command, "commands", None):
            yield from commands(command, (*name, word))
        else:
            yield (*name, word), command


ALL = dict(commands(ROOT))


def test_the_commands_of_the_architecture_are_there() -> None:
    wanted = "up,demo,token,trace,replay,scrub,status,import questions,bus provision,bus check,programme show"
    wanted += ",import spaces,import observations"
    wanted += ",programme add-language,dead-letters list,dead-letters show,dead-letters requeue,dead-letters skip"
    assert {" ".join(name) for name in ALL} == set(wanted.split(","))


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_help_says_what_it_does_when_one_needs_it_and_how(name: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*name, "--help"], env={"COLUMNS": "100", "TERM": "dumb"})
    assert shown.exit_code == 0
    text = " ".join(shown.output.split())
    assert f"lotse {' '.join(name)}" in text or f"`lotse {' '.join(name)}" in text
    assert "Example" in text, "an example teaches"
    assert len(text) > 400, "a line is no explanation"


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_every_command_speaks_to_machines(name: tuple[str, ...]) -> None:
    options = {option for parameter in ALL[name].params for option in parameter.opts}
    assert "--json" in options


@pytest.mark.parametrize("group", ["import", "programme", "bus", "dead-letters"])
def test_a_group_alone_shows_its_commands(group: str) -> None:
    shown = CliRunner().invoke(app, [group], env={"TERM": "dumb"})
    assert all(name[1] in shown.output for name in ALL if name[0] == group)


def test_the_exit_codes_are_explained() -> None:
    assert "Exit codes" in CliRunner().invoke(app, ["--help"], env={"TERM": "dumb"}).output
