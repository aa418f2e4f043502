"""What every capability asks about a question before it acts."""

from collections.abc import Collection
from uuid import UUID

from libs.kit.clock import local_day
from libs.kit.errors import Gone
from libs.kit.transaction import Tx
from services.review.programmes.queries import policy_in_force
from services.review.questions.domain import KnownQuestion, Situation
from services.review.supervision.commands import acting_in


async def keepable(tx: Tx, question: UUID) -> bool:
    """Whether text of this question may still be stored; a forgetting under way waits for this transaction."""
    try:
        await tx.keep_from_forgetting(question)
    except Gone:
        return False
    return True


async def situation(tx: Tx, question: KnownQuestion) -> Situation:
    """Who acts on what, under which policy, when. Raises `Conflict` while the programme is not known or not running."""
    return (await situations(tx, [question]))[question.id]


async def situations(tx: Tx, questions: Collection[KnownQuestion]) -> dict[UUID, Situation]:
    """The same for several questions, asking once for each programme."""
    today = local_day(tx.now)
    known = {
        programme: (await acting_in(tx, programme), await policy_in_force(tx, programme, today))
        for programme in sorted({question.programme for question in questions})
    }
    return {
        question.id: Situation(person, question, policy, tx.now, version)
        for question in questions
        for person, (policy, version) in [known[question.programme]]
    }
