"""What is made from the contracts is committed, up to date, and never overwritten by an incompatible change."""

import json
import shutil
from pathlib import Path

import pytest

from libs.contracts import generate
from libs.contracts.envelope import FACTS
from libs.contracts.intake import QuestionCaptured, QuestionTaken
from libs.contracts.registry import all_facts

TAKEN = generate.SCHEMAS / f"{QuestionTaken.type}.json"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of everything generated."""
    shutil.copytree(generate.ROOT / generate.SCHEMAS, tmp_path / generate.SCHEMAS)
    shutil.copytree(generate.ROOT / generate.SAMPLES, tmp_path / generate.SAMPLES)
    (tmp_path / "docs").mkdir()
    for name in ("asyncapi.json", "events.md"):
        shutil.copy(generate.ROOT / "docs" / name, tmp_path / "docs" / name)
    return tmp_path


def test_what_is_committed_is_up_to_date() -> None:
    assert generate.differences(generate.ROOT) == []


def test_writing_again_writes_nothing(tree: Path) -> None:
    assert generate.write(tree) == []


def test_everything_can_be_made_from_nothing_and_is_the_same_again(tmp_path: Path, tree: Path) -> None:
    fresh = tmp_path / "fresh"
    written = generate.write(fresh, new_samples=True)
    assert len(written) == 2 + 3 * len(FACTS)
    assert generate.main(["--check"], root=fresh) == 0
    assert generate.wanted(fresh, new_samples=True) == generate.wanted(tree, new_samples=True)


@pytest.mark.parametrize("path", [Path("docs/events.md"), Path("docs/asyncapi.json"), TAKEN])
def test_a_changed_or_missing_file_is_told_by_name(tree: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / path).write_text((tree / path).read_text() + "\n")
    assert generate.main(["--check"], root=tree) == 1
    assert f"{path}: out of date" in capsys.readouterr().out
    (tree / path).unlink()
    assert generate.main(["--check"], root=tree) == 1
    assert f"{path}: missing" in capsys.readouterr().out
    assert generate.main([], root=tree) == 0
    assert generate.main(["--check"], root=tree) == 0


def test_an_incompatible_schema_is_not_overwritten(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((tree / TAKEN).read_text())
    schema["properties"]["data"]["properties"]["mood"] = {"type": "boolean"}
    (tree / TAKEN).write_text(generate.as_text(schema))
    before = (tree / TAKEN).read_text()
    assert generate.main([], root=tree) == 1
    assert "/data/mood: removed" in capsys.readouterr().err
    assert (tree / TAKEN).read_text() == before
    assert generate.main(["--new-samples"], root=tree) == 0
    assert generate.main(["--check"], root=tree) == 0


def test_a_type_that_is_gone_is_told(tree: Path) -> None:
    shutil.copy(tree / TAKEN, tree / generate.SCHEMAS / "lotse.intake.question.painted.v1.json")
    assert any("painted.v1: the type is gone" in words for words in generate.differences(tree))


def test_a_sample_that_is_there_is_never_made_again(tree: Path) -> None:
    path = tree / generate.SAMPLES / QuestionCaptured.type / "full.json"
    old = path.read_text().replace('"private"', '"public"')
    path.write_text(old)
    assert generate.write(tree) == []
    assert path.read_text() == old


def test_a_type_that_has_grown_gets_a_further_full_sample(tree: Path) -> None:
    folder = tree / generate.SAMPLES / QuestionCaptured.type
    fulls = len(list(folder.glob("full*.json")))
    for path in folder.glob("*.json"):
        event = json.loads(path.read_text())
        del event["data"]["language_source"]
        path.write_text(json.dumps(event))
    assert list(generate.missing_samples(QuestionCaptured, folder)) == [f"full-{fulls + 1}.json"]


def test_every_fact_stands_on_the_page_of_events() -> None:
    page = (generate.ROOT / "docs/events.md").read_text()
    assert [cls.__name__ for cls in all_facts() if f"**{cls.__name__}**" not in page or cls.subject not in page] == []
