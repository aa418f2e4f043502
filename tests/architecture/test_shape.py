"""The shape of the tree, and that each rule about it finds what is planted against it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import chassis, shape

ROOT = Path(__file__).resolve().parents[2]
Rule = Callable[[Path], list[str]]
PAGE = "# intake\n\n## Owns\n\n## Says\n\n## Hears\n\n## Run alone\n\n## Tables\n"
LONG = "def long():\n" + "        pass\n" * 40
IDEA = "intake/questions/deadlines.py"
USED = "from libs.kit.paging import cursor\n\ncursor()\n"

# For each rule a file that breaks it, and what must be said about it.
PLANTED: list[tuple[Rule, str, str, str]] = [
    (shape.long_files, "libs/text/words.py", "\n" * 301, "libs/text/words.py: 301 lines"),
    (shape.long_files, "docs/walk.md", "\n" * 301, "docs/walk.md: 301 lines"),
    (shape.long_functions, "cli/main.py", LONG, "cli/main.py:1 long: 41 lines"),
    (shape.long_functions, "cli/main.py", "async " + LONG, "cli/main.py:1 long: 41 lines"),
    (
        shape.long_functions,
        "tests/walk/test_walk.py",
        f"class T:\n    {LONG}",
        "tests/walk/test_walk.py:2 long: 41 lines",
    ),
    *(
        (shape.banned_names, f"libs/kit/{stem}.py", "", f"libs/kit/{stem}.py")
        for stem in ("utils", "helpers", "common", "base", "manager")
    ),
    (shape.banned_names, "services/intake/questions/service.py", "", "services/intake/questions/service.py"),
    (shape.banned_names, "libs/utils/text.py", "", "libs/utils"),
    (shape.chassis_too_large, "libs/kit/http.py", "\n" * 3_600, "libs/kit: 3602 lines"),
    (shape.chassis_too_large, "libs/edge/http.py", "\n" * 2_001, "libs/edge: 2001 lines"),
    (shape.strange_files, "services/intake/questions/handlers.py", "", "intake/questions/handlers.py"),
    (shape.strange_files, "services/intake/questions/notes.md", "", "intake/questions/notes.md"),
    (shape.strange_files, "services/intake/questions/rules/one.py", "", "intake/questions/rules"),
    (shape.idle_capabilities, "services/intake/claims/__init__.py", "", "services/intake/claims"),
    (shape.readme_faults, "services/intake/README.md", PAGE.replace("Hears", "Listens"), "services/intake"),
    (shape.readme_faults, "services/intake/README.md", PAGE.replace("## Says\n\n", ""), "services/intake"),
    (shape.readme_faults, "services/review/__init__.py", "", "services/review"),
    (chassis.domain_words, "libs/edge/http.py", "open_questions = []\n", "libs/edge/http.py: open_questions"),
    (chassis.domain_words, "libs/kit/gate.py", "class PostingStore: ...\n", "libs/kit/gate.py: PostingStore"),
    (chassis.domain_words, "libs/edge/http.py", "def get(space_id): ...\n", "libs/edge/http.py: space_id"),
    (chassis.lonely_names, "libs/kit/gate.py", "def nobody(): ...\n", "libs/kit/gate.py: nobody"),
    (chassis.lonely_names, "libs/edge/http.py", "def nobody(): ...\n", "libs/edge/http.py: nobody"),
    (chassis.lonely_names, "services/review/app.py", "", "libs/kit/paging.py: cursor"),
]
RULES: list[Rule] = list(dict.fromkeys(rule for rule, _, _, _ in PLANTED))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small tree that keeps every rule."""
    for path, content in {
        "libs/kit/paging.py": "def cursor():\n    ...\n",
        "libs/kit/migrations/env.py": "",
        "services/intake/__init__.py": "",
        "services/intake/README.md": PAGE,
        "services/intake/app.py": USED,
        "services/review/app.py": USED,
        "services/intake/migrations/env.py": "",
        "services/intake/questions/commands.py": "",
        f"services/{IDEA}": "",
    }.items():
        write(tmp_path / path, content)
    return tmp_path


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_tree_that_keeps_the_rule_is_let_through(rule: Rule, small: Path) -> None:
    assert rule(small) == []


@pytest.mark.parametrize(("rule", "path", "content", "said"), PLANTED)
def test_a_planted_violation_is_found(rule: Rule, path: str, content: str, said: str, small: Path) -> None:
    write(small / path, content)
    assert rule(small) == [said]


def test_a_name_that_its_library_uses_itself_needs_no_service(small: Path) -> None:
    write(small / "libs/edge/http.py", "from libs.edge import serving\n\nserving.answered()\n")
    write(small / "libs/edge/serving.py", "def answered(): ...\n")
    assert chassis.lonely_names(small) == []


def test_a_word_is_found_in_both_ways_of_writing_it() -> None:
    assert "question" in chassis.words("OpenQuestions") & chassis.words("open_question")
    assert not chassis.words("NAMESPACE") & shape.DOMAIN_WORDS
    assert not chassis.words("programme") & shape.DOMAIN_WORDS


def test_every_idea_is_still_there() -> None:
    assert [path for path in shape.IDEAS if not (ROOT / "services" / path).exists()] == []
