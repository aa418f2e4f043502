"""Nothing in the tree tells on which machine, from which registry or by which tools it was written.

The patterns are put together from pieces, so that this file does not hold what it looks for.
"""

import re
from pathlib import Path

import pytest

from tests.architecture.shape import FOLDERS, name

ROOT = Path(__file__).resolve().parents[2]
PIECES = (
    ("/wo", "rk/"),
    ("/wo", "rk\\b"),
    ("/fa", "rm\\b"),
    ("/ho", "me/[a-z]"),
    ("py", "pi[.]org"),
    ("python", "hosted"),
    ("deb[.]deb", "ian[.]org"),
    ("registry[.]npm", "js"),
    ("proxy[.]go", "lang[.]org"),
    ("[.]lib", "rary/"),
    ("before", "-stop"),
    ("\\bC", "EO\\b"),
    ("(?i:clau", "de)"),
    ("(?i:anthro", "pic)"),
)
FORBIDDEN = re.compile("|".join(first + second for first, second in PIECES))
PLANTED = (
    "/wo" + "rk/main",
    "cd /fa" + "rm",
    "https://py" + "pi.org/simple",
    "https://files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "/ho" + "me/somebody",
)
OURS = ("network/", "homework/", "a framework", "/home page", "pharm", "library/")


def told(root: Path) -> list[str]:
    """Lines that hold a forbidden word, as `file:line`."""
    found = [path for folder in (*FOLDERS, ".ci") for path in (root / folder).rglob("*")] + list(root.glob("*"))
    # `.git` is a file in a second working tree, and says where the first one lies.
    texts = [path for path in found if path.is_file() and not {"__pycache__", ".git"} & set(path.parts)]
    return [words for path in sorted(texts) for words in _told_by(root, path)]


def _told_by(root: Path, path: Path) -> list[str]:
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError:
        return []
    return [f"{name(root, path)}:{number}" for number, line in enumerate(lines, 1) if FORBIDDEN.search(line)]


def test_the_tree_does_not_tell_where_it_was_written() -> None:
    assert told(ROOT) == []


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_word_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text(f"# Page\n\nSee {text} there.\n")
    assert told(tmp_path) == ["docs/page.md:3"]


@pytest.mark.parametrize("text", OURS)
def test_our_own_words_are_let_through(text: str) -> None:
    assert not FORBIDDEN.search(text)
