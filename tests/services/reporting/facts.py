"""Facts of all services with sensible defaults, the events around them, and whole lives of questions."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from libs.contracts import codes, intake, referral, review
from libs.contracts.counting import Counted
from libs.contracts.envelope import Envelope, Fact, encode, reading
from libs.kit.ids import new_id
from libs.kit.subscribers import Event
from services.reporting.history.domain import Arrived

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
WEEK = "2026-W47"
_programmes = itertools.count(1)
WEEKS, LANGUAGES = ("2026-W46", "2026-W47", "2026-W48"), ("ar", "fa", "de")
TOPICS, PLATFORMS = ("unassigned", "c-dismissal", "f-residence"), ("facebook", "telegram")


def fresh_programme() -> str:
    """Nothing is truncated between tests, so each works in a programme of its own."""
    return f"p-{next(_programmes)}-{new_id().hex[-8:]}"


def counted(**changes: Any) -> dict[str, Any]:
    return {"week": WEEK, "platform": "facebook", "language": "ar", "topic": "unassigned", **changes}


def captured(**changes: Any) -> intake.QuestionCaptured:
    given = {"size_class": "under-10000", "channel": "public", "relation": "new", "language_source": "given"}
    return intake.QuestionCaptured.model_validate({**counted(), **given, **changes})


def triaged(**changes: Any) -> intake.QuestionTriaged:
    given = {
        "captured_week": WEEK,
        "topic_before": "unassigned",
        "language_before": "ar",
        "level": "information",
        "legal_class": "general-information",
        "legal_class_before": None,
        "topics": ("c-dismissal",),
        "urgency": "normal",
        "land": "unknown",
        "has_deadline": False,
    }
    return intake.QuestionTriaged.model_validate({**counted(topic="c-dismissal"), **given, **changes})


def answered(hours: int = 5, **changes: Any) -> intake.QuestionAnswered:
    given = {
        "level": "information",
        "legal_class": "general-information",
        "land": "unknown",
        "hours_to_answer": hours,
        "reviewed": True,
    }
    return intake.QuestionAnswered.model_validate({**counted(), **given, **changes})


def retracted(hours: int = 5, answered_week: str = WEEK, **changes: Any) -> intake.QuestionAnswerRetracted:
    given = {"answered_week": answered_week, "hours_to_answer": hours}
    return intake.QuestionAnswerRetracted.model_validate({**counted(), **given, **changes})


def posted(standing: str = "matching", **changes: Any) -> intake.PostingRecorded:
    given = {"standing": standing, "submission": None, "parts": 1}
    return intake.PostingRecorded.model_validate({**counted(), **given, **changes})


def submitted(**changes: Any) -> review.SubmissionSubmitted:
    given = {
        "kind": "answer",
        "level": "information",
        "legal_class": "general-information",
        "variant_language": "ar",
    }
    return review.SubmissionSubmitted.model_validate({**counted(), **given, **changes})


def approved(hours: int = 3, changed: bool = False, **changes: Any) -> review.SubmissionApproved:
    given = {
        "core_version": 1,
        "core_commitment": "0" * 64,
        "qualification": "befaehigung-zum-richteramt",
        "changed": changed,
        "hours_to_approval": hours,
    }
    return review.SubmissionApproved.model_validate({**counted(), **given, **changes})


def returned(**changes: Any) -> review.SubmissionReturned:
    return review.SubmissionReturned.model_validate(
        {**counted(), "core_version": 1, "reasons": ("incomplete",), **changes}
    )


def redeemed(**changes: Any) -> referral.ReferralRedeemed:
    return referral.ReferralRedeemed.model_validate(
        {**counted(), "office_kind": "mbe", "hours_to_arrival": 4, **changes}
    )


def address_given(**changes: Any) -> referral.ReferralAddressGiven:
    return referral.ReferralAddressGiven.model_validate(
        {**counted(), "office_kind": "mbe", "land": "unknown", **changes}
    )


def forgotten() -> intake.QuestionForgotten:
    return intake.QuestionForgotten(cause=codes.ForgettingCause.REQUEST, comment=codes.CommentCheck.REMOVED)


def asked_erasure() -> intake.QuestionErasureRequested:
    return intake.QuestionErasureRequested(comments=1)


def envelope(fact: Fact, id: UUID | str, version: int, **changes: Any) -> Envelope:
    """The event its service would have said; `concerns` and `cause` may be named so."""
    concerns = changes.pop("concerns", None) or id
    return Envelope.model_validate(
        {
            "id": changes.pop("event_id", None) or new_id(),
            "source": f"/services/{fact.owner}",
            "type": fact.type,
            "subject": f"{fact.aggregate}/{id}",
            "time": changes.pop("time", NOON),
            "dataschema": f"urn:lotse:schema:{fact.type}",
            "programme": changes.pop("programme", "fem-os"),
            "correlationid": str(concerns),
            "causationid": changes.pop("cause", None),
            "aggregateversion": version,
            "role": changes.pop("role", "counsellor"),
            "staff": changes.pop("staff", None),
            "data": fact.model_dump(mode="json"),
            **changes,
        }
    )


def life(facts: Iterable[Fact], id: UUID | None = None, **changes: Any) -> list[Envelope]:
    """One aggregate's events: its facts as versions 1, 2, 3 …"""
    about = id or new_id()
    return [envelope(fact, about, version, **changes) for version, fact in enumerate(facts, 1)]


