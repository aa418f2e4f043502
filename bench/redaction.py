"""Measures redaction: numbers found in people's notations, false hits on clean text, cost beside the bare matcher.

Run with `python -m bench.redaction [--json]`. Numbers are drawn at random (fixed seed) and belong to nobody we know;
clean text is read from the public data sets that `tests/shared_data.py` finds.
"""

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher, is_valid_number, parse

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


def main() -> None:
    by_notation, overall = recall()
    clean = _clean()
    with_numbers = [f"Bitte {write(a, n)} anrufen, danke." for a, n in _numbers(100) for write in NOTATIONS.values()]
    result: dict[str, object] = {"recall": overall, "recall_by_notation": by_notation, "clean_texts": len(clean)}
    result["false_hits"] = sum(bool(redact(text).found) for text in clean)
    for name, texts in (("clean", clean), ("with_numbers", with_numbers)):
        result[f"{name}_us_per_1000"], result[f"{name}_times_bare"] = cost(texts) if texts else (None, None)
    if "--json" in sys.argv:
        print(json.dumps(result))
        return
    for notation, share in by_notation.items():
        print(f"{notation:26}{share:7.2f} %")
    for name, value in result.items():
        if name != "recall_by_notation":
            print(f"{name:26}{value:10.2f}" if isinstance(value, float) else f"{name:26}{value!s:>10}")


if __name__ == "__main__":
    main()
