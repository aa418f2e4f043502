"""Dates of birth, told from other dates by the word beside them: deadlines hang on the others, so they stay."""

import re
from collections.abc import Iterator

_NUMERIC = r"\d{1,2}\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d{2,4}|\d{4}[./\-]\d{1,2}[./\-]\d{1,2}"
_MONTH = r"\d{1,2}(?:\.|er|th|st|nd|rd)?\s(?:de\s|of\s)?[^\W\d_]{3,12}\.?\s(?:de\s|del\s)?\d{4}"
_DATE = rf"(?<![\d./\-])(?:{_NUMERIC}|{_MONTH})(?![\d/\-]|\.\d)"
# Born, date of birth, birthday, in the languages of the programmes. No stem alone: a Geburtsurkunde has a date as well.
_WORD = "|".join(
    (
        r"geboren\w{0,2}|geb\.|Geb\.?-?Datum|Geburtsdatum|Geburtstag\w{0,2}",
        r"born|date\sof\sbirth|birth\s?date|birthday|D\.?O\.?B\.?",
        r"née?|date\sde\snaissance|nacid[oa]s?|nací|fecha\sde\snacimiento|nat[oai]|data\sdi\snascita",
        r"nascid[oa]|nasci|data\sde\snascimento|născut\w?|data\snașterii|urodzon\w|urodził\w*|data\surodzenia",
        r"narozen\w?|datum\snarození|naroden\w|dátum\snarodenia|született|születési\s(?:dátum|idő)\w*",
        r"rođen\w?|rođendan|datum\srođenja|рођен\w?|датум\sрођења|роден\w?|дата\sна\sраждане",
        r"рожд[её]н\w?|родил(?:ся|ась)|дата\sрождения|г\.\s?р\.|народжен\w{0,2}|народи(?:вся|лася)|дата\sнародження",
        r"doğum(?:lu|\starih\w*)?|doğdu\w*|γεννήθηκ\w+|γεννημέν\w+|ημερομηνία\sγέννησης",
        r"متولد|تولد|تاریخ\sتولد|تاريخ\sالميلاد|مواليد|ولد(?:ت|تُ)?|زېږېدل\w*|زیږېدل\w*|د\sزېږېدو\sنېټه",
    )
)
_BETWEEN = r"[^.!?\n\d]{0,24}?"
_BEFORE = re.compile(rf"(?<!\w)(?:{_WORD})(?!\w)[:\s]?(?:{_BETWEEN}|\s?\.\s?){_DATE}", re.IGNORECASE)
# The year's own word in Slavic languages, the locative in Turkish.
_ENDING = r"(?:г\.|року|'?(?:de|da|te|ta))"
_AFTER = re.compile(
    rf"({_DATE})\s?{_ENDING}?[\s,()]{{0,3}}(?:tarihinde\s|in\s\w{{2,20}}\s)?(?:{_WORD})(?!\w)", re.IGNORECASE
)
_ONE = re.compile(_DATE, re.IGNORECASE)
_YEAR = re.compile(r"\d")


def births(plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of each date of birth; the word beside it stays."""
    if not _YEAR.search(plain):
        return
    for match in _BEFORE.finditer(plain):
        *_, date = _ONE.finditer(plain, match.start(), match.end())
        yield date.span()
    for match in _AFTER.finditer(plain):
        yield match.span(1)
