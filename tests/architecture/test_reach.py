"""Members of a group and reach are two figures: no fact, no reply and no sum mixes them, and planted ones are found.

Members are those who belong to a space, an upper bound; reach is what a platform measured. Reports that add them, or
show the one as the other, were the reason for this rule.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from libs.contracts.registry import all_facts
from tests.architecture.shape import name, python

ROOT = Path(__file__).resolve().parents[2]
MEMBERS = re.compile(r"member|size_class|audience")
REACH = re.compile(r"reach(?!able)|(?<!re)views?\b|(?<!re)viewers?|impression|interaction")


def kinds(words: str) -> set[str]:
    """Which of the two figures a name speaks of."""
    found = {"members"} if MEMBERS.search(words) else set()
    return found | ({"reach"} if REACH.search(words) else set())


def mixing_facts(fields: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """Facts that hold both figures, or one name for both."""
    return [type for type, names in fields if set().union(*map(kinds, names)) == {"members", "reach"}]


def mixing_classes(path: str, tree: ast.Module) -> Iterator[str]:
    """Classes whose own fields hold a bare number of each kind side by side."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            numbers = [
                field.target.id
                for field in node.body
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_number(field)
            ]
            if set().union(*map(kinds, numbers)) == {"members", "reach"}:
                yield f"{path}:{node.lineno} {node.name}"


def mixing_sums(path: str, tree: ast.Module) -> Iterator[str]:
    """Sums, differences, ratios and comparisons with members on the one side and reach on the other."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.BinOp | ast.Compare):
            continue
        sides = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.left, *node.comparators]
        found = [kinds(ast.unparse(side)) for side in sides]
        if any(one == {"members"} for one in found) and any(one == {"reach"} for one in found):
            yield f"{path}:{node.lineno} {ast.unparse(node)}"


def _is_number(field: ast.AnnAssign) -> bool:
    return re.fullmatch(r"int|float|Count|Reach|Measured|Annotated\[int.*", ast.unparse(field.annotation)) is not None


def code(root: Path) -> list[tuple[str, ast.Module]]:
    found = [path for path in python(root) if name(root, path).startswith(("services/", "libs/"))]
    return [(name(root, path), ast.parse(path.read_text())) for path in found]


def test_no_fact_holds_members_beside_reach() -> None:
    assert mixing_facts((cls.type, cls.model_fields) for cls in all_facts()) == []


def test_no_class_holds_both_and_no_sum_mixes_them() -> None:
    trees = code(ROOT)
    assert [words for path, tree in trees for words in mixing_classes(path, tree)] == []
    assert [words for path, tree in trees for words in mixing_sums(path, tree)] == []


def test_a_planted_fact_is_found() -> None:
    planted: list[tuple[str, Any]] = [("good", ["week", "reach_views"]), ("bad", ["reach_views", "members"])]
    assert mixing_facts([*planted, ("worse", ["members_reached"])]) == ["bad", "worse"]


def test_a_planted_class_is_found() -> None:
    tree = ast.parse("class ItemView:\n    members: int\n    views: int\n\nclass Good:\n    reach: ReachView\n")
    assert list(mixing_classes("a.py", tree)) == ["a.py:1 ItemView"]


@pytest.mark.parametrize("planted", ["item.members + item.views", "reach / members", "viewers > space.members"])
def test_a_planted_sum_is_found(planted: str) -> None:
    assert list(mixing_sums("a.py", ast.parse(planted))) == [f"a.py:1 {planted}"]


@pytest.mark.parametrize("honest", ["one.views + other.views", "members + other.members", "reviewers + members"])
def test_what_stays_with_its_kind_is_let_through(honest: str) -> None:
    assert list(mixing_sums("a.py", ast.parse(honest))) == []
