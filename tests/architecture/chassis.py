"""Kit and edge are for every service and for no domain: two rules about the names in them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.shape import CHASSIS, DOMAIN_WORDS, name, python, tree_of

# Tables are found through their metadata.
FOUND_OTHERWISE = {"tables.py"}


def modules(root: Path) -> list[Path]:
    """The modules of kit and edge; migrations are found by Alembic, not imported."""
    folders = [root / "libs" / library for library in CHASSIS]
    found = [path for path in python(root) if any(path.is_relative_to(folder) for folder in folders)]
    return [path for path in found if "migrations" not in path.parts and path.name != "__init__.py"]


def identifiers(tree: ast.Module) -> Iterator[str]:
    """Every name that code gives or uses, as often as it does; no strings, no comments."""
    for node in ast.walk(tree):
        for field in ("id", "attr", "arg", "name", "asname"):
            word = getattr(node, field, None)
            if isinstance(word, str):
                yield word


def words(identifier: str) -> set[str]:
    """`OpenQuestions` and `open_question` both hold `question`."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", identifier)
    return {part.lower() for part in parts} | {part.lower().removesuffix("s") for part in parts}


def domain_words(root: Path) -> list[str]:
    """Names in kit and edge that speak of the domain."""
    found = {
        f"{name(root, path)}: {identifier}"
        for path in modules(root)
        for identifier in identifiers(tree_of(path))
        if words(identifier) & DOMAIN_WORDS
    }
    return sorted(found)


def public_names(tree: ast.Module) -> set[str]:
    """What a module offers at its top level."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {word for word in found if not word.startswith("_")}


def imported_modules(tree: ast.Module) -> set[str]:
    """Dotted names a file imports, also those brought in as `from libs.kit import errors`."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def user_of(path: str, library: str) -> str:
    """Who a file belongs to: `kit`, `edge`, `cli`; a service by name, or its capability where edge is used."""
    parts = path.split("/")
    if parts[0] == "services":
        return "/".join(parts[1 : 3 if library == "edge" else 2])
    return parts[1] if parts[0] == "libs" else parts[0]


def lonely_names(root: Path) -> list[str]:
    """Public names that neither kit nor edge, nor the command line, nor two others use."""
    trees = {name(root, path): tree_of(path) for path in python(root) if not name(root, path).startswith("tests/")}
    seen = {path: (imported_modules(tree), list(identifiers(tree))) for path, tree in trees.items()}
    return [
        f"{path}: {word}"
        for path in (name(root, module) for module in modules(root) if module.name not in FOUND_OTHERWISE)
        for word in sorted(public_names(trees[path]))
        if not _used(path, word, seen)
    ]


def _used(path: str, word: str, seen: dict[str, tuple[set[str], list[str]]]) -> bool:
    module, library = path.removesuffix(".py").replace("/", "."), path.split("/")[1]
    users = {user_of(file, library) for file, (imports, used) in seen.items() if module in imports and word in used}
    users |= {library} if seen[path][1].count(word) > 1 else set()
    return bool(users & {*CHASSIS, "cli"}) or len(users) >= 2
