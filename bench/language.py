"""Measures the language suggestion on real text: right, sure, right among the sure, and its cost beside the bare model.

Reads the public data sets that `tests/shared_data.py` finds.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure
from libs.text.language import suggest
from libs.text.tags import primary
from tests.shared_data import lines, locate

ALL = (
    "de",
    "ar",
    "en",
    "fr",
    "ps",
    "fa",
    "pt",
    "ru",
    "sr",
    "es",
    "tr",
    "bg",
    "el",
    "it",
    "hr",
    "hu",
    "pl",
    "ro",
    "cs",
    "sk",
    "uk",
)
FEM_OS = ALL[:11]
MB4 = ("de", "bg", "el", "en", "es", "fr", "it", "hr", "hu", "pl", "ro", "cs", "sk")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """Shares in per cent; `microseconds` per text; `times_bare`: that over the bare model's in the same run."""

    name: str
    texts: int
    accuracy: float
    sure: float
    right_when_sure: float
    microseconds: float
    times_bare: float


def _news() -> Iterator[tuple[str, str]]:
    path = locate("language/ntrex_aligned.jsonl")
    for row in lines(path) if path else ():
        yield from ((key, text) for key, text in row.items() if key != "line")


def _rows(name: str, language: str, text: str) -> Pairs:
    path = locate(name)
    return [(row[language], row[text]) for row in lines(path)] if path else []


def _sets() -> Iterator[tuple[str, Pairs, tuple[str, ...]]]:
    news = list(_news())
    questions = _rows("integreat-qa/questions.jsonl", "language", "text")
    yield "news, 21 languages", news, ALL
    yield "news, first three words", [(key, " ".join(text.split()[:3])) for key, text in news], ALL
    yield "news, Migrationsberatung 4.0", [(key, text) for key, text in news if primary(key) in MB4], MB4
    yield "phrases of volunteers", _rows("language/refugee_phrasebook.jsonl", "lang", "text"), ALL
    yield "questions of newcomers", questions, ALL
    yield "questions, Fem.OS", [(key, text) for key, text in questions if key in FEM_OS], FEM_OS
    yield (
        "not offered (Fem.OS)",
        [(key, text) for key, text in news if key in ("it", "pl", "hu", "el", "uk", "ro")],
        FEM_OS,
    )


def _group(tag: str) -> str:
    return {"hr": "bcs", "sr": "bcs", "bs": "bcs", "prs": "fa"}.get(primary(tag), primary(tag))


def measure(name: str, pairs: Pairs, offered: tuple[str, ...]) -> tuple[Row, Counter[tuple[str, str]]]:
    """One row, and which language was taken for which."""
    right: dict[str, list[bool]] = defaultdict(list)
    sure: list[bool] = []
    taken: Counter[tuple[str, str]] = Counter()
    started = time.perf_counter()
    found = [suggest(text, offered) for _, text in pairs]
    cost = time.perf_counter() - started
    for (language, _), suggestion in zip(pairs, found, strict=True):
        good = _group(language) == _group(suggestion.tag)
        right[language].append(good)
        sure += [good] if suggestion.sure else []
        taken[language, suggestion.tag] += not good
    macro = sum(sum(marks) / len(marks) for marks in right.values()) / len(right)
    share, hits = len(sure) / len(pairs), sum(sure) / len(sure) if sure else 1.0
    row = Row(name, len(pairs), 100 * macro, 100 * share, 100 * hits, 1e6 * cost / len(pairs), cost / _bare(pairs))
    return row, taken


def _bare(pairs: Pairs) -> float:
    """Seconds of py3langid alone on the same texts."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE)
    started = time.perf_counter()
    for _, text in pairs:
        model.rank(text)
    return time.perf_counter() - started


async def figures(folder: Path, scale: float) -> list[Figure]:
    """Per set: right (macro over languages), sure, right among the sure, and the cost beside the bare model."""
    found = []
    for name, pairs, offered in _sets():
        if pairs:
            row, _ = measure(name, pairs[:: max(1, round(1 / scale))], offered)
            found += [
                Figure(f"language: {name}: right", row.accuracy, "%"),
                Figure(f"language: {name}: sure", row.sure, "%"),
                Figure(f"language: {name}: right among the sure", row.right_when_sure, "%"),
                Figure(f"language: {name}: cost", row.microseconds, "µs/text", row.microseconds / row.times_bare),
            ]
    return found
