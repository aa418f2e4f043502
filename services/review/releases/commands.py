"""Releasing a variant, and keeping the answer in the same transaction; by whichever way a text is released."""

from dataclasses import dataclass
from uuid import UUID

from libs.contracts.codes import ReleaseMethod
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.review.answers import commands as answers
from services.review.answers.domain import Answer, last_year
from services.review.questions.domain import Situation
from services.review.releases import domain
from services.review.submissions import commands as submissions
from services.review.submissions.commands import Rule
from services.review.submissions.domain import Decided, Submission


@dataclass(frozen=True)
class Outcome:
    """The submission as it stands now. Where this released it: the kept answer's id, or the code of why it was not
    kept."""

    submission: Submission
    answer: UUID | None = None
    not_kept: str | None = None


async def release(
    tx: Tx, id: UUID, variant_version: int, method: ReleaseMethod, back_translation: str | None
) -> Outcome:
    """Release the variant. Raises `Conflict`, `Forbidden`, `Gone`, `Invalid`, `Stale`."""

    def rule(submission: Submission, at: Situation) -> Decided:
        return domain.release(submission, variant_version, method, back_translation, at)

    return await change_and_keep(tx, id, rule)


async def change_and_keep(tx: Tx, id: UUID, rule: Rule) -> Outcome:
    """Change a submission by a rule; where that released it, keep the answer too."""
    changed = await submissions.change(tx, id, rule)
    if changed.before.was_released or not changed.after.was_released:
        return Outcome(changed.after)
    answer = _answer(changed.after, changed.at)
    not_kept = await answers.keep(tx, answer)
    return Outcome(changed.after, None if not_kept else answer.id, not_kept)


def _answer(submission: Submission, at: Situation) -> Answer:
    question, core, variant = at.question, submission.core.text, submission.variant
    assert question.legal_class is not None
    return Answer(
        id=new_id(),
        programme=submission.programme,
        version=1,
        changed_at=at.now,
        question=submission.question,
        submission=submission.id,
        language=submission.language,
        topic=question.topic,
        legal_class=question.legal_class,
        land=question.land,
        core=core,
        variant=variant.text if variant else core,
        kept_until_end_of=last_year(at.now, at.policy.answer_years),
        held=submission.held,
    )
