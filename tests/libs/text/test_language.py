"""The language suggested is one of those offered, sure only where it is right, and cheap."""

import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.text.language import Suggestion, suggest
from libs.text.tags import primary
from tests.shared_data import lines, shared_data

ROOT = Path(__file__).resolve().parents[3]
FEM_OS = ("de", "ar", "en", "fr", "ps", "fa", "pt", "ru", "sr", "es", "tr")
MB4 = ("de", "bg", "el", "en", "es", "fr", "it", "hr", "hu", "pl", "ro", "cs", "sk")
ALL = (*dict.fromkeys(FEM_OS + MB4), "uk")

GERMAN = "Wie lange dauert es, bis der Bescheid vom Jobcenter kommt?"
SERBIAN = "Здраво, имам питање о дозволи за рад у Немачкој."
CROATIAN = "Dobar dan, imam pitanje o radnoj dozvoli u Njemačkoj."
PERSIAN = "سلام، من دربارهٔ اجازهٔ کار در آلمان سؤال دارم و نمی‌دانم از کجا شروع کنم."


def _group(tag: str) -> str:
    """Bosnian, Croatian and Serbian are one; so are Persian and Dari."""
    return {"hr": "bcs", "sr": "bcs", "bs": "bcs", "prs": "fa"}.get(primary(tag), primary(tag))


def _seen(text: str, offered: tuple[str, ...]) -> tuple[str, bool, str]:
    found = suggest(text, offered)
    return found.tag, found.sure, found.script


def test_a_clear_question_is_suggested_for_sure() -> None:
    found = suggest(GERMAN, FEM_OS)
    assert (found.tag, found.sure, found.script) == ("de", True, "Latn")
    assert 0.9 <= found.probability <= 1


def test_tags_with_a_region_or_variant_are_found_by_their_language_and_the_plain_one_goes_first() -> None:
    assert suggest("Olá, tenho uma pergunta sobre o visto de trabalho", ("de", "pt-BR", "es-419")).tag == "pt-BR"
    assert suggest("Hola, tengo una pregunta sobre el permiso de trabajo", ("de", "pt-BR", "es-419")).tag == "es-419"
    assert suggest(GERMAN, ("de-simple", "de", "en")).tag == "de"
    assert suggest(GERMAN, ("de-simple", "en")).tag == "de-simple"


def test_the_script_decides_between_tags_of_one_language() -> None:
    offered = ("de", "sr-Latn", "sr-Cyrl")
    assert _seen(SERBIAN, offered) == ("sr-Cyrl", True, "Cyrl")
    assert suggest(CROATIAN, offered).tag == "sr-Latn"


def test_bosnian_croatian_and_serbian_in_latin_script_are_never_sure_against_each_other() -> None:
    assert not suggest(CROATIAN, ("de", "hr", "sr")).sure
    assert _seen(CROATIAN, ("de", "hr")) == ("hr", True, "Latn")
    assert suggest(SERBIAN, ("de", "hr", "sr")).sure


def test_dari_stands_for_persian_where_it_is_offered_and_beside_it_is_never_sure() -> None:
    assert _seen(PERSIAN, ("de", "prs")) == ("prs", True, "Arab")
    beside = suggest(PERSIAN, ("de", "fa", "prs"))
    assert (beside.tag, beside.sure) == ("fa", False)


@pytest.mark.parametrize(
    "text",
    [
        "Përshëndetje, kam një pyetje për lejen e punës në Gjermani dhe për familjen time.",
        "Xin chào, tôi có một câu hỏi về giấy phép lao động ở Đức.",
        "Goedendag, ik heb een vraag over mijn verblijfsvergunning en mijn werk.",
        "Salaan, waxaan qabaa su'aal ku saabsan ruqsadda shaqada ee Jarmalka.",
    ],
)
def test_another_language_is_never_sure(text: str) -> None:
    found = suggest(text, FEM_OS)
    assert found.tag in FEM_OS
    assert not found.sure


