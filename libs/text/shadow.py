"""A plain twin of a text to search in: invisible characters gone, look-alike characters plain, every digit ASCII.

People split a number with marks nobody sees, or write it in the digits of their own script. Rules look at the shadow;
cuts are made in the original, because each character of the shadow knows where it came from.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

KEYCAP = frozenset("\ufe0e\ufe0f\u20e3")
_INVISIBLE = KEYCAP | {"\u034f"}
BIDI_PAIRS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Shadow:
    """`origin[i]` is the index in the original of `text[i]`; None when the text is its own shadow."""

    text: str
    origin: tuple[int, ...] | None

    def span(self, start: int, end: int, original: str) -> tuple[int, int]:
        """Where `text[start:end]`, not empty, stands in the original, with the keycap marks on its last character."""
        if self.origin is None:
            return start, end
        stop = self.origin[end - 1] + 1
        while stop < len(original) and original[stop] in KEYCAP:
            stop += 1
        return self.origin[start], stop


def shadow(text: str) -> Shadow:
    """The twin of `text`. One character never becomes two, so `½` and `…` stay as they are."""
    if text.isascii():
        return Shadow(text, None)
    plain: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        twin = character if character < "\x80" else _twin(character)
        if twin:
            plain.append(twin)
            origin.append(index)
    return Shadow("".join(plain), tuple(origin))


@lru_cache(maxsize=8_192)
def _twin(character: str) -> str:
    if character in _INVISIBLE or unicodedata.category(character) == "Cf":
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character
