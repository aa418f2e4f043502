"""Numbers that stand for one person: account, tax, pension, case, document and plate.

Where a number carries a check digit it is recognised by that (`python-stdnum`); a misprint beside a telling word goes
all the same. Where none is known to the public (AZR, BAMF, passports), its shape or the word before it tells. `plain`
is a shadow: ASCII digits, nothing invisible. Court references, sections, amounts and dates have other shapes.
"""

import re
from collections.abc import Iterator

IBAN, TAX, PENSION = "iban", "tax-number", "pension-number"
CASE, DOCUMENT, PLATE = "case-number", "document-number", "plate"
Place = tuple[int, int, str]

# Between a telling word and its number: "ist", "Nr.:", "lautet" and the like, in one line.
_LEADS_TO = r"(?:[\s:=#\-]|[Nn]r\.?|[Nn]o\.?|[Nn]ummer|[Nn]umber|ist|is|lautet|номер|رقم|شماره|№){0,6}?\s{0,2}"
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]){11,30}(?![^\W_])", re.IGNORECASE)
_GERMAN_IBAN = re.compile(r"DE\d{20}", re.IGNORECASE)
_ELEVEN = re.compile(r"(?<![\d.,/+\-])(?<![\d+][ ])[1-9]\d(?: ?\d{3}){3}(?![\d/]|[.,]\d| \d)")
_TAX_WORD = re.compile(
    r"(?:Steuer[\s\-]?(?:ID|Ident\w*|Nummer|Nr\.?)|St\.?-?Nr\.?|IdNr\.?|Identifikationsnummer|TIN|tax\s(?:id|number)"
    rf"|vergi\s(?:no|numara\w*)|ИНН){_LEADS_TO}(\d[\d /]{{8,15}}\d)(?!\d)",
    re.IGNORECASE,
)
_TAX_SHAPE = re.compile(r"(?<![\d/.])\d{2,3}/\d{3,4}/\d{4,5}(?![\d/])")
_PENSION = re.compile(r"(?<![^\W_])\d{2} ?[0-3]\d ?[01]\d ?\d{2} ?[A-Z] ?\d{2} ?\d(?![^\W_])", re.IGNORECASE)
_PENSION_WORD = re.compile(r"Versicherungs|Versicherten|Sozialvers|Renten|\bSV|\bRV", re.IGNORECASE)
_CASE_SHAPES = re.compile(
    "|".join(
        (
            r"(?<![\w.\-])\d{7}\s?-\s?\d{3}(?![\w\-])",  # BAMF: number and country
            r"(?<!\w)\d{3}[A-Z]\d{6}(?!\w)",  # customer of the Bundesagentur
            r"(?<!\w)\d{5}\s?(?://|BG)\s?\d{7}(?!\w)",  # Bedarfsgemeinschaft
        )
    )
)
_CASE_WORD = re.compile(
    r"(?:AZR|Ausländerzentralregister|BAMF|Kunden|BG|Vorgangs?|Fall|Akten|Personen|Mitglieds?|Versicherten|Patienten"
    r"|Az|Aktenzeichen|Geschäftszeichen|Gz|Zeichen|case|file|reference|dosya|дело|پرونده|ملف)"
    rf"\.?[\s\-]?{_LEADS_TO}((?=(?:[./\-]?[A-Z]{{0,3}}[./\-]?\d){{6}})[A-Z0-9][A-Z0-9./\-]{{5,24}}(?<![./\-]))",
    re.IGNORECASE,
)
_DOCUMENT_WORD = re.compile(
    r"(?:(?:Reise)?pass|Ausweis|Personalausweis|Aufenthaltstitels?|Aufenthaltskarte|eAT|Visum|Visums|Führerschein"
    r"|passport|visa|ID[\s\-]card|passeport|pasaporte|passaporto|passaporte|pasaport|paszportu?|pașaport\w*|útlevél\w*"
    r"|putovnic[ae]|pasoš|пасош|паспорт\w*|διαβατηρ\w*|διαβατήρ\w*|پاسپورت|گذرنامه|جواز(?:\s(?:ال)?سفر)?)[\s\-]?"
    rf"{_LEADS_TO}((?=(?:[A-Z]{{0,3}}\d){{4}})[A-Z]{{0,3}}\s?\d[A-Z0-9]{{5,9}})(?!\w)",
    re.IGNORECASE,
)
_DOCUMENT_SHAPE = re.compile(r"(?<![\w\-])[CFGHJKLMNPRTVWXYZ](?=\w{0,7}\d\w{0,6}\d)[CFGHJKLMNPRTVWXYZ0-9]{8}(?![\w\-])")
_PLATE = re.compile(r"(?<![\w\-./])([A-ZÄÖÜ]{1,3})-[A-Z]{1,2}[ \-]?[1-9]\d{0,3}[EH]?(?![\w\-/])")
_PLATE_WORD = re.compile(
    r"(?:Kennzeichen|Nummernschild|license\splate|plaka|номер\sмашины)\W{0,3}([A-ZÄÖÜ]{1,3}[\s\-]?[A-Z]{1,2}[\s\-]?\d{1,4}[EH]?)(?!\w)",
    re.IGNORECASE,
)
# Laws, unions and trains that look like a district.
_NO_DISTRICT = {"EU", "EG", "UN", "SGB", "BGB", "VO", "RL", "ICE", "IC", "RE", "RB", "S", "U", "A", "DIN", "ISO", "ILO"}
_FACTORS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def personal_numbers(plain: str) -> Iterator[Place]:
    """(start, end, code) of each; later ones may lie inside earlier ones."""
    if not any(character.isdigit() for character in plain):
        return
    for rule in (_ibans, _pensions, _cases, _taxes, _documents, _plates):
        yield from rule(plain)


