"""Suggests the language of a question among those a programme offers. A suggestion: a person's choice always wins.

One py3langid model, walked once per text: its scores over all 140 languages tell whether the text is in some other
language, its scores over the offered ones make the suggestion. The script is the second, certain witness. Set silently
only when `sure`; else the tag is a preselection that asks for one click. Measured by `bench/language.py`.

Blind spots: Arabic, Persian or Russian typed in Latin letters, dialects, mixed languages, one or two words.
"""

import math
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from libs.text import tags
from libs.text.redaction import PLACEHOLDERS

SURE_FROM = 0.9
_READ_AT_MOST = 1_000
_NOTHING = "Zyyy"

# What the model calls a language that is offered under another tag.
_MODEL_CODE = {"prs": "fa", "pes": "fa", "kmr": "ku", "nb": "no", "iw": "he", "fil": "tl", "cnr": "sr"}
# Labels of the model that are one language to us, or that no offline model tells apart (Bosnian, Croatian, Serbian in
# Latin script): their probabilities are added, and a text under any of them is not "some other language".
_ONE = [{"bs", "hr", "sr"}, {"ar", "ary", "arz"}, {"el", "grc"}, {"he", "hbo"}, {"no", "nn"}, {"zh", "wuu", "yue"}]
# Offered together, these are never told apart for sure: in Latin script; Persian and Dari in writing.
_TWINS = [("Latn", {"bs", "hr", "sr", "cnr"}), ("Arab", {"fa", "prs", "pes"})]
_WRITTEN_IN = {
    "Arab": "ar fa ps ur prs pes ckb sdh sd ug arz ary acm apc",
    "Cyrl": "ru bg uk be mk sr",
    "Grek": "el",
    "Hebr": "he iw yi",
    "Ethi": "am ti",
    "Latn": "de en fr pt es tr it hr hu pl ro cs sk sr bs cnr sl sq nl ku kmr so vi lt lv et fi sv da no nb ca lb",
}
_SCRIPTS: dict[str, set[str]] = {}
for _code, _languages in _WRITTEN_IN.items():
    for _language in _languages.split():
        _SCRIPTS.setdefault(_language, set()).add(_code)
_SCRIPT_NAMES = {
    "LATIN": "Latn", "FULLWIDTH": "Latn", "CYRILLIC": "Cyrl", "GREEK": "Grek", "ARABIC": "Arab", "HEBREW": "Hebr",
    "ETHIOPIC": "Ethi", "GEORGIAN": "Geor", "ARMENIAN": "Armn", "DEVANAGARI": "Deva", "BENGALI": "Beng",
    "GURMUKHI": "Guru", "TAMIL": "Taml", "TELUGU": "Telu", "SINHALA": "Sinh", "THAI": "Thai", "TIBETAN": "Tibt",
    "KHMER": "Khmr", "MYANMAR": "Mymr", "SYRIAC": "Syrc", "THAANA": "Thaa", "TIFINAGH": "Tfng", "CJK": "Hani",
    "HIRAGANA": "Jpan", "KATAKANA": "Jpan", "HANGUL": "Kore",
}  # fmt: skip


@dataclass(frozen=True)
class Suggestion:
    """`tag` is always one of those offered; `probability` (0 to 1) is among the offered; `script` is the ISO 15924 code
    of most letters, `Zyyy` when there are none."""

    tag: str
    probability: float
    sure: bool
    script: str


class _Model(Protocol):
    labels: list[str]

    def rank(self, text: str) -> list[tuple[str, float]]: ...


def suggest(text: str, offered: Sequence[str]) -> Suggestion:
    """The offered tag this text is most likely in. `offered` is in the programme's order and not empty (ValueError).

    Among tags of one language the one in the text's script is taken, then the plainest: `de` before `de-simple`.
    """
    if not offered:
        raise ValueError("a programme offers at least one language")
    excerpt = _excerpt(text)
    script = _script(excerpt)
    fitting = _fitting(tuple(offered), script)
    if script == _NOTHING or not fitting:
        return Suggestion(offered[0], 0.0, False, script)
    candidates = [candidate for candidate in fitting if candidate.labels]
    if not candidates:
        return Suggestion(fitting[0].tag, 0.0, False, script)
    return _choose(candidates, _model().rank(excerpt), len(excerpt.encode()), script)


