"""A question found and answered in one go: the steps of every question, in their order, in one transaction.

Nothing here knows a rule. What capture, take, triage and posting refuse is refused, and nothing of it stays; what the
gate does not let pass is recorded as what it is, opens a repair task and does not count (docs/decisions/0008).
"""

from collections.abc import Sequence

from libs.kit.transaction import Tx
from services.intake.postings import commands as postings
from services.intake.postings.commands import Posted
from services.intake.postings.domain import Posting
from services.intake.questions import commands as questions
from services.intake.questions.domain import Found, Question, Triage
from services.intake.questions.queries import question_by_id


async def record(
    tx: Tx, found: Found, triage: Triage, parts: Sequence[str], link: str | None, permalink_key: bytes
) -> tuple[Question, Posting]:
    """The question as it stands afterwards, and its posting. Raises what the single steps raise."""
    captured = await questions.capture(tx, found, permalink_key)
    await questions.take(tx, captured.id)
    await questions.triage(tx, captured.id, triage)
    # The moment of asking and of answering are known to nobody here; the recording's is as near as it gets.
    posting = await postings.record(tx, captured.id, Posted(parts, tx.now, link, None))
    return await question_by_id(tx, captured.id), posting
