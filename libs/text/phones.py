"""Finds telephone numbers with `phonenumbers` (region DE, leniency VALID).

The rules here only prepare its input, protect dates and amounts from it, and let public service numbers be.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_YEAR = r"(?:1[34]|19|20)\d\d"  # 13xx and 14xx are years of the Persian calendar
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_CLOCK = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
# What the number matcher would otherwise read as, or glue to, a telephone number.
_PROTECTED = re.compile(
    "|".join(
        (
            # 12.11.2026, 11/12/2026
            rf"(?<!\d)(?<!\d[./])(?:{_DAY}|{_MONTH})\s?([./\-])\s?(?:{_MONTH}|{_DAY})\s?\1\s?{_YEAR}(?!\d)",
            # 12.11.26, alone or as an end of a range; French numbers are pairs too, and go on
            rf"(?<!\d)(?:(?<!\d[./\-])|(?<=\d\d\.\d\d\.\d\d-)){_DAY}([./\-]){_MONTH}\2\d\d(?![./]?\d)(?!-\d{{1,2}}+(?!\.\d))(?!-\d{{3}})",
            # 2026-11-12, 1405/08/21
            rf"(?<!\d)(?<!\d[./\-]){_YEAR}([./\-]){_MONTH}\3{_DAY}(?!\d)",
            # 04.01. - 04.02.
            rf"(?<![\d.]){_DAY}\.{_MONTH}\.(?=(?:\s?[-–—/]\s?|\s){_DAY}\.{_MONTH}\.)",
            # 8.30 - 12.00, 9.00 Uhr
            rf"(?<![\d.:]){_CLOCK}(?:\s?(?:-|–|—|bis|to|до|à)\s?{_CLOCK})+(?![\d.:]*\d)",
            rf"(?<![\d.:]){_CLOCK}(?=\s?(?:Uhr|h)\b)",
            # 77,016.99 and 484 091 167; not the groups of three within +49 176 123 456
            r"(?<![\d+])(?<![\d+)\-–—/][\s.,'/\-])[1-9]\d{0,2}(?:[.,'’\s]\d{3})+(?:[.,]\d{1,2})?(?!\d)",
            # two postcodes of the east: no subscriber's number begins with 0
            r"(?<!\d)(?<!\d[\s./\-])0\d{4}[\s/\-]0\d{4}(?![\s./\-]?\d)",
        )
    )
)
# Slips that hide a number from the matcher, each mended before it looks: a letter O for the trunk zero,
# a country code without its plus, a word glued to the number.
_LETTER_O = re.compile(r"(?<!\w)[oO](?=[\s/\-]?1[5-7]\d)")
_BARE_49 = re.compile(r"(?<![\d+])(?<!\d[\s./\-])(?=49[\s./\-]?\(?0?\)?[\s./\-]?1[5-7]\d[\d\s./\-]{7})")
_GLUED = re.compile(r"(?<=[^\W\d_]{3})(?=[0+(])")
# The shortest numbers have six digits; `016.40` has fewer.
_DIGIT = re.compile(r"\d")
_DIGITS_AT_LEAST = 6
_DIALLED = re.compile(r"[^\d+]*[+0](?:\D*\d){5}")
_NEW_NUMBER = re.compile(r"(?<=\d)[\s/]+(?=\(?[+0])")
_LONGEST = 40
_BLOCKS_AT_MOST = 100  # more in one piece is no prose, and each costs a look


def private_numbers(plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of each number that may be a person's. `plain` is a shadow: ASCII digits, nothing invisible."""
    if len(_DIGIT.findall(plain)) < _DIGITS_AT_LEAST:
        return
    start = 0
    for match in _PROTECTED.finditer(plain):
        yield from _numbers(plain[start : match.start()], start)
        start = match.end()
    yield from _numbers(plain[start:], start)


def _numbers(piece: str, offset: int) -> Iterator[tuple[int, int]]:
    """Numbers in a piece without dates. Two parted by a mere blank escape the matcher: its rest is tried apart."""
    mended, origin = _mend(piece)
    end = 0
    for start, stop in [*_matches(mended), (len(mended), len(mended))]:
        places = [(end + first, end + last) for first, last in _apart(mended[end:start])]
        for first, last in [*places, (start, stop)] if stop > start else places:
            yield offset + origin[first], offset + origin[last - 1] + 1
        end = stop


def _apart(left: str) -> Iterator[tuple[int, int]]:
    """Numbers in what the matcher left: from each block that can begin one, as far as one can reach."""
    starts = [match.end() for match in _NEW_NUMBER.finditer(left)][:_BLOCKS_AT_MOST]
    taken = 0
    for start in [0, *starts] if starts else ():
        if start < taken:
            continue
        ends = [stop for stop in starts if start < stop <= start + _LONGEST]
        for end in (start + _LONGEST, *reversed(ends)):
            block = left[start:end]
            first = _matches(block)[:1] if _DIALLED.match(block) else []
            if first and first[0][0] <= 1:
                taken = start + first[0][1]
                yield start + first[0][0], taken
                break


def _matches(text: str) -> list[tuple[int, int]]:
    """What `phonenumbers` finds. Every number is dialled with 0 or +; `350.000` is an amount."""
    # Imported here because its metadata would cost every start of every service.
    from phonenumbers import Leniency, PhoneNumberMatcher

    found = PhoneNumberMatcher(text, "DE", leniency=Leniency.VALID)
    return [
        (match.start, match.end) for match in found if _DIALLED.match(match.raw_string) and not _is_public(match.number)
    ]


def _mend(piece: str) -> tuple[str, list[int]]:
    piece = _LETTER_O.sub("0", piece)
    extra = {match.start(): "+" for match in _BARE_49.finditer(piece)}
    extra |= {match.start(): " " for match in _GLUED.finditer(piece)}
    text, origin = [], []
    for index, character in enumerate(piece):
        for added in extra.get(index, "") + character:
            text.append(added)
            origin.append(index)
    return "".join(text), origin


def _is_public(number: "PhoneNumber") -> bool:
    """Freephone, shared cost and company-wide numbers belong to services, not to people."""
    from phonenumbers import PhoneNumberType, number_type

    return number_type(number) in (PhoneNumberType.TOLL_FREE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN)
