"""What is written for people is true: generated pages are up to date, links lead somewhere, named commands exist."""

from pathlib import Path

import pytest
import typer

from cli.main import app
from libs.contracts import generate
from tests.architecture import pages

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small tree whose pages are true."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "Makefile").write_text("up: ## start\n\ttrue\nbench-smoke:\n\ttrue\n")
    (tmp_path / "README.md").write_text(
        "# Small\n\nSee [the walk](docs/walk.md#the-first-step), [here](#small) and [there](https://example.org/x.md).\n\n"
        "Run `make up`, make sure it runs, then `lotse dead-letters list`.\n\n"
        "```sh\nmake bench-smoke\nlotse up --data here\n# [not a link](gone.md)\n```\n"
    )
    (tmp_path / "docs/walk.md").write_text("# Walk\n\n## The first step\n\nBack to [the start](../README.md).\n")
    return tmp_path


@pytest.fixture
def known() -> pages.Commands:
    lotse, letters = typer.Typer(), typer.Typer()
    lotse.add_typer(letters, name="dead-letters")
    lotse.command()(up)
    letters.command("list")(up)
    return pages.commands_of(lotse)


def up() -> None:
    """A command."""


def add(root: Path, text: str) -> None:
    page = root / "docs/walk.md"
    page.write_text(page.read_text() + text)


def test_generated_pages_are_up_to_date() -> None:
    assert generate.differences(ROOT) == []


def test_every_relative_link_leads_somewhere() -> None:
    assert pages.dead_links(ROOT) == []


def test_every_named_make_target_exists() -> None:
    assert pages.unknown_targets(ROOT) == []


def test_every_named_lotse_command_exists() -> None:
    assert pages.unknown_commands(ROOT, pages.commands_of(app)) == []


def test_true_pages_are_let_through(small: Path, known: pages.Commands) -> None:
    assert pages.dead_links(small) == []
    assert pages.unknown_targets(small) == []
    assert pages.unknown_commands(small, known) == []


@pytest.mark.parametrize("link", ["gone.md", "../gone/", "../README.md#large", "#the-second-step"])
def test_a_planted_dead_link_is_found(small: Path, link: str) -> None:
    add(small, f"\n[planted]({link})\n")
    assert pages.dead_links(small) == [f"docs/walk.md: {link}"]


@pytest.mark.parametrize("text", ["`make tea`", "```sh\nmake tea\n```", "`cd x && make tea`", "`make -j2 tea`"])
def test_a_planted_make_target_is_found(small: Path, text: str) -> None:
    add(small, f"\n{text}\n")
    assert pages.unknown_targets(small) == ["docs/walk.md: make tea"]


@pytest.mark.parametrize("words", ["tea", "dead-letters burn"])
def test_a_planted_command_is_found(small: Path, known: pages.Commands, words: str) -> None:
    add(small, f"\n```\n$ lotse {words} --json\n```\n")
    assert pages.unknown_commands(small, known) == [f"docs/walk.md: lotse {words}"]
