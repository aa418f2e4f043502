"""What is counted, how figures are folded from facts, and which cells may be shown.

Facts carry the codes they are counted by, so folding needs no join, no ids and no order between aggregates.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from math import ceil
from typing import Any, NamedTuple
from uuid import UUID

from libs.contracts import intake, referral, review
from libs.contracts.codes import Standing
from libs.contracts.counting import Counted
from libs.kit.subscribers import Event

# Raised when a definition below changes; figures counted under another number need `rebuild`.
DEFINITIONS = 1


class Dimension(StrEnum):
    WEEK = "week"
    LANGUAGE = "language"
    TOPIC = "topic"
    PLATFORM = "platform"


@dataclass(frozen=True)
class Measure:
    """What one fact adds one to, if its field `where[0]` is `where[1]`.

    `hours` names the field with the duration that the fact ends: then the measure is a distribution, not a count.
    `part_of` is a measure that counts everything this one counts.
    """

    code: str
    unit: str
    fact: type[Counted]
    where: tuple[str, object] | None = None
    hours: str | None = None
    part_of: str | None = None


MEASURES: tuple[Measure, ...] = (
    Measure("captured", "question", intake.QuestionCaptured),
    Measure("answered", "question", intake.QuestionAnswered),
    Measure("hours-to-answer", "hour", intake.QuestionAnswered, hours="hours_to_answer"),
    *(
        Measure(f"posted-{standing}", "posting", intake.PostingRecorded, ("standing", standing))
        for standing in Standing
    ),
    Measure("superseded-afterwards", "posting", intake.PostingSuperseded),
    Measure("repair-opened", "posting", intake.PostingRepairOpened),
    Measure("repaired", "posting", intake.PostingRepaired),
    Measure("submitted", "submission", review.SubmissionSubmitted),
    Measure("returned", "decision", review.SubmissionReturned),
    Measure("blocked", "decision", review.SubmissionBlocked),
    Measure("approved", "decision", review.SubmissionApproved),
    Measure("approved-with-changes", "decision", review.SubmissionApproved, ("changed", True), part_of="approved"),
    Measure("hours-to-approval", "hour", review.SubmissionApproved, hours="hours_to_approval"),
    Measure("released", "variant", review.SubmissionVariantReleased),
    Measure("incident-opened", "incident", review.IncidentOpened),
    Measure("incident-decided", "incident", review.IncidentDecided),
    Measure("referral-address-given", "referral", referral.ReferralAddressGiven),
    Measure("referral-offered", "referral", referral.ReferralOffered),
    Measure("referral-redeemed", "referral", referral.ReferralRedeemed),
    Measure("referral-accepted", "referral", referral.ReferralAccepted),
    Measure("referral-declined", "referral", referral.ReferralDeclined),
    Measure("referral-outcome-reported", "referral", referral.ReferralOutcomeReported),
    Measure("referral-withdrawn", "referral", referral.ReferralWithdrawn),
    Measure("referral-expired", "referral", referral.ReferralExpired),
)
BY_CODE: Mapping[str, Measure] = {measure.code: measure for measure in MEASURES}
# The services without whose events a figure is not complete.
SOURCES: tuple[str, ...] = tuple(dict.fromkeys(measure.fact.owner for measure in MEASURES))


class Cell(NamedTuple):
    """Where a count stands."""

    programme: str
    measure: str
    week: str
    language: str
    topic: str
    platform: str


class Step(NamedTuple):
    """One change of one cell; `hours` is the duration it adds or takes away, where the measure is a distribution."""

    cell: Cell
    change: int
    hours: int | None = None


def steps(event: Event[Any]) -> Iterator[Step]:
    """Every change that one event makes."""
    fact = event.fact
    if not isinstance(fact, Counted):
        return
    for measure in MEASURES:
        if measure.fact is type(fact) and _holds(fact, measure.where):
            hours = getattr(fact, measure.hours) if measure.hours else None
            yield Step(_cell(event, measure.code), 1, hours)
    if isinstance(fact, intake.QuestionTriaged):
        # Counted where its codes were before; from now on where they are.
        now = _cell(event, "captured")._replace(week=fact.captured_week)
        yield Step(now._replace(language=fact.language_before, topic=fact.topic_before), -1)
        yield Step(now, 1)
    if isinstance(fact, intake.QuestionAnswerRetracted):
        yield Step(_cell(event, "answered")._replace(week=fact.answered_week), -1)
        yield Step(_cell(event, "hours-to-answer")._replace(week=fact.answered_week), -1, fact.hours_to_answer)


def _holds(fact: Counted, where: tuple[str, object] | None) -> bool:
    return where is None or getattr(fact, where[0]) == where[1]


def _cell(event: Event[Any], measure: str) -> Cell:
    fact = event.fact
    return Cell(event.programme, measure, fact.week, fact.language, fact.topic, str(fact.platform))


# Lower bounds in hours, four buckets to each doubling (less where a bucket would hold no whole hour): 0, 1, 2, 3, 4, 5,
# 6, 7, 8, 10, 12, 14, 16, 20, 23, 27, 32 … so an hour and its bucket's bound differ by less than a fifth. They are
# stored as they stand: another set of bounds is another definition.
BOUNDS: tuple[int, ...] = (0, *sorted({ceil(2 ** (quarter / 4)) for quarter in range(82)}))
SLOTS = 256


def bucket(hours: int) -> int:
    """The lower bound of the bucket that holds this many hours."""
    return BOUNDS[min(bisect_right(BOUNDS, hours), len(BOUNDS) - 1) - 1]


def slot(staff: UUID | None) -> int:
    """One of 256 bits for a member of staff: enough to know that at least so many contributed, too few to name one."""
    return 0 if staff is None else 1 << staff.int % SLOTS


@dataclass
class Spread:
    """A distribution of hours: cases by bucket, and the slots of the staff who contributed. Spreads add up."""

    buckets: Counter[int] = field(default_factory=Counter)
    slots: int = 0

    def add(self, lower: int, count: int, slots: int) -> None:
        self.buckets[lower] += count
        self.slots |= slots

    def merge(self, other: "Spread") -> None:
        self.buckets.update(other.buckets)
        self.slots |= other.slots

    @property
    def count(self) -> int:
        return self.buckets.total()

    def quantile(self, share: float) -> float:
        """The hours within which at least `share` of the cases ended, to a tenth.

        It is the case of rank ⌈share · n⌉; the c cases of a bucket of whole hours a to b are taken to lie evenly, the
        j-th at a + (j − ½)/c · (b − a). So a bucket of one whole hour is exact.
        """
        rank = max(1, ceil(share * self.count))
        ordered = sorted(lower for lower, count in self.buckets.items() if count > 0)
        reached = list(accumulate(self.buckets[lower] for lower in ordered))
        place = next(n for n, through in enumerate(reached) if through >= rank)
        lower, within = ordered[place], self.buckets[ordered[place]]
        highest = BOUNDS[BOUNDS.index(lower) + 1] - 1
        position = rank - (reached[place] - within) - 0.5
        return round(lower + position / within * (highest - lower), 1)


@dataclass
class Deltas:
    """What a run of events changes: counts by cell, and (cases, slots) by cell and bucket."""

    counts: Counter[Cell] = field(default_factory=Counter)
    hours: dict[tuple[Cell, int], tuple[int, int]] = field(default_factory=dict)

    def add(self, step: Step, staff: UUID | None) -> None:
        if step.hours is None:
            self.counts[step.cell] += step.change
        else:
            place = step.cell, bucket(step.hours)
            cases, slots = self.hours.get(place, (0, 0))
            self.hours[place] = cases + step.change, slots | (slot(staff) if step.change > 0 else 0)


def fold(events: Iterable[Event[Any]]) -> Deltas:
    """The sum of what the events change. Each event must come once; the gate sees to that."""
    deltas = Deltas()
    for event in events:
        for step in steps(event):
            deltas.add(step, event.envelope.staff)
    return deltas


# Corrections 16: until disclosure control is built, cells below five are withheld from every role; a measure of speed
# needs three contributing members of staff (BetrVG § 87(1) no. 6, from knowledge of law: not looked up).
FEWEST_CASES = 5
FEWEST_STAFF = 3


class Withheld(StrEnum):
    FEW_CASES = "few-cases"
    FEW_STAFF = "few-staff"
    REVEALS = "would-reveal-another"


def withhold(count: int, whole: int | None = None) -> Withheld | None:
    """Why a cell's count is withheld. `whole` is the count of the measure it is a part of: what is left of that must
    not become a small cell by subtraction."""
    if 0 < count < FEWEST_CASES:
        return Withheld.FEW_CASES
    if whole is not None and 0 < whole - count < FEWEST_CASES:
        return Withheld.REVEALS
    return None


def withhold_total(shown: int, hidden: Sequence[int], whole: int | None = None) -> Withheld | None:
    """Why the total of cells is withheld: because it is small itself, or because subtracting what is shown would tell
    a hidden cell, or tell that all hidden cells are at their least or their greatest."""
    reason = withhold(shown + sum(hidden), whole)
    if reason is None and hidden:
        left, several = sum(hidden), len(hidden)
        vague = several > 1 and max(FEWEST_CASES, several + 1) <= left < several * (FEWEST_CASES - 1)
        return None if vague else Withheld.REVEALS
    return reason


def withhold_hours(spread: Spread) -> Withheld | None:
    """Why the quantiles of a distribution are withheld although its number of cases may be shown."""
    return Withheld.FEW_STAFF if spread.slots.bit_count() < FEWEST_STAFF else None


# Programme, measure, and the values of the dimensions asked for, in their order.
Key = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """One cell as it may be shown. `count` and the quantiles are None where they are withheld; counts have none."""

    key: Key
    count: int | None
    median: float | None = None
    p90: float | None = None
    withheld: Withheld | None = None


def rows(counts: Mapping[Key, int], spreads: Mapping[Key, Spread]) -> list[Row]:
    """Every cell of one answer. `counts` holds all cells, also of the measures that others are a part of."""
    return [
        _row(key, count, withhold(count, _whole(key, counts)), spreads.get(key))
        for key, count in sorted(counts.items())
    ]


def totals(counts: Mapping[Key, int], spreads: Mapping[Key, Spread]) -> list[Row]:
    """The total of each measure over all cells of one answer, per programme."""
    sums: Counter[Key] = Counter()
    hidden: dict[Key, list[int]] = defaultdict(list)
    merged: dict[Key, Spread] = defaultdict(Spread)
    for key, count in counts.items():
        total = (*key[:2], ())
        sums[total] += count
        if withhold(count, _whole(key, counts)):
            hidden[total].append(count)
        if key in spreads:
            merged[total].merge(spreads[key])
    return [
        _row(key, count, withhold_total(count - sum(hidden[key]), hidden[key], _whole(key, sums)), merged.get(key))
        for key, count in sorted(sums.items())
    ]


def _whole(key: Key, counts: Mapping[Key, int]) -> int | None:
    programme, measure, cell = key
    whole = BY_CODE[measure].part_of
    return counts.get((programme, whole, cell), 0) if whole else None


def _row(key: Key, count: int, reason: Withheld | None, spread: Spread | None) -> Row:
    if reason is not None:
        return Row(key, None, withheld=reason)
    if spread is None:
        return Row(key, count)
    reason = withhold_hours(spread)
    if reason is not None:
        return Row(key, count, withheld=reason)
    return Row(key, count, spread.quantile(0.5), spread.quantile(0.9))
