"""Triage by key words, in place of the person who does it in earnest: a topic and a legal class from German text."""

import re
import tomllib
from functools import cache
from pathlib import Path

UNKNOWN = "n-other-topic"
FILE = Path(__file__).parents[1] / "sample" / "topics.toml"
# Somebody who speaks of her own case, with a paper in her hand or a limit before her, wants it examined.
OWN_CASE = re.compile(r"\b(ich|mich|mir|mein\w*|wir|uns|unser\w*)\b", re.IGNORECASE)
EXAMINED = re.compile(
    r"\b(kündig|gekündigt|bescheid|frist|ablehn|abgelehnt|widerspr|einspruch|verweiger|rückforder|antrag|aufenthalt"
    r"|vertrag|recht|anspruch|darf|dürfen)",
    re.IGNORECASE,
)
LEGAL = re.compile(
    r"recht|gesetz|anspruch|pflicht|erlaub|dürfen|darf|frist|vertrag|antrag|visum|aufenthalt", re.IGNORECASE
)


def topic_of(german: str) -> str:
    """The topic whose word is the longest in the text; `n-other-topic` where none is found."""
    lowered = german.lower()
    return next((topic for word, topic in _words() if word in lowered), UNKNOWN)


def legal_class_of(german: str) -> str:
    """`individual-examination`, `general-information` or `not-legal`: too careful rather than too bold."""
    if OWN_CASE.search(german) and EXAMINED.search(german):
        return "individual-examination"
    return "general-information" if LEGAL.search(german) else "not-legal"


@cache
def _words() -> list[tuple[str, str]]:
    topics: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return sorted(((word, topic) for topic, words in topics.items() for word in words), key=lambda pair: -len(pair[0]))
