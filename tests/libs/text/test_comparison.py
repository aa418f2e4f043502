"""A posted text is the released one if nothing but blanks, marks nobody sees and the frame around it differ."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.text.comparison import joined, matches, normalise, without_frame
from libs.text.frame import Frame, frame_for

RELEASED = "Sie dürfen arbeiten.\n\nDie Frist endet am 12.11.2026 (§ 4 KSchG). Mehr: https://www.bamf.de/x"
DE = frame_for("de")
LANGUAGES = [
    *("de", "ar", "en", "fr", "ps", "fa", "pt", "ru", "sr", "es", "tr"),
    *("bg", "el", "it", "hr", "hu", "pl", "ro", "cs", "sk", "uk"),
]

MATCHING = [
    [RELEASED],
    [RELEASED.replace("\n\n", "\r\n").replace(" ", "\u00a0 ") + " \t\n"],
    ["\u202b" + RELEASED.replace("arbeiten", "arb\u200beiten\u200f") + "\u202c\ufeff"],
    ["Hallo Anna,\n" + RELEASED],
    ["Hallo\n\n" + RELEASED],
    ["hallo liebe Frau Müller-Çelik 🌸,\n" + RELEASED],
    ["Hallo Anna, danke für deine Frage! " + RELEASED],
    ["Anna Schmidt Hallo, " + RELEASED],
    ["@anna_92 " + RELEASED],
    [RELEASED + "\n\nBitte schreib hier keine persönlichen Daten.\nViele Grüße,\nMaria"],
    [RELEASED + " LG Maria 🌷"],
    [
        "(1/2) Hallo Anna!\nSie dürfen arbeiten. (1/2)",
        "Die Frist endet am 12.11.2026 (§ 4 KSchG). Mehr: https://www.bamf.de/x 2/2",
    ],
    ["1/2 Sie dürfen arbeiten.", "[2/2] Die Frist endet am 12.11.2026 (§ 4 KSchG). Mehr: https://www.bamf.de/x"],
    ["١/٢ Sie dürfen arbeiten.", "(٢/٢) Die Frist endet am 12.11.2026 (§ 4 KSchG). Mehr: https://www.bamf.de/x"],
]
DEVIATING = [
    [],
    [""],
    ["Hallo Anna,"],
    [RELEASED.replace("dürfen", "dürfen nicht")],
    [RELEASED.replace("12.11.", "13.11.")],
    [RELEASED.replace("Sie", "sie")],
    [RELEASED.removesuffix("x")],
    [RELEASED + " Aber nicht immer."],
    [RELEASED + "y"],
    ["Falsch: " + RELEASED],
    ["Nein, " + RELEASED],
    ["Hallo Anna " + RELEASED],
    ["Hallo Anna. Das stimmt nicht. " + RELEASED],
    ["Hallo 3 Leute, " + RELEASED],
    ["Hallo www.anna.de, " + RELEASED],
    ["Hallo Anna und Berta und Carla und Dora, " + RELEASED],
    ["Hallo " + "Anna" * 30 + ",\n" + RELEASED],
    ["Hallo " + "A" * 25 + " " + "B" * 25 + " " + "C" * 23 + RELEASED],
    ["Hallo Anna, " * 8 + RELEASED],
    ["Zeile davor\nHallo Anna,\n" + RELEASED],
    [RELEASED + " LG die Frist ist doch später als gesagt"],
    ["1/3 Sie dürfen arbeiten.", "3/3 Die Frist endet am 12.11.2026 (§ 4 KSchG). Mehr: https://www.bamf.de/x"],
    ["Die Frist endet am 12.11.2026 (§ 4 KSchG). Mehr: https://www.bamf.de/x", "Sie dürfen arbeiten."],
]


@pytest.mark.parametrize("parts", MATCHING, ids=range(len(MATCHING)))
def test_blanks_marks_parts_and_frame_do_not_count(parts: list[str]) -> None:
    assert matches(parts, RELEASED, DE)


@pytest.mark.parametrize("parts", DEVIATING, ids=range(len(DEVIATING)))
def test_everything_else_counts(parts: list[str]) -> None:
    assert not matches(parts, RELEASED, DE)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_has_a_frame_that_fits_around_its_text(tag: str) -> None:
    frame = frame_for(tag)
    assert frame.notices
    for greeting in frame.greetings:
        for named in (greeting.replace("{name}", "Amal"), " ".join(greeting.replace("{name}", "").split())):
            posted = f"{named}!\n{RELEASED}"
            assert matches([posted], RELEASED, frame)
            assert without_frame(posted, frame) == RELEASED
    for closing in frame.closings:
        posted = f"{RELEASED}\n{frame.notices[0]}\n{closing.replace('{name}', 'Amal')}"
        assert matches([posted], RELEASED, frame)
        assert without_frame(posted, frame) == RELEASED


def test_a_regional_tag_has_the_frame_of_its_language_and_an_unknown_one_has_none() -> None:
    assert frame_for("pt-BR") == frame_for("pt")
    assert frame_for("sr-Latn") == frame_for("sr")
    assert frame_for("vi") == Frame()
    assert matches([RELEASED], RELEASED, Frame())
    assert not matches(["Xin chào,\n" + RELEASED], RELEASED, Frame())


def test_a_programme_adds_its_own_notice() -> None:
    notice = "Femos berät kostenlos. Mehr unter https://www.example.org (2026)."
    frame = replace(DE, notices=(*DE.notices, notice))
    assert not matches([f"{RELEASED}\n{notice}"], RELEASED, DE)
    assert matches([f"Hallo Anna,\n{RELEASED}\n{notice}\nLG"], RELEASED, frame)


def test_the_zero_width_non_joiner_makes_another_word() -> None:
    released = "می‌توانید کار کنید."
    assert matches([f"سلام زهرا جان،\n{released}\nبا احترام"], released, frame_for("fa"))
    assert not matches([released.replace("\u200c", "")], released, frame_for("fa"))


def test_a_released_text_may_itself_begin_with_a_greeting_or_a_fraction() -> None:
    assert matches(["Hallo, Sie dürfen arbeiten."], "Hallo, Sie dürfen arbeiten.", DE)
    assert matches(["1/2 Stelle reicht.", "Mehr nicht."], "1/2 Stelle reicht. Mehr nicht.", DE)


def test_a_short_released_text_must_stand_at_the_beginning() -> None:
    assert matches(["Hallo Anna, LG"], "LG", DE)
    assert not matches(["Nö LG"], "LG", DE)


def test_names_of_the_frame_are_not_stored() -> None:
    posted = joined(
        ["(1/2) Anna Schmidt Hallo Anna, danke für deine Frage!\nSie dürfen arbeiten.", "2/2 Morgen.\nLG Maria"]
    )
    assert without_frame(posted, DE) == "Sie dürfen arbeiten.\nMorgen."
    assert without_frame("Liebe Anna,\ndas ist falsch.\n\nViele Grüße\nMaria vom Team", DE) == "das ist falsch."


def test_words_of_the_text_are_not_taken_for_a_frame() -> None:
    assert without_frame("Hallo Anna Sie dürfen arbeiten.", DE) == "Hallo Anna Sie dürfen arbeiten."
    assert without_frame("We look for what is best for you", frame_for("en")) == "We look for what is best for you"


def test_normalising_keeps_paragraphs_and_meaningful_joiners() -> None:
    assert normalise(" a\u00a0\u2003b \r\n\r\n\n\n c\u2028d ") == "a b\n\nc\nd"
    assert normalise("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"
    assert normalise("e\u0301") == "é"


def test_formulas_without_end_are_no_frame() -> None:
    """Nested repetition of names once took minutes here; it must not come back."""
    closings = [" LG" * 6_000, " LG a b c d" * 1_800, ". LG Anna" * 2_000, " " + "a " * 10_000]
    for text in [RELEASED + closing for closing in closings] + ["Hallo " * 3_000, "LG " * 6_000, "\n" * 20_000]:
        assert not matches([text], RELEASED, DE)
        assert isinstance(without_frame(text, DE), str)


_TEXTS = st.text("abcABC äöü.,!?()§/12 \u200c\u0301می\n", min_size=1, max_size=60)


@settings(max_examples=300, deadline=None)
@given(_TEXTS, st.data())
def test_blanks_and_unseen_marks_anywhere_between_words_never_count(released: str, data: st.DataObject) -> None:
    noise = st.text(" \u00a0\n\t\u200b\u200f\u202a\u202c\ufeff", max_size=3)
    posted = "".join(data.draw(noise) + character if character.isspace() else character for character in released)
    assert matches([posted], released, DE) == bool(normalise(released))


@settings(max_examples=300, deadline=None)
@given(_TEXTS, st.integers(0, 59), st.sampled_from("xX7۳ж"))
def test_one_more_letter_or_digit_anywhere_always_counts(released: str, at: int, added: str) -> None:
    posted = released[:at] + added + released[at:]
    assert not matches([posted], released, DE)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
