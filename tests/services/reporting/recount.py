"""The figures counted a second time, from the bytes alone and by other means: what the projector counted must equal
this."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

Place = tuple[str, ...]
ADD_ONE = {
    "intake.question.captured": "captured",
    "intake.question.answered": "answered",
    "intake.posting.superseded": "superseded-afterwards",
    "intake.posting.repair-opened": "repair-opened",
    "intake.posting.repaired": "repaired",
    "review.submission.submitted": "submitted",
    "review.submission.returned": "returned",
    "review.submission.blocked": "blocked",
    "review.submission.approved": "approved",
    "review.submission.variant-released": "released",
    "review.incident.opened": "incident-opened",
    "review.incident.decided": "incident-decided",
    **{
        f"referral.referral.{state}": f"referral-{state}"
        for state in "address-given offered redeemed accepted declined outcome-reported withdrawn expired".split()  # noqa: SIM905
    },
}


def recount(raws: Iterable[bytes]) -> tuple[dict[Place, int], dict[Place, list[int]]]:
    """Counts, and lists of hours, by (programme, measure, week, language, topic, platform)."""
    counts: Counter[Place] = Counter()
    hours: dict[Place, list[int]] = {}
    for raw in raws:
        _count(json.loads(raw), counts, hours)
    return {place: n for place, n in counts.items() if n}, {place: sorted(h) for place, h in hours.items() if h}


def _count(event: dict[str, Any], counts: Counter[Place], hours: dict[Place, list[int]]) -> None:
    data, kind = event["data"], event["type"].removeprefix("lotse.").removesuffix(".v1")

    def place(measure: str, **other: str) -> Place:
        at = {**data, **other}
        return event["programme"], measure, at["week"], at["language"], at["topic"], at["platform"]

    if kind in ADD_ONE:
        counts[place(ADD_ONE[kind])] += 1
    if kind == "intake.posting.recorded":
        counts[place(f"posted-{data['standing']}")] += 1
    if kind == "intake.question.triaged":
        week = data["captured_week"]
        counts[place("captured", week=week, language=data["language_before"], topic=data["topic_before"])] -= 1
        counts[place("captured", week=week)] += 1
    if kind == "intake.question.answered":
        hours.setdefault(place("hours-to-answer"), []).append(data["hours_to_answer"])
    if kind == "intake.question.answer-retracted":
        counts[place("answered", week=data["answered_week"])] -= 1
        hours[place("hours-to-answer", week=data["answered_week"])].remove(data["hours_to_answer"])
    if kind == "review.submission.approved":
        counts[place("approved-with-changes")] += data["changed"]
        hours.setdefault(place("hours-to-approval"), []).append(data["hours_to_approval"])
