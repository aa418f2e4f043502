"""The sample that comes with the repository, and how lines of somebody's own are read."""

import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from cli.demo.lines import Line, read, sentences
from cli.demo.topics import UNKNOWN, legal_class_of, topic_of
from cli.demo.world import _sample
from cli.local.devissuer import read_people
from cli.local.trouble import Trouble
from libs.contracts.codes import LegalClass, Urgency
from libs.contracts.topics import TOPIC_CODES
from libs.text.controls import clean_problem
from libs.text.language import suggest
from libs.text.redaction import contains_personal_data

ROOT = Path(__file__).resolve().parents[3]
PROGRAMMES = tomllib.loads((ROOT / "services/intake/programmes.toml").read_text())
LANGUAGES = {code: one["policy"]["languages"] for code, one in PROGRAMMES.items()}
SAMPLE = read(None, None, None)


def test_the_sample_covers_every_language_of_every_programme() -> None:
    assert len(SAMPLE) == 120
    per_language = Counter(line.language for line in SAMPLE)
    assert set(per_language) == {language for languages in LANGUAGES.values() for language in languages}
    assert min(per_language.values()) >= 6
    assert len({line.text for line in SAMPLE}) == 120
    assert {line.programme for line in SAMPLE[:20]} == set(PROGRAMMES), "the first lines show every programme"
    assert all(line.language in LANGUAGES[str(line.programme)] for line in SAMPLE)


@pytest.mark.parametrize("line", SAMPLE, ids=lambda line: line.id)
def test_a_sample_line_is_whole(line: Line) -> None:
    assert line.language is not None and line.gist
    assert line.topic in TOPIC_CODES
    assert line.legal_class in set(LegalClass) and line.urgency in set(Urgency)
    variant = line.variant(line.language)
    assert (variant is None) == (line.language == "de")
    for words in filter(None, (line.text, line.gist, line.core, variant)):
        assert clean_problem(words) is None
    for answer in filter(None, (line.gist, line.core, variant)):
        assert contains_personal_data(answer, in_answer=True) == ()


def test_lara_is_asked_nothing_that_it_may_not_answer() -> None:
    classes = {line.legal_class for line in SAMPLE if line.programme == "lara"}
    assert classes <= set(PROGRAMMES["lara"]["policy"]["legal_classes"])


def test_the_language_of_every_sample_line_is_suggested_rightly() -> None:
    wrong = [line.id for line in SAMPLE if suggest(line.text, LANGUAGES[str(line.programme)]).tag != line.language]
    assert wrong == []


def test_some_sample_lines_hold_what_must_be_redacted() -> None:
    kinds = {kind for line in SAMPLE for kind in contains_personal_data(line.text)}
    assert kinds == {"e-mail", "phone"}


def test_there_are_twenty_spaces_and_twenty_offices_with_desks_for_three() -> None:
    spaces, offices = _sample("space"), _sample("office")
    assert (len(spaces), len(offices)) == (20, 20)
    for language in {language for languages in LANGUAGES.values() for language in languages}:
        assert any(language in space["languages"] for space in spaces), language
    desks = {str(one.office) for one in read_people(ROOT / "cli/people.json").values() if one.office}
    assert desks == {office["id"] for office in offices[:3]}
    assert all({"name", "kind", "topics", "land", "modes"} <= set(office) for office in offices)


def test_each_language_has_an_honest_sentence_for_what_has_no_answer() -> None:
    assert {language for languages in LANGUAGES.values() for language in languages} | {"uk"} == set(sentences())
    for said in sentences().values():
        assert contains_personal_data(said["office"], in_answer=True) == ()


def own(folder: Path, *rows: object) -> Path:
    file = folder / "own.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return file


def test_lines_of_one_group_share_the_german_answer(tmp_path: Path) -> None:
    rows = (
        {"id": "1-en", "group": 1, "language": "en", "text": "Who pays?"},
        {"id": "1-de", "group": 1, "language": "de", "text": "Wer zahlt die Miete?", "answer_de": "Das Amt."},
        {"id": "2", "text": "Alone"},
    )
    english, german, alone = read(own(tmp_path, *rows), None, None)
    assert (english.core, english.gist) == ("Das Amt.", "Wer zahlt die Miete?")
    assert english.variant("en") == f"{sentences()['en']['german']}\nDas Amt."
    assert (german.gist, german.variant("de")) == (None, None)
    assert english.topic == german.topic == "j-tenancy"
    assert not alone.answered and alone.core == sentences()["de"]["office"]
    assert alone.variant("fr") == sentences()["fr"]["office"]


def test_an_answer_with_somebodys_address_is_cleaned_before_it_is_submitted(tmp_path: Path) -> None:
    row = {
        "id": "1",
        "text": "Wohin?",
        "language": "de",
        "answer_de": "Schreiben Sie an frau@example.org bitte.",
    }
    (line,) = read(own(tmp_path, row), None, None)
    assert line.core == "Schreiben Sie an [E-Mail] bitte."


def test_a_file_is_narrowed_by_language_and_number(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": f"Satz {n}", "language": "de" if n % 2 else "ar"} for n in range(10)]
    assert [line.id for line in read(own(tmp_path, *rows), "de", 3)] == ["1", "3", "5"]


@pytest.mark.parametrize("row", ["{", "[]", '{"id": 1}', '{"id": 1, "text": "  "}'])
def test_a_line_that_is_none_is_named(tmp_path: Path, row: str) -> None:
    with pytest.raises(Trouble, match="line 2"):
        read(own(tmp_path, {"id": "1", "text": "Gut"}, row), None, None)


def test_a_file_without_a_wanted_line_or_none_at_all_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="no such question"):
        read(own(tmp_path, {"id": "1", "text": "Gut", "language": "de"}), "ar", None)
    with pytest.raises(Trouble, match="cannot be read"):
        read(tmp_path / "gone.jsonl", None, None)


def test_key_words_find_topics_and_own_cases() -> None:
    assert topic_of("Ich habe eine Kündigung bekommen.") == "c-dismissal"
    assert topic_of("Xyz") == UNKNOWN
    assert legal_class_of("Ich habe eine Kündigung bekommen.") == "individual-examination"
    assert legal_class_of("Gibt es ein Recht auf ein Konto?") == "general-information"
    assert legal_class_of("Wo ist der Park?") == "not-legal"