@pytest.mark.parametrize(
    "text", ["", "  \n", "123 ?!", "😀🙏", "[Telefon] [Link] [E-Mail]", "https://example.org/hello"]
)
def test_without_letters_the_first_offered_is_preselected(text: str) -> None:
    assert suggest(text, FEM_OS) == Suggestion("de", 0.0, False, "Zyyy")


def test_placeholders_and_links_do_not_count_as_german_or_english() -> None:
    text = "сколько стоит? [Telefon] [E-Mail] https://www.example.org/the-german-page-about-costs"
    assert suggest(text, FEM_OS) == suggest("сколько стоит?", FEM_OS)


def test_an_offered_language_the_model_does_not_know_is_preselected_by_its_script() -> None:
    assert suggest("سلاو، پرسیارێکم هەیە دەربارەی مۆڵەتی کار", ("de", "ckb")) == Suggestion("ckb", 0.0, False, "Arab")
    assert suggest("ሰላም ሕቶ ኣለኒ ብዛዕባ ስራሕ", ("de", "ar")) == Suggestion("de", 0.0, False, "Ethi")


def test_a_programme_without_languages_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one language"):
        suggest(GERMAN, ())


def test_a_long_text_is_read_only_in_its_beginning() -> None:
    assert suggest(GERMAN * 400, FEM_OS) == suggest(GERMAN * 40, FEM_OS)
    assert suggest("ا" * 20_000, FEM_OS).tag in FEM_OS


def test_importing_costs_neither_the_model_nor_the_numbers() -> None:
    heavy = "{'numpy', 'py3langid', 'phonenumbers'} & set(sys.modules)"
    code = f"import sys, libs.text.language, libs.text.redaction; sys.exit(len({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_many_threads_may_ask_at_once() -> None:
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(suggest(GERMAN, MB4).tag)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["de"] * 8


def test_half_a_surrogate_pair_is_no_letter() -> None:
    assert suggest("a\ud800" + GERMAN, MB4) == suggest("a" + GERMAN, MB4)


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.characters(exclude_categories=()), max_size=80), st.lists(st.sampled_from(ALL), min_size=1, max_size=6)
)
def test_whatever_is_typed_the_suggestion_is_one_of_those_offered(text: str, offered: list[str]) -> None:
    found = suggest(text, offered)
    assert found.tag in offered
    assert 0 <= found.probability <= 1.000001


# --- real text; thresholds a little below what `bench/language.py` measured


def _right(pairs: Iterable[tuple[str, str]], offered: tuple[str, ...]) -> tuple[float, float]:
    """Macro accuracy over languages, and the share of right ones among the sure."""
    right: dict[str, list[bool]] = defaultdict(list)
    sure: list[bool] = []
    for language, text in pairs:
        found = suggest(text, offered)
        right[language].append(_group(found.tag) == _group(language))
        sure += [right[language][-1]] if found.sure else []
    return sum(sum(marks) / len(marks) for marks in right.values()) / len(right), sum(sure) / len(sure)


def _news() -> list[tuple[str, str]]:
    rows = list(lines(shared_data("language/ntrex_aligned.jsonl")))[:120]
    return [(key, text) for row in rows for key, text in row.items() if key != "line"]


def test_news_in_twenty_one_languages() -> None:
    accuracy, sure = _right(_news(), ALL)
    assert accuracy >= 0.985
    assert sure >= 0.998


def test_phrases_typed_by_volunteers() -> None:
    phrases = [(row["lang"], row["text"]) for row in lines(shared_data("language/refugee_phrasebook.jsonl"))]
    accuracy, sure = _right(phrases, ALL)
    assert accuracy >= 0.91
    assert sure >= 0.998


def test_questions_of_newcomers() -> None:
    rows = lines(shared_data("integreat-qa/questions.jsonl"))
    accuracy, sure = _right(((row["language"], row["text"]) for row in rows), ALL)
    assert accuracy >= 0.985
    assert sure >= 0.998


def test_languages_a_programme_does_not_offer_are_hardly_ever_sure() -> None:
    foreign = [text for key, text in _news() if primary(key) not in (*MB4, "sr", "bs")]
    assert sum(suggest(text, MB4).sure for text in foreign) <= len(foreign) // 200
