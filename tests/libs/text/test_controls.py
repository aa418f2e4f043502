"""Characters that harm are refused with a reason; the writing of every language is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.text.controls import MAX_LENGTH, PROBLEMS, clean_problem
from tests.shared_data import lines, shared_data

ACCEPTED = [
    "Wie lange dauert das?\r\n\tZweite Zeile",
    "می‌خواهم کار کنم\u200f (\u202a+49 30 1\u202c)",
    "\u2067مرحبا \u2066Jobcenter\u2069 هنا\u2069",
    "👩‍👩‍👧 ja",
    "१०० नमस्ते",
    "a\u00adb\ufeff",
]
REFUSED = {
    "\ud83d halb": "lone-surrogate",
    "null\x00": "control-character",
    "\x1b[31mrot": "control-character",
    "c1\x85": "control-character",
    "del\x7f": "control-character",
    "\ufdd0": "noncharacter",
    "ende\uffff": "noncharacter",
    "oben\U0010fffe": "noncharacter",
    "\u202egnp.dliB": "bidi-override",
    "\u202dabc": "bidi-override",
    "\u202aoffen": "bidi-unbalanced",
    "zu\u202c": "bidi-unbalanced",
    "\u2067\u202aüber Kreuz\u2069\u202c": "bidi-unbalanced",
    "\u2066" * 17 + "tief" + "\u2069" * 17: "bidi-nested",
    "a" * (MAX_LENGTH + 1): "too-long",
    "": "blank",
    " \n\t\u00a0\u3000": "blank",
    "\u200b\u200f\u2060\ufeff": "blank",
    "\u3164\u2800": "blank",
}


@pytest.mark.parametrize("text", ACCEPTED)
def test_honest_writing_is_accepted(text: str) -> None:
    assert clean_problem(text) is None


@pytest.mark.parametrize(("text", "code"), REFUSED.items(), ids=range(len(REFUSED)))
def test_a_harmful_text_is_refused_with_its_reason(text: str, code: str) -> None:
    assert clean_problem(text) == code
    assert PROBLEMS[code].endswith(".")


def test_the_longest_text_is_accepted() -> None:
    assert clean_problem("ä" * MAX_LENGTH) is None


def test_every_problem_can_occur() -> None:
    assert {clean_problem(text) for text in REFUSED} == set(PROBLEMS)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_an_accepted_text_can_be_stored_and_shown(text: str) -> None:
    if clean_problem(text) is None:
        assert text.encode("utf-8").decode("utf-8") == text
        assert "\x00" not in text
        assert text.strip()


def test_real_questions_and_news_are_accepted_but_for_wrongly_decoded_lines() -> None:
    """Nine Bosnian lines carry U+0084 where a quotation mark was: bytes of Windows-1252 read as Latin-1."""
    questions = [("", row["text"]) for row in lines(shared_data("integreat-qa/questions.jsonl"))]
    rows = lines(shared_data("language/ntrex_aligned.jsonl"))
    news = [(key, text) for row in rows for key, text in row.items() if key != "line"]
    refused = [(key, problem) for key, text in questions + news if (problem := clean_problem(text))]
    assert set(refused) == {("bs", "control-character")}
    assert len(refused) == 9
