"""Submitting, revising and withdrawing a draft; and the one way every command on a submission goes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from libs.kit.errors import Conflict
from libs.kit.ids import new_id
from libs.kit.transaction import Tx
from services.review.answers.domain import Text
from services.review.questions.commands import situation
from services.review.questions.domain import Situation
from services.review.questions.queries import question_by_id
from services.review.submissions import domain, queries
from services.review.submissions.domain import Decided, Submission

Rule = Callable[[Submission, Situation], Decided]


@dataclass(frozen=True)
class Changed:
    """A submission before and after a rule, and what the rule was told."""

    before: Submission
    after: Submission
    at: Situation


def salted(words: str) -> Text:
    """A text under a salt of its own."""
    return Text(words, secrets.token_bytes(32))


async def submit(tx: Tx, question: UUID, core: str, language: str, variant: str | None) -> Submission:
    """Submit a German core and the text in the thread's language. Raises `Conflict`, also for a question that has an
    open submission, `Forbidden`, `Gone`, `Invalid`."""
    await tx.keep_from_forgetting(question)
    known = await question_by_id(tx, question)
    tx.must_act_in(known.programme)
    at = await situation(tx, known)
    made = domain.submit(new_id(), salted(core), language, salted(variant) if variant is not None else None, at)
    if not await queries.add(tx, made.submission):
        there = await queries.open_of(tx, question)
        raise Conflict("submission_open", "This question has an open submission; revise it.", submission=there)
    _emit(tx, None, made)
    return made.submission


async def revise(tx: Tx, id: UUID, core: str | None, variant: str | None) -> Submission:
    """Write core, variant or both anew. Raises `Conflict`, `Forbidden`, `Gone`, `Invalid`, `Stale`."""
    new_core, new_variant = (salted(words) if words is not None else None for words in (core, variant))
    changed = await change(tx, id, lambda submission, at: domain.revise(submission, new_core, new_variant, at))
    return changed.after


async def withdraw(tx: Tx, id: UUID) -> Submission:
    """Take a submission back. Raises `Conflict`, `Forbidden`, `Gone`, `Stale`."""
    return (await change(tx, id, domain.withdraw)).after


async def change(tx: Tx, id: UUID, rule: Rule) -> Changed:
    """Load a submission, let the rule decide, save and say what it decided.

    Raises `NotFound`, `Gone`, `Stale`, and what the rule raises.
    """
    question = await queries.question_of(tx, id)
    # Before the row is locked: a forgetting that is under way holds this lock and waits for the row.
    await tx.keep_from_forgetting(question)
    before = await queries.submission_by_id(tx, id, lock=True)
    tx.expect(before.version)
    at = await situation(tx, await question_by_id(tx, question))
    made = rule(before, at)
    await queries.save(tx, before, made.submission)
    _emit(tx, before, made)
    return Changed(before, made.submission, at)


async def save_expired(tx: Tx, id: UUID, rule: Callable[[Submission], Decided | None]) -> None:
    """Let a rule that needs nobody, a lease that is over, change a submission; None changes nothing."""
    before = await queries.submission_by_id(tx, id, lock=True)
    made = rule(before)
    if made is not None:
        await queries.save(tx, before, made.submission)
        _emit(tx, before, made)


async def forget(tx: Tx, question: UUID) -> None:
    """Null every text of every submission for a question and say so."""
    for id in await queries.all_of(tx, question):
        await save_expired(tx, id, partial(_forgotten, tx))
        await queries.forget(tx, id)


def _forgotten(tx: Tx, submission: Submission) -> Decided | None:
    return None if domain.refuse_living(submission) else domain.forget(submission, tx.now)


def _emit(tx: Tx, before: Submission | None, made: Decided) -> None:
    after = made.submission
    for version, (fact, text) in enumerate(made.facts, start=before.version + 1 if before else 1):
        tx.emit(
            fact,
            id=after.id,
            version=version,
            programme=after.programme,
            concerns=after.question,
            after=before.changed_at if before else None,
            forgettable=text,
        )
