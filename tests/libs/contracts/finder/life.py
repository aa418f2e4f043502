"""The facts of one question's whole life, made with the real classes: what the log holds of it for ever."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from libs.contracts import intake, referral, review
from libs.contracts.codes import (
    ClosingReason,
    LanguageSource,
    OfficeKind,
    Qualification,
    ReleaseMethod,
    Role,
    Standing,
    SubmissionKind,
)
from libs.contracts.envelope import Envelope, Fact
from libs.contracts.topics import UNASSIGNED, fact_topic
from libs.kit.clock import iso_week
from services.intake.questions.telling import tellable
from tests.libs.contracts.finder.world import Post

NAMESPACE = UUID(int=7)
Captured = Callable[..., intake.QuestionCaptured]


def question_id(post: Post) -> UUID:
    return uuid5(NAMESPACE, f"{post.group.id} {post.asked_at}")


def counted(post: Post, at: datetime, topic: str | None = None) -> dict[str, Any]:
    """The codes every counted fact carries, as of `at`."""
    return {
        "week": iso_week(at),
        "platform": post.group.platform,
        "language": post.group.language,
        "topic": topic or fact_topic(post.topic),
    }


def topics_of(post: Post) -> tuple[str, ...]:
    """The main topic and the one beside it, as facts may name them."""
    return tuple(dict.fromkeys(fact_topic(topic) for topic in (post.topic, post.beside) if topic))


def life(post: Post, captured: Captured = intake.QuestionCaptured, **planted: Any) -> list[Envelope]:
    """Every event of the question from capture to close; with `captured` and `planted` a test adds what must not be."""
    at = post.captured_at
    first = captured(
        **counted(post, at, UNASSIGNED),
        size_class=post.group.size_class,
        channel=post.channel,
        relation=post.relation,
        language_source=LanguageSource.SUGGESTED,
        **tellable({"captured_as": post.form, "contact": post.contact, "third_person": post.third_person}),
        **planted,
    )
    told: list[tuple[Fact, datetime]] = [
        (first, at),
        (intake.QuestionTaken(), at + timedelta(minutes=5)),
        (_triaged(post, at + timedelta(minutes=15)), at + timedelta(minutes=15)),
        *(_answering(post, at + timedelta(hours=1)) if post.answered else ()),
        *_referring(post, at + timedelta(hours=30)),
        (_closed(post, at + timedelta(hours=40)), at + timedelta(hours=40)),
    ]
    return [_envelope(post, fact, time) for fact, time in told]


def _triaged(post: Post, at: datetime) -> Fact:
    return intake.QuestionTriaged(
        **counted(post, at),
        captured_week=iso_week(post.captured_at),
        topic_before=UNASSIGNED,
        language_before=post.group.language,
        level=post.level,
        legal_class=post.legal_class,
        legal_class_before=None,
        topics=topics_of(post),
        urgency=post.urgency,
        land=post.land,
        has_deadline=post.has_deadline,
    )


def _answering(post: Post, at: datetime) -> list[tuple[Fact, datetime]]:
    released, posted = at + timedelta(hours=20), at + timedelta(hours=22)
    versions: dict[str, Any] = {
        "core_version": 1,
        "variant_version": 1,
        "core_commitment": "0" * 64,
        "variant_commitment": "1" * 64,
    }
    language: dict[str, Any] = {"variant_language": post.group.language}
    classes: dict[str, Any] = {"level": post.level, "legal_class": post.legal_class}
    return [
        (review.SubmissionSubmitted(**counted(post, at), kind=SubmissionKind.ANSWER, **classes, **language), at),
        (review.SubmissionTaken(lease_hours=4), at + timedelta(hours=2)),
        (_approved(post, at + timedelta(hours=19)), at + timedelta(hours=19)),
        (
            review.SubmissionVariantReleased(
                **counted(post, released), **language, method=ReleaseMethod.SECOND_SPEAKER, **versions
            ),
            released,
        ),
        (
            intake.PostingRecorded(
                **counted(post, posted), standing=Standing.MATCHING, submission=question_id(post), parts=1
            ),
            posted,
        ),
        (
            intake.QuestionAnswered(
                **counted(post, posted), **classes, land=post.land, hours_to_answer=23, reviewed=True
            ),
            posted,
        ),
    ]


def _approved(post: Post, at: datetime) -> Fact:
    return review.SubmissionApproved(
        **counted(post, at),
        core_version=1,
        core_commitment="0" * 64,
        qualification=Qualification.RICHTERAMT,
        changed=False,
        hours_to_approval=19,
    )


def _referring(post: Post, at: datetime) -> list[tuple[Fact, datetime]]:
    if post.level != "referral":
        return []
    where: dict[str, Any] = {"office_kind": OfficeKind.MBE, "land": post.land}
    return [
        (referral.ReferralOffered(**counted(post, at), **where, urgency=post.urgency, expires_days=30), at),
        (referral.ReferralRedeemed(**counted(post, at), office_kind=OfficeKind.MBE, hours_to_arrival=5), at),
    ]


def _closed(post: Post, at: datetime) -> Fact:
    reason = ClosingReason.ANSWERED if post.answered else ClosingReason.ANSWERED_BY_OTHERS
    return intake.QuestionClosed(**counted(post, at), reason=reason)


def _envelope(post: Post, fact: Fact, time: datetime) -> Envelope:
    question = question_id(post)
    return Envelope.model_validate(
        {
            "id": uuid5(question, f"{fact.type} {time}"),
            "source": f"/services/{fact.owner}",
            "type": fact.type,
            "subject": f"{fact.aggregate}/{question}",
            "time": time,
            "dataschema": f"urn:lotse:schema:{fact.type}",
            "programme": "fem-os",
            "correlationid": str(question),
            "aggregateversion": 1,
            "staff": post.counsellor if fact.owner == "intake" else None,
            "role": Role.COUNSELLOR,
            "data": fact.model_dump(mode="json"),
        }
    )
