"""Answered questions over HTTP: seven fields and the answer, typed in the tram."""

from libs.contracts.codes import Role
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.intake.answered import commands
from services.intake.answered.shapes import AnsweredQuestion, AnsweredRef
from services.intake.postings.domain import counts
from services.intake.questions.arrival import arrived, folded
from services.intake.questions.domain import Triage

PREFIX = "/intake/v1"
router = Router("answered-questions", PREFIX)
WRITERS = (Role.COUNSELLOR,)


@router.command(
    "POST",
    "/answered-questions",
    allow=WRITERS,
    body=AnsweredQuestion,
    reply=AnsweredRef,
    status=201,
    summary="Capture, take, triage and record the posting of a question that was answered on the spot",
    errors=(
        *("known_link", "space_unknown", "language_not_offered", "programme_not_running"),
        *("class_not_offered", "level_not_offered"),
    ),
)
async def record_answered_question(call: Call[AnsweredQuestion]) -> Reply:
    """The same as the five requests one after the other, and the same facts in the same order, or nothing at all. An
    answer that needs an approval has none here: it is recorded without one, does not count, and review judges it."""
    body = call.body
    found, redacted = arrived(body)
    link = folded(body.answer_link, "/answer_link")
    triage = Triage(
        level=body.level,
        legal_class=body.legal_class,
        topics=body.topics,
        urgency=body.urgency,
        land=body.land,
        deadline=body.deadline,
        referral=body.referral,
        misinformation=body.misinformation,
    )
    async with call.transaction() as tx:
        key = call.settings.key("permalink")
        question, posting = await commands.record(tx, found, triage, body.parts, link, key)
        ref = AnsweredRef(
            id=question.id,
            version=question.version,
            status=question.status,
            programme=question.programme,
            posting=posting.id,
            standing=posting.standing,
            counts=counts(posting.standing),
            repair=posting.repair,
            redacted=redacted,
        )
        return tx.reply(201, ref, version=question.version, location=f"{PREFIX}/questions/{question.id}")
