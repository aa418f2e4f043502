"""Where somebody lives: street with number, and postcode. Town and Land stay: which office decides hangs on them.

German addresses only, since those are what people in Germany write in every language. An answer may name the address
of an office; a question may not keep a person's.
"""

import re
from collections.abc import Iterator

_KIND = (
    r"(?:stra(?:ß|ss)en?|str\.?|weg|platz|allee|gasse|gä(?:ß|ss)chen|ring|ufer|damm|chaussee|steig|pfad|graben|wall|kamp"
    r"|stieg|twiete|promenade|siedlung|anger|zeile|höhe)"
)
_LETTER = r"(?:[ ]?[a-hA-H](?!\w))?"
_NUMBER = (
    rf"[ ]?\d{{1,4}}{_LETTER}(?:[ ]?[\-–/][ ]?\d{{1,4}}{_LETTER})?"
    r"(?![\w.,]?\d|[ ]?(?:Uhr|%|€|EUR|Euro|km|min))"
)
_CAPITAL = r"[A-ZÄÖÜ][\wäöüß.\-]{0,30}?"
_WAY = r"(?:Stra(?:ß|ss)e|Str\.|Weg|Platz|Allee|Gasse|Ring|Ufer|Damm|Chaussee|Markt|Hof|Berg)"
_AT = r"(?:Am|An[ ]der|An[ ]den|Auf[ ]der|Auf[ ]dem|Im|In[ ]der|Zum|Zur|Unter[ ]den|Unter[ ]dem|Hinter[ ]der)"
_STREET = re.compile(
    "|".join(
        (
            # Hauptstraße 5, Alte Hauptstraße 5
            rf"(?<![\w\-])(?:{_CAPITAL}[ ]){{0,2}}{_CAPITAL}{_KIND}{_NUMBER}",
            # Lange Str. 12a, Karl-Marx-Allee 33
            rf"(?<![\w\-])(?:{_CAPITAL}(?:[ ]?[\-–][ ]?|[ ])){{1,5}}{_WAY}{_NUMBER}",
            # Straße des 17. Juni 135
            rf"(?<![\w\-]){_WAY}[ ](?:des|der|am|zum|zur)[ ](?:\d{{1,2}}\.[ ])?{_CAPITAL}[a-zäöüß]{_NUMBER}",
            # Am Markt 5, where the line, the sentence's part or a town follows
            rf"(?<![\w\-]){_AT}[ ]{_CAPITAL}[a-zäöüß]{_NUMBER}(?=[ ]*[,\n]|[ ]+in[ ]|[ ]+\d{{5}}|$)",
            # whatever stands with a number before a postcode and its town
            rf"(?<![\w\-])(?:{_CAPITAL}[ ]){{0,3}}{_CAPITAL}{_NUMBER}(?=[ ]?[,\n][ ]?(?:D-)?\d{{5}}[ ][A-ZÄÖÜ])",
        )
    )
)
_AFTER_STREET = re.compile(r"[\s,;/|–\-]{1,4}(?:D-)?(\d{5})(?!\d)")
_POSTCODE = re.compile(
    r"(?:(?:PLZ|Postleitzahl|post\s?code|zip(?:\scode)?|индекс|code\spostal|código\spostal|posta\skodu|الرمز\sالبريدي|کد\sپستی)\W{0,4}(\d{5})"
    r"|(?<![\w\-])D-(\d{5}))(?!\d)",
    re.IGNORECASE,
)
# A postcode before a place's name: what is counted in round numbers, or paid, is none.
_BEFORE_PLACE = re.compile(r"(?<![\d.,\w§/\-+])(?<![\d+]\s)(\d{5})\s(?=[A-ZÄÖÜ][a-zäöüß]{2,})([A-ZÄÖÜ]\w+)")
_COUNTED = re.compile(
    r"Euro\w*|Menschen|Personen|Einwohner\w*|Mitglieder\w*|Kilometer|Meter|Stunden|Tage\w*|Jahre\w*|Fälle\w*|Franken|Dollar\w*"
    r"|Flüchtling\w*|Kinder\w*|Soldat\w*|Besucher\w*|Zuschauer\w*|Arbeit\w*|Stimmen|Tonnen|Schüler\w*|Student\w*|Lira|Uhr"
)


def addresses(plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of each street with its number (a postcode behind it included), and of each postcode."""
    if not any(character.isdigit() for character in plain):
        return
    for match in _STREET.finditer(plain):
        behind = _AFTER_STREET.match(plain, match.end())
        yield match.start(), behind.end() if behind else match.end()
    for match in _POSTCODE.finditer(plain):
        yield match.span(1) if match[1] else match.span(2)
    for match in _BEFORE_PLACE.finditer(plain):
        if not match[1].endswith("00") and not _COUNTED.fullmatch(match[2]):
            yield match.span(1)
