"""Opening an incident when intake says what stands in a group, and deciding it."""

from uuid import UUID

from libs.contracts.codes import IncidentDecision, Standing
from libs.contracts.counting import Counted
from libs.contracts.envelope import Fact
from libs.contracts.review import IncidentDecided, IncidentForgotten, IncidentOpened
from libs.kit.clock import iso_week
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.review.incidents import domain, queries
from services.review.incidents.domain import DUE, Incident, KnownPosting
from services.review.questions.commands import keepable, situation
from services.review.questions.domain import counted
from services.review.questions.queries import question_by_id, questions_by_ids


async def open_once(tx: Tx, posting: KnownPosting, standing: Standing, text: str | None, codes: Counted) -> None:
    """Ask for a legal reviewer's look, unless one is asked for already, or the question is forgotten and nothing is
    left to look at. `codes` are those of the fact that was heard: the question itself may not be known here yet."""
    if not await keepable(tx, posting.question) or await queries.is_open(tx, posting.id):
        return
    known = (await questions_by_ids(tx, [posting.question])).get(posting.question)
    incident = domain.opened(new_id(), posting, standing, text, bool(known and known.held), tx.now)
    await queries.add(tx, incident)
    fact = IncidentOpened(
        week=iso_week(tx.now),
        platform=codes.platform,
        language=codes.language,
        topic=codes.topic,
        posting=posting.id,
        standing=standing,
        due_hours=int(DUE.total_seconds()) // 3600,
    )
    _emit(tx, incident, fact, None)


async def decide(tx: Tx, id: UUID, decision: IncidentDecision) -> Incident:
    """Decide what is to become of the posted text. Raises `Conflict`, `Forbidden`, `Gone`, `NotFound`, `Stale`."""
    before = await queries.incident_by_id(tx, id, lock=True)
    tx.expect(before.version)
    question = await question_by_id(tx, before.question)
    after = domain.decide(before, decision, await situation(tx, question))
    await queries.save(tx, before, after)
    _emit(tx, after, IncidentDecided(**counted(question, tx.now), posting=after.posting, decision=decision), before)
    return after


async def forget(tx: Tx, question: UUID) -> None:
    """Null the posted texts of a forgotten question and say so."""
    for before in await queries.of_question(tx, question):
        if before.state is not domain.State.FORGOTTEN:
            after = domain.forget(before, tx.now)
            await queries.save(tx, before, after)
            _emit(tx, after, IncidentForgotten(), before)


def _emit(tx: Tx, incident: Incident, fact: Fact, before: Incident | None) -> None:
    tx.emit(
        fact,
        id=incident.id,
        version=incident.version,
        programme=incident.programme,
        concerns=incident.question,
        after=before.changed_at if before else None,
    )
