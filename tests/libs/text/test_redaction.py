"""Redaction takes out what rules can find, leaves what an answer turns on, and fails closed."""

import re
import threading
from datetime import date, timedelta
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.text.redaction import PLACEHOLDERS, RedactionFailed, contains_personal_data, redact
from tests.libs.text.personal import texts_with_personal_data
from tests.shared_data import lines, shared_data

E_MAILS = [
    "anna.schmidt@gmx.de",
    "ANNA_92+jobs@sub.example.co.uk",
    "müller@bücher.de",
    "иван@пример.рф",
    "leyla@xn--bcher-kva.example",
    "anna＠gmx．de",
    "anna\u200b@gmx\u200c.de",
    "anna@gmail",
    "anna (at) gmx (punkt) de",
    "anna[at]gmx.de",
    "anna @ gmail . com",
]
PHONES = [
    "0176 12345678",
    "0176/12345678",
    "0176.123.456.78",
    "0176-12 34 56 78",
    "(0821) 324 28 11",
    "0821 – 324 28 11",
    "+49 (0) 176 12345678",
    "0049 176 12345678",
    "4917612345678",
    "+90 532 123 45 67",
    "+380 67 123 4567",
    "0 1 7 6 1 2 3 4 5 6 7 8",
    "٠١٧٦١٢٣٤٥٦٧٨",
    "۰۱۷۶ ۱۲۳ ۴۵ ۶۷۸",
    "०१७६ १२३४५६७८",
    "０１７６１２３４５６７８",
    "\ufe0f\u20e3".join("017612345678") + "\ufe0f\u20e3",
    "0176\u200e1234\u200b5678",
    "O176 12345678",
]
LINKS = [
    "https://www.facebook.com/groups/1/posts/2/?comment_id=3",
    "m.facebook.com/story.php?id=1",
    "t.me/anna_92",
    "wa.me/4917612345678",
    "www.beispiel.org",
    "Beispiel.DE",
    "пример.рф",
    "bücher.de/seite",
    "bit.ly/3xYzAb",
    "tg://user?id=1",
]
HANDLES = ["@anna_92", "@anna.schmidt", "@Ян", "@سارة_احمد", "@李雷", "@नमस्ते"]

STAYS = [
    "Der Bescheid vom 12.11.2026 kam am 14.11.26, Frist 2026-12-14 oder 14/12/2026.",
    "zwischen 01.02.2026 und 05.03.2026, 01.02.-05.03., 04.01.26-04.02.26",
    "تاریخ ۱۴۰۵/۰۸/۲۱ و ١٢/١١/٢٠٢٦",
    "§ 24 AufenthG, §§ 67 ff. SGB X, Art. 6 Abs. 1 lit. e DSGVO, BGBl. 2015 I S. 1722, VO (EG) Nr. 883/2004",
    "BSG, Urteil vom 12.12.2024 - B 14 AS 30/23 R",
    "1.234,56 EUR, 350.000, 360 000, 77,016.99 €, 484 091 167, 350000 Schulden, 563 Euro, 1.200 - 1.500 Euro, 0,50 €",
    "um 14:30, 8.30-12.00 Uhr, 09.00 bis 16.30, 12 h, 45 %, 3,5 %",
    "Augsburg, 02633 02692",
    "gut.Es geht, z.B. d.h. u.a. i.V.m. Nr.6 bescheid.pdf",
    "2 Stunden @15 Euro, 1/2 Stelle, 24/7, 2024/2025",
    "Notruf 112 und 110, Behördennummer 115, Bereitschaftsdienst 116 117, Hilfetelefon 08000 116 016, 0800 4 5555 00",
    "Servicenummer 01806 123456",
]


@pytest.mark.parametrize("text", E_MAILS)
def test_an_e_mail_address_is_taken_out(text: str) -> None:
    assert redact(f"schreib an {text} bitte").text == "schreib an [E-Mail] bitte"


@pytest.mark.parametrize("text", PHONES)
def test_a_telephone_number_is_taken_out(text: str) -> None:
    assert redact(f"ruf an: {text}, danke").text == "ruf an: [Telefon], danke"


@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_taken_out(text: str) -> None:
    assert redact(f"siehe {text}, danke").text == "siehe [Link], danke"


@pytest.mark.parametrize("text", HANDLES)
def test_a_handle_is_taken_out(text: str) -> None:
    assert redact(f"frag {text}, danke").text == "frag [Profil], danke"


@pytest.mark.parametrize("text", STAYS)
def test_dates_sections_amounts_times_and_public_numbers_stay(text: str) -> None:
    assert redact(text).text == text


