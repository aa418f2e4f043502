"""The rules of shape, each a function from a tree's root to what breaks it, so that planted trees can be tried."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

LINES, FUNCTION_LINES = 300, 40
# The libraries every service stands on, and how large each may grow.
CHASSIS = {"kit": 3_600, "edge": 2_000, "restoring": 600}
FOLDERS = ("bench", "cli", "deploy", "docs", "libs", "services", "tests")
BY_HAND = {".py", ".md", ".yaml", ".yml", ".toml", ".html", ".sh"}
GENERATED = {"docs/events.md"}
BANNED = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc", "service"}
CAPABILITY = {"__init__", "api", "shapes", "subscribers", "commands", "queries", "tables", "domain"}
# A file of another name is the idea of its capability; each is named here, so that a new one is a decision.
IDEAS = {
    "intake/imports/rows.py",
    "intake/pages/rendering.py",
    "intake/questions/arrival.py",
    "intake/spreadsheets/sheets.py",
    "intake/partners/sealing.py",
    "intake/questions/deadlines.py",
    "intake/questions/telling.py",
    "referral/codes/guessing.py",
    "reporting/figures/projector.py",
    "reporting/figures/rebuild.py",
    "review/releases/author_rule.py",
}
HEADINGS = ["owns", "says", "hears", "run alone", "tables"]
# Kit and edge serve any domain; `programme` alone is known to them, as the tenant.
DOMAIN_WORDS = {
    *("question", "answer", "jurist", "reviewer", "referral", "counsellor", "posting", "submission", "space", "asker"),
    *("triage", "approval", "draft", "topic", "incident", "gist", "campaign"),
}


def files(root: Path, suffixes: set[str]) -> list[Path]:
    """Files of ours below the known folders, sorted."""
    found = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in suffixes]
    found += [path for path in root.glob("*") if path.suffix in suffixes]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def python(root: Path) -> list[Path]:
    return files(root, {".py"})


def name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def length(path: Path) -> int:
    return path.read_text().count("\n")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def long_files(root: Path) -> list[str]:
    found = [(name(root, path), length(path)) for path in files(root, BY_HAND)]
    return [f"{path}: {lines} lines" for path, lines in found if lines > LINES and path not in GENERATED]


def long_functions(root: Path) -> list[str]:
    return [words for path in python(root) for words in _long_functions_of(name(root, path), tree_of(path))]


def _long_functions_of(path: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name}: {lines} lines"


def banned_names(root: Path) -> list[str]:
    found = {part for path in python(root) for part in (path, *path.parents) if part.is_relative_to(root)}
    return sorted(name(root, path) for path in found if path.stem in BANNED)


def chassis_too_large(root: Path) -> list[str]:
    found = {
        library: sum(length(path) for path in python(root) if path.is_relative_to(root / "libs" / library))
        for library in CHASSIS
    }
    return [f"libs/{library}: {lines} lines" for library, lines in found.items() if lines > CHASSIS[library]]


def capabilities(root: Path) -> list[Path]:
    """The capability folders of all services."""
    folders = [path for path in (root / "services").glob("*/*/") if path.is_dir()]
    return sorted(path for path in folders if not {path.name, path.parent.name} & {"migrations", "__pycache__"})


def strange_files(root: Path) -> list[str]:
    """Files in a capability that have neither one of the fixed names nor are an idea."""
    found = [path for folder in capabilities(root) for path in folder.iterdir() if path.name != "__pycache__"]
    usual = [path.suffix == ".py" and path.stem in CAPABILITY for path in found]
    strange = [name(root / "services", path) for path, fits in zip(found, usual, strict=True) if not fits]
    return sorted(path for path in strange if path not in IDEAS)


def idle_capabilities(root: Path) -> list[str]:
    """A capability that neither does nor shows anything is none."""
    doing = ("commands.py", "queries.py")
    return [name(root, path) for path in capabilities(root) if not any((path / file).exists() for file in doing)]


def readme_faults(root: Path) -> list[str]:
    """Services whose page does not have the five headings, in their order."""
    services = sorted(path for path in (root / "services").glob("*/") if (path / "__init__.py").exists())
    return [name(root, path) for path in services if headings(path / "README.md") != HEADINGS]


def headings(page: Path) -> list[str]:
    if not page.exists():
        return []
    return [match.strip().lower() for match in re.findall(r"^## (.+)$", page.read_text(), re.MULTILINE)]
