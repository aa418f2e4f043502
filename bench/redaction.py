"""Measures redaction: numbers found in people's notations, false hits on clean text, cost beside the bare matcher.

Numbers are drawn at random (fixed seed) and belong to nobody we know;
clean text is read from the public data sets that `tests/shared_data.py` finds.
"""

import csv
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from phonenumbers import Leniency, PhoneNumberMatcher, is_valid_number, parse

from bench.figures import Figure
from libs.text.redaction import redact
from tests.shared_data import lines, locate

_AREAS = ("30", "40", "89", "821", "341", "7151", "2102", "36601", "151", "157", "160", "162", "171", "176", "179")
_ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def _grouped(digits: str, size: int, by: str = " ") -> str:
    return by.join(digits[at : at + size] for at in range(0, len(digits), size))


NOTATIONS: dict[str, Callable[[str, str], str]] = {
    "0176 12345678": lambda a, n: f"0{a} {n}",
    "017612345678": lambda a, n: f"0{a}{n}",
    "0176/12345678": lambda a, n: f"0{a}/{n}",
    "0176 / 12 34 56 78": lambda a, n: f"0{a} / {_grouped(n, 2)}",
    "0176-12345678": lambda a, n: f"0{a}-{n}",
    "0176 – 123 456 78": lambda a, n: f"0{a} – {_grouped(n, 3)}",
    "(0176) 123 456 78": lambda a, n: f"(0{a}) {_grouped(n, 3)}",
    "0176.12.34.56.78": lambda a, n: f"0{a}.{_grouped(n, 2, '.')}",
    "+49 176 12345678": lambda a, n: f"+49 {a} {n}",
    "+49 (0) 176 12345678": lambda a, n: f"+49 (0) {a} {n}",
    "0049 176 12345678": lambda a, n: f"0049 {a} {n}",
    "0 1 7 6 1 2 3 4 5": lambda a, n: " ".join(f"0{a}{n}"),
    "Arabic digits": lambda a, n: f"0{a} {n}".translate(_ARABIC),
    "Persian digits": lambda a, n: f"+49 {a} {n}".translate(_PERSIAN),
    "keycap emoji": lambda a, n: "".join(digit + "\ufe0f\u20e3" for digit in f"0{a}{n}"),
    "WhatsApp0176...": lambda a, n: f"WhatsApp0{a}{n}",
}
_AROUND = (
    "{}",
    "Tel. {} bitte melden",
    "am 12.11.2026 {}",
    "Seit 2023 {} oder",
    "86150 Augsburg, {}",
    "رقمي {} شكرا",
    "{0} {0}",
)


def _numbers(count: int) -> Iterator[tuple[str, str]]:
    draw = random.Random(5)
    while count:
        area, number = draw.choice(_AREAS), str(draw.randrange(10**5, 10**8))
        if is_valid_number(parse(f"0{area}{number}", "DE")):
            count -= 1
            yield area, number


def recall(count: int = 100) -> tuple[dict[str, float], float]:
    """Per cent of the numbers of which no digit is left, by notation and in all."""
    missed: Counter[str] = Counter()
    for area, number in _numbers(count):
        for notation, write in NOTATIONS.items():
            for around in _AROUND:
                left = redact(around.format(write(area, number))).text
                kept = sum(map(str.isdigit, left)) > sum(map(str.isdigit, around.replace("{0}", "")))
                missed[notation] += kept or "[Telefon]" not in left
    each = count * len(_AROUND)
    return {name: 100 - 100 * missed[name] / each for name in NOTATIONS}, 100 - 100 * missed.total() / each / len(
        NOTATIONS
    )


def _clean() -> list[str]:
    news, questions = locate("language/ntrex_aligned.jsonl"), locate("integreat-qa/questions.jsonl")
    sentences = [text for row in lines(news) for key, text in row.items() if key != "line"] if news else []
    return sentences + ([row["text"] for row in lines(questions)] if questions else [])


def cost(texts: list[str]) -> tuple[float, float]:
    """Microseconds per 1,000 characters, and the ratio to `phonenumbers` alone on the same texts."""
    size = sum(map(len, texts)) / 1_000
    started = time.perf_counter()
    for text in texts:
        redact(text)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    for text in texts:
        list(PhoneNumberMatcher(text, "DE", leniency=Leniency.VALID))
    return 1e6 * ours / size, ours / (time.perf_counter() - started)


def homes() -> tuple[int, int]:
    """How many real offices' streets with postcode there are, and of how many nothing is left."""
    path = locate("directory/offices.csv")
    if path is None:
        return 0, 0
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["street"] and row["postcode"]]
    left = [redact(f"Ich wohne hier: {row['street']}, {row['postcode']} {row['city']}").text for row in rows]
    gone = [row["street"] not in text and row["postcode"] not in text for row, text in zip(rows, left, strict=True)]
    return len(rows), sum(gone)


async def figures(folder: Path, scale: float) -> list[Figure]:
    """Recall of numbers and addresses, texts with a false hit, and the cost beside `phonenumbers` alone."""
    count, clean, (known, gone) = max(5, int(100 * scale)), _clean()[:: max(1, round(1 / scale))], homes()
    with_numbers = [f"Bitte {write(a, n)} anrufen, danke." for a, n in _numbers(count) for write in NOTATIONS.values()]
    found = [Figure("redaction: numbers found", recall(count)[1], "%")]
    if known:
        found.append(Figure("redaction: addresses found", 100 * gone / known, "%"))
    if clean:
        found.append(Figure("redaction: clean texts with a hit", sum(bool(redact(text).found) for text in clean), ""))
    for name, texts in (("clean", clean), ("with numbers", with_numbers)):
        if texts:
            ours, times = cost(texts)
            found.append(Figure(f"redaction: cost, {name}", ours, "µs/1,000 characters", ours / times))
    return found
