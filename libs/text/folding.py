"""The key under which a text is searched, never shown: what two people type differently becomes equal.

Presentation forms, tatweel, joiners, direction marks, digits of any script, case, accents and the Arabic, Persian and
Pashto letters that share a shape are folded. The word stays in its script: nothing is transliterated.
"""

import unicodedata
from functools import lru_cache

# Tatweel, joiners, bidi marks, and the invisible rest of the format characters people paste along.
_DROPPED = dict.fromkeys(
    [0x0640, 0x00AD, 0x034F, 0x061C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
# Letters without a decomposition that people type for one another. Hamza forms and accents fall with their marks.
_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ي": "ی", "ى": "ی", "ې": "ی", "ۍ": "ی", "ك": "ک", "ګ": "گ", "ة": "ه", "ٱ": "ا"}
)


def fold(text: str) -> str:
    """The search key of `text`; folding a key again changes nothing."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_DROPPED)
    # Marks fall after the case: the lower form of `İ` is an i with a dot as a mark of its own.
    parts = unicodedata.normalize("NFKD", plain)
    return "".join(_digit(part) for part in parts if not unicodedata.combining(part)).translate(_LETTERS)


@lru_cache(maxsize=8_192)
def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)