def test_every_day_of_a_year_stays_in_every_usual_notation() -> None:
    notations = ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d. %m. %Y"]
    frames = ["Bescheid vom {0}", "{0}-{1}", "{0} - {1}", "von {0} bis {1}", "{0} {1}", "{0}, 08.30 Uhr"]
    for offset in range(0, 365, 5):
        first = date(2026, 1, 1) + timedelta(offset)
        for notation in notations:
            days = first.strftime(notation), (first + timedelta(31)).strftime(notation)
            for frame in frames:
                text = frame.format(*days)
                assert redact(text).text == text


def test_a_number_beside_a_date_goes_and_the_date_stays() -> None:
    assert redact("am 01.02.2026 0176 12345678").text == "am 01.02.2026 [Telefon]"
    assert redact("Seit 2023 0176 12345678").text == "Seit 2023 [Telefon]"
    assert redact("86150 Augsburg 0821 3242811").text == "[Adresse] Augsburg [Telefon]"


def test_numbers_parted_by_a_blank_or_glued_to_a_word_all_go() -> None:
    assert redact("0176 12345678 0177 1234567").text == "[Telefon] [Telefon]"
    assert redact("WhatsApp:017612345678 WhatsApp017612345678").text == "WhatsApp:[Telefon] WhatsApp[Telefon]"


def test_what_was_found_is_counted_by_code() -> None:
    found = redact("anna@gmx.de, 0176 12345678 oder 0177 1234567, t.me/anna, @anna").found
    assert found == {"e-mail": 1, "phone": 2, "url": 1, "handle": 1}
    assert redact("Wie lange dauert das?").found == {}


def test_direction_marks_around_a_number_keep_their_counterpart() -> None:
    assert redact("\u202a+49 176 12345678\u202c").text == "\u202a[Telefon]\u202c"
    assert redact("+49 \u2068176 1234\u20695678").text == "[Telefon]\u2068\u2069"


def test_the_end_of_a_sentence_is_no_part_of_a_link() -> None:
    assert redact("(siehe www.amt.de/x). Danke").text == "(siehe [Link]). Danke"
    assert redact("هل هذا صحيح www.amt.de/x؟").text == "هل هذا صحيح [Link]؟"


def test_an_answer_may_name_links_and_public_numbers_but_no_person() -> None:
    text = "Hilfe: 08000 116 016, 112, Jobcenter 0800 4 5555 00, https://www.bamf.de/x, https://medium.com/@bamf"
    assert contains_personal_data(text) == ("url",)
    assert contains_personal_data(text, in_answer=True) == ()
    assert contains_personal_data("0176 12345678 anna@gmx.de @anna", in_answer=True) == ("e-mail", "phone", "handle")


def test_a_link_in_an_answer_must_not_hold_an_address_or_number() -> None:
    assert contains_personal_data("https://x.de/?an=anna@gmx.de", in_answer=True) == ("e-mail",)
    assert contains_personal_data("https://x.de/?an=anna%40gmx.de", in_answer=True) == ("e-mail",)
    assert contains_personal_data("https://wa.me/4917612345678", in_answer=True) == ("phone",)


def test_what_is_no_text_is_refused_and_never_handed_on() -> None:
    with pytest.raises(RedactionFailed) as refusal:
        redact(cast(str, b"anna@gmx.de"))
    assert refusal.value.args == ()
    with pytest.raises(RedactionFailed):
        contains_personal_data(cast(str, None))


def test_a_text_that_never_settles_is_refused() -> None:
    with pytest.raises(RedactionFailed):
        redact("0176 " * 4_000)


def test_many_threads_may_redact_at_once() -> None:
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(redact("0176 12345678").text)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["[Telefon]"] * 8


@settings(max_examples=300, deadline=None)
@given(texts_with_personal_data())
def test_redacting_twice_changes_nothing_more_and_leaves_no_match(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text
    assert contains_personal_data(once.text) == ()


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_string_at_all_is_redacted_or_refused(text: str) -> None:
    once = redact(text)
    assert set(once.found) <= set(PLACEHOLDERS)
    assert redact(once.text).text == once.text


def test_news_in_all_languages_has_no_false_hits() -> None:
    """6,000 sentences without a single address: measured 0."""
    rows = list(lines(shared_data("language/ntrex_aligned.jsonl")))
    texts = [text for row in rows for key, text in row.items() if key != "line"]
    assert len(texts) > 5_000
    assert sum(bool(redact(text).found) for text in texts) <= 3


def test_questions_of_newcomers_have_no_false_hits() -> None:
    rows = lines(shared_data("integreat-qa/questions.jsonl"))
    assert [row["id"] for row in rows if redact(row["text"]).found] == []


def test_offices_on_real_pages_keep_none_but_public_numbers() -> None:
    pages = [redact(row["text"]) for row in lines(shared_data("directory/integreat_offices.jsonl"))]
    left = [number for page in pages for number in re.findall(r"(?<![\d.])0\d[\d /()\-]{6,}\d", page.text)]
    assert sum(page.found.get("phone", 0) for page in pages) >= 60
    assert {number[:4] for number in left} <= {"0800"}
