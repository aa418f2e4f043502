"""Numbers that stand for one person go, in every way people write them; numbers an answer turns on stay."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iban
from stdnum.de import idnr
from stdnum.iso7064 import mod_11_10

from libs.text.identifiers import pension_number_fits
from libs.text.redaction import contains_personal_data, redact

GOES = [
    ("Konto DE89 3704 0044 0532 0130 00 bitte", "Konto [IBAN] bitte"),
    ("de89370400440532013000", "[IBAN]"),
    ("DE12 3704 0044 0532 0130 00", "[IBAN]"),  # misprinted: it is somebody's all the same
    ("FR14 2004 1010 0505 0001 3M02 606, danke", "[IBAN], danke"),
    ("Steuer-ID 86 095 742 719", "Steuer-ID [Steuernummer]"),
    ("meine IdNr ist 12345678901", "meine IdNr ist [Steuernummer]"),
    ("Nummer 65929970489 steht da", "Nummer [Steuernummer] steht da"),
    ("Steuernummer: 181/815/08155", "Steuernummer: [Steuernummer]"),
    ("Rente 65 170839 J 003", "Rente [Versicherungsnummer]"),
    ("SV-Nummer 12 010190 A 123", "SV-Nummer [Versicherungsnummer]"),
    ("AZR-Nummer 123456789012", "AZR-Nummer [Kennnummer]"),
    ("Az. 7654321-475 vom BAMF", "Az. [Kennnummer] vom BAMF"),
    ("BAMF 7654321 - 475", "BAMF [Kennnummer]"),
    ("Kundennummer 123D456789", "Kundennummer [Kennnummer]"),
    ("BG-Nummer 12345//0001234", "BG-Nummer [Kennnummer]"),
    ("12345BG0001234", "[Kennnummer]"),
    ("Reisepass Nr. C01X00T47", "Reisepass Nr. [Ausweisnummer]"),
    ("passport number AB1234567", "passport number [Ausweisnummer]"),
    ("паспорт 1234567890", "паспорт [Ausweisnummer]"),
    ("pasaport no: U12345678", "pasaport no: [Ausweisnummer]"),
    ("جواز سفر رقم A12345678", "جواز سفر رقم [Ausweisnummer]"),
    ("پاسپورت شماره A12345678", "پاسپورت شماره [Ausweisnummer]"),
    ("Aufenthaltstitel YX1234567", "Aufenthaltstitel [Ausweisnummer]"),
    ("Visum: 123456789", "Visum: [Ausweisnummer]"),
    ("das Auto M-AB 1234 steht", "das Auto [Kennzeichen] steht"),
    ("Kennzeichen hh ab 1234", "Kennzeichen [Kennzeichen]"),
    ("رقم الحساب DE٨٩٣٧٠٤٠٠٤٤٠٥٣٢٠١٣٠٠٠", "رقم الحساب [IBAN]"),
    ("AZR ۱۲۳۴۵۶۷۸۹۰۱۲", "AZR [Kennnummer]"),
]
STAYS = [
    "§ 24 AufenthG, §§ 67 ff. SGB X, SGB-II 24, EU-VO 883/2004",
    "BSG, Urteil vom 12.12.2024 - B 14 AS 30/23 R; Az. 1 BvR 2035/12; C-210/16; BVerwG 6 C 15.18",
    "Bescheid vom 12.11.2026, Frist 14.12.2026, 1.234,56 EUR, 15300 Euro",
    "Der Pass ist seit 12.11.2026 abgelaufen und kostet 59 Euro",
    "Visum für 90 Tage in 180 Tagen, Fall 3 und Fall 12",
    "Formular E104, A1-Bescheinigung, telc B2, I-94, ICE-T 411",
    "Kunden zahlen 100 Euro, Aktenzeichen siehe oben",
]


@pytest.mark.parametrize(("text", "wanted"), GOES)
def test_a_persons_number_is_taken_out(text: str, wanted: str) -> None:
    assert redact(text).text == wanted


@pytest.mark.parametrize("text", STAYS)
def test_references_sections_amounts_and_deadlines_stay(text: str) -> None:
    assert redact(text).text == text


def test_the_known_examples_of_pension_numbers_fit_and_a_slip_does_not() -> None:
    assert pension_number_fits("65 170839 J 003")
    assert pension_number_fits("15070649C103")
    assert not pension_number_fits("15070648C103")


@given(st.permutations("123456789"), st.integers(0, 8))
def test_every_tax_id_goes_with_and_without_blanks(digits: list[str], twice: int) -> None:
    first = "".join(digits) + digits[twice]
    number = first + mod_11_10.calc_check_digit(first)
    assume(idnr.is_valid(number))
    assert redact(f"Meine Nummer: {idnr.format(number)}.").text == "Meine Nummer: [Steuernummer]."
    assert redact(f"Meine Nummer: {number}.").text == "Meine Nummer: [Steuernummer]."


@given(st.from_regex(r"[0-9]{18}", fullmatch=True), st.sampled_from(["", " ", "-"]))
def test_every_german_iban_goes_however_it_is_grouped(account: str, by: str) -> None:
    number = f"DE{iban.calc_check_digits('DE00' + account)}{account}"
    grouped = by.join(number[at : at + 4] for at in range(0, len(number), 4))
    assert redact(f"auf {grouped} überweisen").text == "auf [IBAN] überweisen"


def test_an_answer_may_not_name_a_persons_number_either() -> None:
    assert contains_personal_data("Überweisung an DE89 3704 0044 0532 0130 00", in_answer=True) == ("iban",)
