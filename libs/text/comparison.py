"""Tells whether a text posted by hand is the released one: the same letters, inside a frame that means nothing.

Blanks, line ends and direction marks are what platforms and phones change on their own, so they do not count. Greeting,
notice and closing come from a fixed frame outside the comparison, because a person is greeted by name and names are
never stored. Every other difference counts, also a zero-width non-joiner, which in Persian makes another word.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from libs.text.frame import Frame

GREETING_AT_MOST = 80
_CLOSINGS_AT_MOST = 6

# Characters nobody sees: bidi marks and embeddings, zero-width space, word joiner, byte order mark, soft hyphen.
_UNSEEN = dict.fromkeys(
    [0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
_LINE_END = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
_AROUND_LINE_END = re.compile(r" *\n *")
_BLANK = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")


def normalise(text: str) -> str:
    """NFC, line ends `\\n`, one empty line at most, single blanks, no direction marks. ZWNJ and ZWJ stay."""
    text = _LINE_END.sub("\n", unicodedata.normalize("NFC", text.translate(_UNSEEN)))
    text = _AROUND_LINE_END.sub("\n", _BLANK.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def joined(parts: Sequence[str]) -> str:
    """One posting from its parts, without their numbering (`(1/2)` or `2/2` at the start or end of the right part)."""
    return normalise("\n".join(_unnumbered(normalise(part), at, len(parts)) for at, part in enumerate(parts, start=1)))


def matches(posted_parts: Sequence[str], released: str, frame: Frame) -> bool:
    """Whether the parts hold the released text, whole and in one piece, and around it nothing but the frame."""
    wanted = _flat(normalise(released))
    # Also as it stands: a part may end in a fraction of its own that looks like a numbering.
    versions = {joined(posted_parts), normalise("\n".join(posted_parts))}
    return bool(wanted) and any(_holds(version, wanted, frame) for version in versions)


def without_frame(text: str, frame: Frame) -> str:
    """The normalised text without the greeting before and the notices and closings after it: the parts that hold names.

    For what is stored of a posting. A name elsewhere, or in a formula the frame does not know, stays.
    """
    text = normalise(text)
    *_, start = _greeting_ends(text, frame)
    return _without_closings(text[start:], _closing(frame, after_sentence=True)).strip()


def _holds(posted: str, wanted: str, frame: Frame) -> bool:
    closing = _closing(frame, after_sentence=False)
    for start in _greeting_ends(posted, frame):
        rest = _flat(posted[start:])
        if rest.startswith(wanted) and not _without_closings(rest[len(wanted) :], closing):
            return True
    return False


def _without_closings(text: str, closing: re.Pattern[str]) -> str:
    """One after the other from the end, not in one pattern: names make nested repetition exponential."""
    for _ in range(_CLOSINGS_AT_MOST):
        if found := closing.search(text):
            text = text[: found.start()]
    return text


def _flat(text: str) -> str:
    return " ".join(text.split())


def _unnumbered(part: str, at: int, of: int) -> str:
    """Only the right number goes: in the first of two parts `1/2`, never `1/2` of a single text."""
    number = rf"[(\[]?\s?{at}\s?(?:/|von|of)\s?{of}\s?[)\]]?"
    # The digits of any script, one for one, so that the places fit the part.
    plain = "".join(str(unicodedata.decimal(character, character)) for character in part)
    start = re.match(rf"{number}(?:[.:)\]\-–]|(?!\S))\s?", plain)
    end = re.search(rf"(?:^|\s|(?=\()){number}\.?$", plain)
    return part[start.end() if start else 0 : end.start() if end else None]


# --- the frame as patterns

_LETTER = r"[^\W\d_]"
_WORD = rf"{_LETTER}(?:{_LETTER}|[\u0300-\u036f\u064b-\u0652\u0670\u200c\u200d'’ʼ\-]){{0,24}}"
_NAME = rf"{_WORD}(?:\s{_WORD}){{0,3}}"
_MENTION = r"@[^\s@,;:!?]{2,40}"
_SYMBOLS = r"(?:\s?[\u2600-\u27bf\ufe0f\u200d\U0001f300-\U0001faff])*"


def _greeting_ends(posted: str, frame: Frame) -> Iterator[int]:
    """0, then where each greeting formula of the first line ends: `Hallo Anna, danke für deine Frage!` has two."""
    line = posted.partition("\n")[0][: GREETING_AT_MOST + 1]
    formula = _greeting(frame)
    end = 0
    yield end
    while (found := formula.match(line, end)) and found.end() <= GREETING_AT_MOST:
        end = found.end()
        yield end


@lru_cache(maxsize=256)
def _greeting(frame: Frame) -> re.Pattern[str]:
    """One formula up to its comma or the end of the line, perhaps after the name that platforms put before a reply.

    A full stop does not end it: `Hallo Anna Sie dürfen arbeiten.` would be a greeting.
    """
    named = rf"(?:{_NAME},?\s)?(?:{_any_of(frame.greetings, comma=False)})"
    stop = rf"(?:{_SYMBOLS}\s?[,!:،]+{_SYMBOLS}\s?|{_SYMBOLS}$)"
    return re.compile(rf"{named}{stop}|{_MENTION}(?:[,:!]?\s|$)", re.IGNORECASE)


@lru_cache(maxsize=256)
def _closing(frame: Frame, after_sentence: bool) -> re.Pattern[str]:
    """One notice or closing at the very end. `after_sentence`: on a line of its own or after a full stop, because
    `Best {name}` also ends "what is best for you"."""
    before = r"(?:\A|\n{1,2}|(?<=[.!?؟…])\s)" if after_sentence else r"\s"
    texts = _any_of((*frame.notices, *frame.closings), comma=True)
    return re.compile(rf"{before}(?:{texts}){_SYMBOLS}\s?[,.!:،…]*{_SYMBOLS}\Z", re.IGNORECASE)


def _any_of(formulas: tuple[str, ...], comma: bool) -> str:
    """The formulas as alternatives, longest first. `comma`: one may stand before the name (`Viele Grüße, Anna`)."""
    longest_first = sorted((_flat(normalise(formula)) for formula in formulas), key=len, reverse=True)
    return "|".join(_formula(formula, "," if comma else "") for formula in longest_first) or "(?!)"


def _formula(formula: str, comma: str) -> str:
    before, _, after = (part.strip() for part in formula.partition("{name}"))
    literal = [r"\s".join(map(re.escape, part.split())) for part in (before, after)]
    if "{name}" not in formula:
        return literal[0]
    if not before:
        return rf"(?:{_NAME}\s)?{literal[1]}"
    optional = rf"(?:{comma}?\s{_NAME})?" if comma and not before.endswith(",") else rf"(?:\s{_NAME})?"
    return literal[0] + optional + (rf"\s{literal[1]}" if after else "")
