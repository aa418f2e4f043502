"""One measured figure, beside the bare ceiling it is held against, and how it is shown."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; with a `ceiling` measured in the same run their ratio counts, and `target` is held against it.
    `spread` is the lowest and the highest ratio (or value) of the rounds."""

    name: str
    value: float
    unit: str
    ceiling: float | None = None
    target: float | None = None
    spread: tuple[float, float] | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.ceiling is None else self.value / self.ceiling

    @property
    def met(self) -> bool:
        """Whether the target is reached; what has none is always."""
        return self.target is None or (self.ratio is not None and self.ratio >= self.target)

    def shown(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


def compared(name: str, unit: str, rounds: Sequence[tuple[float, float]], target: float | None) -> Figure:
    """Rounds of (bare, ours), measured in turn: the ratio is that of the medians, the spread that of the rounds."""
    bare, ours = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratios = sorted(one / other for other, one in rounds)
    return Figure(name, ours, unit, bare, target, (ratios[0], ratios[-1]))


def table(figures: Sequence[Figure]) -> str:
    """A line a figure: value, ceiling, ratio with its spread, target, and whether it is met."""
    rows = [("what", "value", "bare", "ratio", "spread", "target", "")] + [_row(figure) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    spread = f"{figure.spread[0]:.2f}–{figure.spread[1]:.2f}" if figure.spread else ""
    return (
        figure.name,
        f"{figure.value:,.1f} {figure.unit}",
        f"{figure.ceiling:,.1f}" if figure.ceiling is not None else "",
        f"{figure.ratio:.2f}" if figure.ratio is not None else "",
        spread,
        f"{figure.target:.2f}" if figure.target is not None else "",
        "" if figure.target is None else "met" if figure.met else "NOT MET",
    )