def _choose(candidates: Sequence["_Candidate"], ranked: list[tuple[str, float]], size: int, script: str) -> Suggestion:
    labels = frozenset().union(*(candidate.labels for candidate in candidates))
    weights = _weights({label: score for label, score in ranked if label in labels}, size)
    # Tags of one group are told apart by the single label, then the plainer tag, then the programme's order.
    probability, _, _, best = max(
        ((sum(map(weights.__getitem__, one.labels)), weights[one.code], -len(one.tag), one) for one in candidates),
        key=lambda row: row[:3],
    )
    elsewhere = ranked[0][0] not in labels
    sure = probability >= SURE_FROM and not elsewhere and not best.has_twin
    return Suggestion(best.tag, probability, sure, script)


def _weights(scores: dict[str, float], size: int) -> dict[str, float]:
    """Softmax at the model's own temperature, the square root of the length in bytes, over these labels only."""
    top = max(scores.values())
    raw = {label: math.exp((score - top) / math.sqrt(size)) for label, score in scores.items()}
    total = sum(raw.values())
    return {label: weight / total for label, weight in raw.items()}


# --- what is offered


@dataclass(frozen=True, eq=False)
class _Candidate:
    """An offered tag, the model's label for it, all labels that count for it (none: the model does not know it)."""

    tag: str
    code: str
    labels: frozenset[str]
    has_twin: bool


@lru_cache(maxsize=1_024)
def _fitting(offered: tuple[str, ...], script: str) -> tuple[_Candidate, ...]:
    """The offered tags that can be written in this script."""
    fitting = [tag for tag in offered if _fits(tag, script)]
    known = frozenset(_model().labels)
    return tuple(_candidate(tag, known, fitting, script) for tag in fitting)


def _candidate(tag: str, known: frozenset[str], fitting: Sequence[str], script: str) -> _Candidate:
    language = tags.primary(tag)
    code = _MODEL_CODE.get(language, language)
    labels = next((group for group in _ONE if code in group), {code}) if code in known else set()
    others = {tags.primary(other) for other in fitting} - {language}
    twin = any(script == written and language in twins and others & twins for written, twins in _TWINS)
    return _Candidate(tag, code, frozenset(labels) & known, twin)


def _fits(tag: str, script: str) -> bool:
    """Whether the tag can be written so. A script subtag decides; a language we have no script for fits every one."""
    named = tags.script(tag)
    return named == script if named else script in _SCRIPTS.get(tags.primary(tag), {script})


# --- reading

_NOT_PROSE = re.compile(
    "|".join(map(re.escape, PLACEHOLDERS.values())) + r"|\b[a-z]{2,8}://\S+|\bwww\.\S+|\S*@\S*", re.IGNORECASE
)


def _excerpt(text: str) -> str:
    """At most 1,000 characters of prose: no links, addresses or placeholders, cut at a blank near the end. Half a
    surrogate pair, which no encoder takes, says nothing about a language."""
    text = text[: 4 * _READ_AT_MOST].encode(errors="ignore").decode()
    prose = _NOT_PROSE.sub(" ", text)
    prose = unicodedata.normalize("NFKC", " ".join(prose.split()))
    if len(prose) <= _READ_AT_MOST:
        return prose
    blank = prose.rfind(" ", _READ_AT_MOST - 100, _READ_AT_MOST)
    return prose[: blank if blank > 0 else _READ_AT_MOST]


def _script(text: str) -> str:
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character.isalpha():
            counts[_script_of(character)] += count
    return counts.most_common(1)[0][0] if counts else _NOTHING


@cache
def _script_of(letter: str) -> str:
    return _SCRIPT_NAMES.get(unicodedata.name(letter, "?").partition(" ")[0], "Zzzz")


# --- the model

_loading = threading.Lock()
_loaded: list[_Model] = []


def _model() -> _Model:
    """Loaded at the first text (half a second, 120 MB), once, whichever thread comes first; only read afterwards."""
    with _loading:
        if not _loaded:
            # Imported here because numpy and the model would cost every start of every service.
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            _loaded.append(LanguageIdentifier.from_model_file(MODEL_FILE))
        return _loaded[0]
