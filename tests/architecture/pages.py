"""The rules about what is written for people: links lead somewhere, and named commands exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import typer
import typer.main

from tests.architecture.shape import files, name

FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
ELSEWHERE = re.compile(r"^[a-z]+:")
MAKE = re.compile(r"(?:^|[\s`;&$(])make (?:-\S+ )*([a-z][a-z-]*)", re.MULTILINE)
LOTSE = re.compile(r"(?:^|[\s`;&$(])lotse ([a-z][a-z-]*)(?: ([a-z][a-z-]*)\b)?", re.MULTILINE)

Commands = set[tuple[str, ...]]


def pages(root: Path) -> list[Path]:
    return files(root, {".md"})


def without_code(text: str) -> str:
    return SPAN.sub("", FENCE.sub("", text))


def code(text: str) -> str:
    """Fenced blocks and spans of a page, one below the other."""
    fences = [match.group(0) for match in FENCE.finditer(text)]
    return "\n".join([*fences, *SPAN.findall(FENCE.sub("", text))])


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are shown on the usual forges."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in found}


def dead_links(root: Path) -> list[str]:
    return [words for page in pages(root) for words in _dead_links_of(root, page)]


def _dead_links_of(root: Path, page: Path) -> Iterator[str]:
    for link in LINK.findall(without_code(page.read_text())):
        if ELSEWHERE.match(link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        lost = anchor and target.suffix == ".md" and target.exists() and anchor not in anchors(target)
        if not target.exists() or lost:
            yield f"{name(root, page)}: {link}"


def make_targets(root: Path) -> set[str]:
    makefile = root / "Makefile"
    return set(re.findall(r"^([a-z][a-z-]*):", makefile.read_text(), re.MULTILINE)) if makefile.exists() else set()


def unknown_targets(root: Path) -> list[str]:
    """`make` targets that pages name and the Makefile does not have."""
    known = make_targets(root)
    return [
        f"{name(root, page)}: make {target}"
        for page in pages(root)
        for target in MAKE.findall(code(page.read_text()))
        if target not in known
    ]


def commands_of(app: typer.Typer) -> Commands:
    """Every command by its words, such as `("bus", "check")`; a group stands there too, under its own name."""
    found: Commands = set()
    for command in app.registered_commands:
        if command.callback is not None:
            found.add((command.name or typer.main.get_command_name(command.callback.__name__),))
    for group in app.registered_groups:
        if group.typer_instance is not None:
            inside = commands_of(group.typer_instance)
            found |= {(str(group.name),), *((str(group.name), *words) for words in inside)}
    return found


def unknown_commands(root: Path, known: Commands) -> list[str]:
    """`lotse` commands that pages name and the command line does not have."""
    found = [(page, words) for page in pages(root) for words in LOTSE.findall(code(page.read_text()))]
    return [
        f"{name(root, page)}: lotse {' '.join(words).strip()}" for page, words in found if not exists(known, *words)
    ]


def exists(known: Commands, first: str, second: str) -> bool:
    """Whether the words lead to a command; a word after a command that is no group is its argument."""
    group = any(len(words) > 1 and words[0] == first for words in known)
    return (first, second) in known if group and second else (first,) in known