def event(said: Envelope) -> Event[Any]:
    fact = reading(said)
    assert fact is not None
    return Event(fact, said)


def arrived(said: Envelope, seq: int | None = None) -> Arrived:
    return Arrived(said, encode(said), seq)


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@st.composite
def question_facts(draw: st.DrawFn) -> list[Fact]:
    """A question is captured, perhaps triaged several times, answered, and the answer retracted, as intake would say
    it; perhaps it is forgotten."""
    week, platform = draw(st.sampled_from(WEEKS)), draw(st.sampled_from(PLATFORMS))
    language, topic = draw(st.sampled_from(LANGUAGES)), "unassigned"
    facts: list[Fact] = [captured(week=week, platform=platform, language=language)]
    for _ in range(draw(st.integers(0, 2))):
        before = {"language_before": language, "topic_before": topic}
        language, topic = draw(st.sampled_from(LANGUAGES)), draw(st.sampled_from(TOPICS[1:]))
        at = draw(st.sampled_from(WEEKS))
        codes = counted(week=at, platform=platform, language=language, topic=topic)
        facts.append(triaged(**{**codes, **before, "captured_week": week}))
    if draw(st.booleans()):
        at, hours = draw(st.sampled_from(WEEKS)), draw(st.integers(0, 400))
        codes = counted(week=at, platform=platform, language=language, topic=topic)
        facts.append(answered(hours, **codes))
        if draw(st.booleans()):
            facts.append(retracted(hours, at, **{**codes, "week": draw(st.sampled_from(WEEKS))}))
    return [*facts, *([forgotten()] if draw(st.booleans()) else [])]


@st.composite
def other_facts(draw: st.DrawFn) -> list[Fact]:
    """A submission, a posting or a referral."""
    codes = counted(
        week=draw(st.sampled_from(WEEKS)),
        language=draw(st.sampled_from(LANGUAGES)),
        platform=draw(st.sampled_from(PLATFORMS)),
        topic=draw(st.sampled_from(TOPICS)),
    )
    hours = draw(st.integers(0, 400))
    choices: list[list[Counted]] = [
        [submitted(**codes), returned(**codes)],
        [submitted(**codes), approved(hours, draw(st.booleans()), **codes)],
        [posted(draw(st.sampled_from(list(codes_of_standing()))), **codes)],
        [redeemed(**codes)],
        [address_given(**codes)],
    ]
    return list(draw(st.sampled_from(choices)))


def codes_of_standing() -> list[str]:
    return [str(code) for code in codes.Standing]


@st.composite
def lives(draw: st.DrawFn, programme: str = "fem-os", most: int = 12) -> list[list[Envelope]]:
    """Aggregates' lives, each in the order of its versions."""
    staff = [new_id() for _ in range(4)]
    found = draw(st.lists(question_facts() | other_facts(), min_size=1, max_size=most))
    return [life(facts, programme=programme, staff=draw(st.sampled_from(staff))) for facts in found]


@st.composite
def interleaved(draw: st.DrawFn, of: list[list[Envelope]]) -> list[Envelope]:
    """Some order in which they could be heard: each life in its order, nothing else ordered."""
    waiting = [list(one) for one in of if one]
    heard = []
    while waiting:
        next_one = draw(st.sampled_from(waiting))
        heard.append(next_one.pop(0))
        waiting = [one for one in waiting if one]
    return heard
