"""The one-time code: fifteen random symbols (75 bits) and a check symbol, in four groups of four.

Symbols are those of Crockford's base 32, which leaves out I, L, O and U. The check symbol makes the whole a word of a
Reed-Solomon code over GF(32), so that one wrong symbol, and two symbols that changed places wherever they stand, are
always noticed.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from libs.text.folding import fold

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
RANDOM_SYMBOLS, SYMBOLS, GROUP = 15, 16, 4
BITS = 5 * RANDOM_SYMBOLS
PRIMITIVE = 0b100101  # x^5 + x^2 + 1
BETWEEN = re.compile(r"[\s.,_·‐‑‒–—−-]+")
# What a hand writes or a Cyrillic or Greek keyboard gives for a symbol of ours.
TWINS = str.maketrans("OILАВЕКМНРСТХΑΒΕΖΗΚΜΝΡΤΧ", "011ABEKMHPCTXABEZHKMNPTX")
# Which words of `consent_texts.toml` are told today.
TEXT_VERSION = "2026-11"


class ConsentKind(StrEnum):
    HAND_OVER = "hand-over"
    OUTCOME_RELEASE = "outcome-release"


@dataclass(frozen=True)
class Told:
    """Which text a person was told before she consented, and in which language."""

    text_version: str
    language: str


def code_from(number: int) -> str:
    """The canonical code of a random number below 2**75."""
    assert 0 <= number < 1 << BITS
    symbols = "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5))
    return symbols + ALPHABET[_times_alpha(_rest(symbols))]


def shown(code: str) -> str:
    """The code as a person reads it."""
    return "-".join(code[start : start + GROUP] for start in range(0, SYMBOLS, GROUP))


def read(typed: str) -> str | None:
    """The canonical code in what a person typed, or None when it cannot be one. Case, gaps, digits of any script and
    look-alikes do not matter."""
    code = BETWEEN.sub("", fold(typed)).upper().translate(TWINS)
    if len(code) != SYMBOLS or not VALUES.keys() >= set(code):
        return None
    return code if _rest(code) == 0 else None


def fingerprint(key: bytes, code: str) -> bytes:
    """What is stored of a code: HMAC-SHA256, so that the table alone does not let anybody try codes."""
    return hmac.digest(key, b"one-time-code|" + code.encode(), hashlib.sha256)


def same(one: bytes | None, other: bytes) -> bool:
    """Compare fingerprints in constant time."""
    return one is not None and hmac.compare_digest(one, other)


def _rest(symbols: str) -> int:
    """The word's value at the generator of GF(32); 0 for a whole code."""
    value = 0
    for symbol in symbols:
        value = _times_alpha(value) ^ VALUES[symbol]
    return value


def _times_alpha(value: int) -> int:
    doubled = value << 1
    return doubled ^ PRIMITIVE if doubled & 32 else doubled
