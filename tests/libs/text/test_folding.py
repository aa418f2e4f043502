"""What two people type differently has one search key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.text.folding import fold

SAME = {
    "presentation forms": ("ﻣﺮﺣﺒﺎ", "مرحبا"),
    "tatweel": ("مـــرحبا", "مرحبا"),
    "zero-width non-joiner": ("می‌خواهم", "میخواهم"),
    "digits of three scripts": ("۱۲٣4", "1234"),
    "Arabic kaf and yeh": ("كتابي", "کتابی"),
    "hamza and teh marbuta": ("أسئلة إقامة آخر", "اسئله اقامه اخر"),
    "Pashto yeh and gaf": ("زېږېدنې ګډون", "زیږیدنی گډون"),
    "Turkish capital dotted I": ("İSTANBUL", "istanbul"),
    "Turkish dotless i": ("IŞIK", "ışık"),
    "Greek accents": ("Άδεια παραμονής", "αδεια παραμονης"),
    "final sigma": ("λόγος", "ΛΟΓΟΣ"),
    "sharp s": ("Straße", "STRASSE"),
    "full width": ("ＪＯＢＣＥＮＴＥＲ", "jobcenter"),
    "mathematical bold": ("𝐉𝐨𝐛𝐜𝐞𝐧𝐭𝐞𝐫", "jobcenter"),
    "Polish and Croatian strokes": ("Łódź Đakovo", "lodz dakovo"),
    "direction marks": ("\u202bسلام\u202c\u200f", "سلام"),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME.keys())
def test_both_spellings_have_one_key(pair: tuple[str, str]) -> None:
    assert fold(pair[0]) == fold(pair[1])


def test_different_words_keep_different_keys() -> None:
    words = ["Miete", "Mitte", "عمل", "عمر", "работа", "рабата", "kız", "kuz", "24", "42"]
    assert len({fold(word) for word in words}) == len(words)


@settings(max_examples=500, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_a_key_is_its_own_key_whatever_the_text(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(max_examples=200, deadline=None)
@given(st.text("aäİıŞşßΣσςéÉłŁ ﻣمكکيی۱١1", max_size=20))
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.lower()) == fold(text) or "İ" in text or "I" in text