def _ibans(plain: str) -> Iterator[Place]:
    # Imported here: of what is captured, hardly any text holds one.
    from stdnum import iban

    for match in _IBAN.finditer(plain):
        ends = [match.start() + at for at in range(len(match[0]), 14, -1) if match[0][at - 1].isalnum()]
        for end in ends:
            compact = re.sub(r"[ \-]", "", plain[match.start() : end])
            if _GERMAN_IBAN.fullmatch(compact) or iban.is_valid(compact, check_country=False):
                yield match.start(), end, IBAN
                break


def _taxes(plain: str) -> Iterator[Place]:
    from stdnum.de import idnr, stnr

    for match in _TAX_WORD.finditer(plain):
        yield *match.span(1), TAX
    for match in _ELEVEN.finditer(plain):
        if idnr.is_valid(match[0]):
            yield *match.span(), TAX
    for match in _TAX_SHAPE.finditer(plain):
        if stnr.is_valid(match[0]):
            yield *match.span(), TAX


def _pensions(plain: str) -> Iterator[Place]:
    for match in _PENSION.finditer(plain):
        near = plain[max(0, match.start() - 40) : match.start()]
        if pension_number_fits(match[0]) or _PENSION_WORD.search(near):
            yield *match.span(), PENSION


def pension_number_fits(number: str) -> bool:
    """The check digit of a pension insurance number (§ 2 VKVV): letters count as two digits, factors 2 1 2 5 7 1 2 …,
    sums of digits."""
    compact = number.replace(" ", "").upper()
    digits = compact[:8] + f"{ord(compact[8]) - 64:02d}" + compact[9:11]
    total = sum(sum(map(int, str(int(digit) * factor))) for digit, factor in zip(digits, _FACTORS, strict=True))
    return total % 10 == int(compact[11])


def _cases(plain: str) -> Iterator[Place]:
    for match in _CASE_SHAPES.finditer(plain):
        yield *match.span(), CASE
    for match in _CASE_WORD.finditer(plain):
        yield *match.span(1), CASE


def _documents(plain: str) -> Iterator[Place]:
    for match in _DOCUMENT_WORD.finditer(plain):
        yield *match.span(1), DOCUMENT
    for match in _DOCUMENT_SHAPE.finditer(plain):
        yield *match.span(), DOCUMENT


def _plates(plain: str) -> Iterator[Place]:
    for match in _PLATE.finditer(plain):
        if match[1] not in _NO_DISTRICT:
            yield *match.span(), PLATE
    for match in _PLATE_WORD.finditer(plain):
        yield *match.span(1), PLATE
