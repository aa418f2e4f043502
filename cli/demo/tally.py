"""What happened, counted as it happens."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Failure:
    """A line that did not get through, and the refusal that stopped it; never what it holds."""

    line: str
    code: str
    sentence: str


@dataclass(frozen=True)
class Erased:
    """A question that was erased, and what must be found nowhere any more."""

    question: str
    needles: tuple[str, ...]


@dataclass
class Tally:
    """Counts by what was done. `languages` is given language → (how often suggested alike, how often given)."""

    done: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    languages: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    questions: list[str] = field(default_factory=list)
    erased: list[Erased] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def compared(self, given: str, suggested: str) -> None:
        """A withheld language was suggested."""
        self.languages[given][0] += given == suggested
        self.languages[given][1] += 1

    @property
    def language_agreement(self) -> float | None:
        """The share in which the suggestion was the language given; None when nothing was compared."""
        given = sum(asked for _, asked in self.languages.values())
        return round(sum(alike for alike, _ in self.languages.values()) / given, 4) if given else None
