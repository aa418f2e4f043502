"""Why a text cannot be accepted as it came: characters that do harm in stores, logs or on other people's screens."""

import re
import unicodedata
from collections.abc import Mapping

MAX_LENGTH = 20_000
# Deeper nesting of direction marks has no honest use (the Unicode algorithm itself stops at 125).
_DEEPEST = 16

PROBLEMS: Mapping[str, str] = {
    "too-long": "The text is longer than 20,000 characters.",
    "blank": "The text holds nothing that can be read.",
    "lone-surrogate": "The text holds half of a character; it was cut or copied wrongly.",
    "control-character": "The text holds a control character other than tab and line end.",
    "noncharacter": "The text holds a code that is no character.",
    "bidi-override": "The text holds a mark that turns the order of its letters around; remove it.",
    "bidi-unbalanced": "The text opens or closes a change of writing direction without its counterpart.",
    "bidi-nested": "The text nests changes of writing direction too deeply.",
}

_FORBIDDEN = (
    ("lone-surrogate", re.compile(r"[\ud800-\udfff]")),
    ("control-character", re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")),
    (
        "noncharacter",
        re.compile("[\ufdd0-\ufdef" + "".join(chr(p * 0x10000 + e) for p in range(17) for e in (0xFFFE, 0xFFFF)) + "]"),
    ),
    ("bidi-override", re.compile("[\u202d\u202e]")),
)
_DIRECTION = re.compile("[\u202a-\u202c\u2066-\u2069]")
_EMBED_END, _ISOLATE_END = "\u202c", "\u2069"
# Letters by category that nevertheless show nothing: Hangul fillers and the empty Braille pattern.
_EMPTY_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def clean_problem(text: str) -> str | None:
    """The code of the first problem, a key of `PROBLEMS`; None when the text can be accepted."""
    if len(text) > MAX_LENGTH:
        return "too-long"
    for code, pattern in _FORBIDDEN:
        if pattern.search(text):
            return code
    return _direction_problem(text) or (None if any(map(_shows, text)) else "blank")


def _direction_problem(text: str) -> str | None:
    """Embeddings end with PDF, isolates with PDI, each in its own order (UAX 9, BD9 and BD11)."""
    open_marks: list[str] = []
    for mark in _DIRECTION.findall(text):
        if mark not in (_EMBED_END, _ISOLATE_END):
            open_marks.append(_EMBED_END if mark < _EMBED_END else _ISOLATE_END)
        elif not open_marks or open_marks.pop() != mark:
            return "bidi-unbalanced"
        if len(open_marks) > _DEEPEST:
            return "bidi-nested"
    return "bidi-unbalanced" if open_marks else None


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZCM" and character not in _EMPTY_LETTERS
