"""The finder: from the facts of one question, which captured posts can it have been?

Each field of each fact is weighed: a predicate says whether a post fits the value, `SILENT` says that the value tells
nothing about a post that can be seen from outside. A field nobody has weighed is an error, so that no new field slips
by.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from libs.contracts.envelope import Envelope
from libs.contracts.topics import UNASSIGNED, fact_topic
from libs.kit.clock import iso_week
from tests.libs.contracts.finder.life import topics_of
from tests.libs.contracts.finder.world import Post

Fits = Callable[[Post, Any, Envelope], bool]


class NotWeighed(Exception):
    """A field of a fact about a question that nobody has thought about."""


def _topic(post: Post, value: str, _: Envelope) -> bool:
    return value in (UNASSIGNED, fact_topic(post.topic))


def _topics(post: Post, value: list[str], envelope: Envelope) -> bool:
    return any(_topic(post, topic, envelope) for topic in value)


def _language(post: Post, value: str, _: Envelope) -> bool:
    return post.group.language == value


def _not_after_week(post: Post, value: str, _: Envelope) -> bool:
    return iso_week(post.asked_at) <= value


def _hours_since_asking(post: Post, value: int, envelope: Envelope) -> bool:
    return value <= (envelope.time - post.asked_at) / timedelta(hours=1) < value + 1


SEEN_FROM_OUTSIDE: dict[str, Fits] = {
    "week": _not_after_week,
    "captured_week": _not_after_week,
    "answered_week": _not_after_week,
    "platform": lambda post, value, _: post.group.platform == value,
    "language": _language,
    "language_before": _language,
    "variant_language": _language,
    "size_class": lambda post, value, _: post.group.size_class == value,
    "channel": lambda post, value, _: post.channel == value,
    "topic": _topic,
    "captured_as": lambda post, value, _: value in (None, "summary") or post.form == value,
    "topic_before": _topic,
    "topics": _topics,
    # No fact may carry these; the tests plant them.
    "anonymous": lambda post, value, _: post.anonymous == value,
    "space": lambda post, value, _: str(post.group.id) == value,
    "asked_at": lambda post, value, _: post.asked_at == datetime.fromisoformat(value).astimezone(UTC),
    "hours_since_asking": _hours_since_asking,
}
# What the counsellor or the reviewer judged: a post does not show it, but a well-informed finder may guess it.
JUDGED: dict[str, Fits] = {
    "level": lambda post, value, _: post.level == value,
    "legal_class": lambda post, value, _: post.legal_class == value,
    "urgency": lambda post, value, _: post.urgency == value,
    "land": lambda post, value, _: post.land == value,
    "contact": lambda post, value, _: value is None or post.contact == value,
    "third_person": lambda post, value, _: value is None or post.third_person == value,
    "relation": lambda post, value, _: post.relation == value,
    "has_deadline": lambda post, value, _: post.has_deadline == value,
    "topics": lambda post, value, _: list(topics_of(post)) == value,
}
# Ids made by us, our own delays and versions, and what happened inside: nothing of it stands in a group.
SILENT = frozenset(
    {
        "language_source",
        "policy_version",
        "legal_class_before",
        "hours_to_answer",
        "reviewed",
        "reason",
        "comments",
        "result",
        "cause",
        "comment",
        "standing",
        "submission",
        "parts",
        "kind",
        "lease_hours",
        "core_version",
        "variant_version",
        "reasons",
        "core_commitment",
        "variant_commitment",
        "qualification",
        "changed",
        "hours_to_approval",
        "method",
        "kept_until_end_of",
        "posting",
        "due_hours",
        "decision",
        "office_kind",
        "expires_days",
        "hours_to_arrival",
        "outcome",
        "machine_help",
        "counselling_minutes",
        "form_minutes",
        "referral",
        "misinformation",
    }
)
ANSWERED = "lotse.intake.question.answered.v1"
CAPTURED = "lotse.intake.question.captured.v1"
TAKEN = "lotse.intake.question.taken.v1"


def fits(
    facts: list[Envelope], posts: Iterable[Post], judging: bool = False, within_days: int | None = None
) -> list[Post]:
    """The captured posts that can be behind these facts.

    `judging` adds a finder who guesses what the counsellor judged, `within_days` one who trusts that a question is
    captured so many days after it was asked at the latest.
    """
    known = SEEN_FROM_OUTSIDE | (JUDGED if judging else {})
    left = _of_the_envelopes(facts, posts, within_days)
    for envelope in facts:
        for name, value in envelope.data.items():
            if name in known:
                left = [post for post in left if known[name](post, value, envelope)]
            elif name not in SILENT and name not in JUDGED:
                raise NotWeighed(f"{envelope.type}: {name}")
    return left


def _of_the_envelopes(facts: list[Envelope], posts: Iterable[Post], within_days: int | None) -> list[Post]:
    """Asked before everything that is told of it; answered by our account if told so; by the account of who took it."""
    told = {envelope.type: envelope for envelope in facts}
    captured, staff, answered = told[CAPTURED].time, told[TAKEN].staff, ANSWERED in told
    since = captured - timedelta(days=within_days or 36_500)
    return [
        post
        for post in posts
        if since <= post.asked_at <= captured and post.counsellor == staff and (post.answered or not answered)
    ]
