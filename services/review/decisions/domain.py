"""What a legal reviewer does with an item, and the confirmation of what she changed, as pure functions.

She takes it from the queue and approves the core, approves it with changes of her own, returns or blocks it. What holds
her own words waits until somebody else has confirmed the meaning. A rule is `refuse_<verb>`: it returns why not, or
None; `<verb>` raises it.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from libs.contracts.codes import BlockReason, GiveBackReason, ReturnReason, Role
from libs.contracts.review import (
    SubmissionApprovalWithdrawn,
    SubmissionApproved,
    SubmissionBlocked,
    SubmissionGivenBack,
    SubmissionMeaningConfirmed,
    SubmissionReturned,
    SubmissionTaken,
)
from libs.kit.errors import Conflict, LotseError
from services.review.answers.domain import Text
from services.review.questions.domain import Situation, counted, refuse_gate, refuse_working
from services.review.releases import author_rule
from services.review.releases.domain import breach, not_this_version, passage, refuse_core, release_german
from services.review.submissions.domain import (
    GERMAN,
    MOST_VERSIONS,
    Core,
    Decided,
    Decision,
    Kind,
    State,
    Submission,
    decided,
    refuse_living,
)
from services.review.supervision.domain import refuse_reviewing, refuse_role

LEASE = timedelta(hours=4)
REVIEWERS = (Role.LEGAL_REVIEWER,)
CONFIRMERS = (Role.LEGAL_REVIEWER, Role.COUNSELLOR)


def refuse_taking(submission: Submission, at: Situation) -> LotseError | None:
    refusal = refuse_reviewing(at.person) or refuse_living(submission)
    if refusal is None and submission.state is State.TAKEN:
        return Conflict("already_taken", "A reviewer has taken this before.")
    if refusal is None and submission.state is not State.QUEUED:
        return Conflict("not_queued", "This is not waiting for a reviewer.", state=submission.state)
    return refusal or refuse_working(at.question) or _refuse_own_text(submission, at)


def take(submission: Submission, at: Situation) -> Decided:
    """A reviewer takes an item from the queue; the lease ends by itself."""
    _raise(refuse_taking(submission, at))
    fact, until = SubmissionTaken(lease_hours=LEASE // timedelta(hours=1)), at.now + LEASE
    return decided(submission, at.now, fact, state=State.TAKEN, taken_by=at.person.staff, lease_until=until)


def refuse_giving_back(submission: Submission, at: Situation) -> LotseError | None:
    return refuse_role(at.person, REVIEWERS) or _refuse_unless_holding(submission, at)


def give_back(submission: Submission, at: Situation) -> Decided:
    _raise(refuse_giving_back(submission, at))
    return _decided(submission, at.now, SubmissionGivenBack(reason=GiveBackReason.BY_HAND), State.QUEUED)


def expire(submission: Submission, now: datetime) -> Decided | None:
    """The lease is over and the item is in the queue again. None when somebody was faster."""
    if submission.state is not State.TAKEN or submission.lease_until is None or submission.lease_until > now:
        return None
    return _decided(submission, now, SubmissionGivenBack(reason=GiveBackReason.LEASE_EXPIRED), State.QUEUED)


def refuse_deciding(submission: Submission, at: Situation) -> LotseError | None:
    """Returning and blocking are always possible for who holds the item: they let nothing through."""
    return refuse_reviewing(at.person) or _refuse_unless_holding(submission, at)


def refuse_approving(submission: Submission, at: Situation) -> LotseError | None:
    return refuse_deciding(submission, at) or refuse_core(submission, at) or _refuse_own_text(submission, at)


def refuse_changing(submission: Submission, at: Situation) -> LotseError | None:
    """Approving with changes: the words are new, so an old text's deadline does not matter."""
    refusal = refuse_deciding(submission, at) or refuse_gate(at) or _refuse_own_text(submission, at)
    if refusal is None and len(submission.cores) >= MOST_VERSIONS:
        return Conflict("too_many_versions", f"A submission has at most {MOST_VERSIONS} versions.")
    return refusal


def _refuse_own_text(submission: Submission, at: Situation) -> LotseError | None:
    """A text that is hers alone she can only put before a counsellor, where the policy says so."""
    staff = at.person.staff
    if (
        staff is None
        or not author_rule.is_alone(submission.core.authors, staff)
        or at.policy.counsellor_confirms_reviewer
    ):
        return None
    return breach("own_text")


def _refuse_unless_holding(submission: Submission, at: Situation) -> LotseError | None:
    if submission.state is not State.TAKEN:
        return refuse_living(submission) or Conflict("not_taken", "Take this first.", state=submission.state)
    if submission.taken_by != at.person.staff:
        return Conflict("taken_by_another", "Another reviewer has taken this.")
    return None


def approve(submission: Submission, core_version: int, changed: Text | None, at: Situation) -> Decided:
    """Approve the core, or with `changed` approve it in the reviewer's own words, which somebody else then confirms."""
    if changed is not None and submission.core.text is not None and changed.words == submission.core.text.words:
        changed = None
    _raise((refuse_approving if changed is None else refuse_changing)(submission, at))
    _must_mean(submission, core_version)
    reviewer, qualification, cores = at.person.staff, at.person.qualification, submission.cores
    assert reviewer is not None and qualification is not None
    if changed is not None:
        authors = author_rule.authors_of_change(submission.core.authors, reviewer)
        cores = (*cores, Core(len(cores) + 1, authors, at.now, changed))
    core = cores[-1]
    assert core.text is not None
    to_confirm = author_rule.holds_own_words(core.authors, reviewer)
    fact = SubmissionApproved(
        **counted(at.question, at.now),
        core_version=core.version,
        core_commitment=core.text.commitment,
        qualification=qualification,
        changed=to_confirm,
        hours_to_approval=hours_between(submission.submitted_at, at.now),
        policy_version=at.policy_version,
    )
    decision = _decision(submission, Kind.APPROVED, at, core_version=core.version, to_confirm=to_confirm)
    state = State.CHANGED if to_confirm else State.APPROVED
    approved = _decided(submission, at.now, fact, state, cores=cores, decisions=(*submission.decisions, decision))
    return approved if to_confirm else _with_release(approved, at)


def send_back(submission: Submission, core_version: int, reasons: tuple[ReturnReason, ...], at: Situation) -> Decided:
    """Return the core to the counsellor with coded reasons."""
    _raise(refuse_deciding(submission, at))
    _must_mean(submission, core_version)
    fact = SubmissionReturned(**counted(at.question, at.now), core_version=core_version, reasons=reasons)
    decision = _decision(submission, Kind.RETURNED, at, reasons=tuple(map(str, reasons)))
    return _decided(submission, at.now, fact, State.RETURNED, decisions=(*submission.decisions, decision))


def block(submission: Submission, core_version: int, reasons: tuple[BlockReason, ...], at: Situation) -> Decided:
    """End the submission: nothing like it may be posted, and the reasons say where the person is sent instead."""
    _raise(refuse_deciding(submission, at))
    _must_mean(submission, core_version)
    fact = SubmissionBlocked(**counted(at.question, at.now), core_version=core_version, reasons=reasons)
    decision = _decision(submission, Kind.BLOCKED, at, reasons=tuple(map(str, reasons)))
    return _decided(submission, at.now, fact, State.BLOCKED, decisions=(*submission.decisions, decision))


def refuse_confirming(submission: Submission, at: Situation) -> LotseError | None:
    refusal = refuse_role(at.person, CONFIRMERS) or refuse_living(submission)
    so_far, person = passage(submission), at.person
    if refusal is not None:
        return refusal
    if submission.state is not State.CHANGED or so_far is None or person.staff is None:
        return Conflict("nothing_to_confirm", "No change of a reviewer waits here.", state=submission.state)
    if person.roles.isdisjoint({Role.COUNSELLOR}) and not person.is_qualified_reviewer:
        return refuse_reviewing(person)
    policy = at.policy.counsellor_confirms_reviewer and Role.COUNSELLOR in person.roles
    found = author_rule.confirmation_breach(so_far, person.staff, person.is_qualified_reviewer, policy)
    return breach(found) or refuse_core(submission, at)


def confirm(submission: Submission, at: Situation) -> Decided:
    """Somebody else confirms that the reviewer's own words say what is meant."""
    _raise(refuse_confirming(submission, at))
    fact = SubmissionMeaningConfirmed(**counted(at.question, at.now), core_version=submission.core.version)
    decision = _decision(submission, Kind.CONFIRMED, at)
    confirmed = _decided(submission, at.now, fact, State.APPROVED, decisions=(*submission.decisions, decision))
    return _with_release(confirmed, at)


def refuse_withdrawing_approval(submission: Submission, at: Situation) -> LotseError | None:
    refusal = refuse_reviewing(at.person) or refuse_living(submission)
    if refusal is None and submission.state not in (State.CHANGED, State.APPROVED, State.RELEASED):
        return Conflict("not_approved", "There is no approval to withdraw.", state=submission.state)
    return refusal


def withdraw_approval(submission: Submission, at: Situation) -> Decided:
    """From now on what was approved may not be posted."""
    _raise(refuse_withdrawing_approval(submission, at))
    fact = SubmissionApprovalWithdrawn(**counted(at.question, at.now), core_version=submission.core.version)
    decision = _decision(submission, Kind.APPROVAL_WITHDRAWN, at)
    decisions = (*submission.decisions, decision)
    return _decided(submission, at.now, fact, State.APPROVAL_WITHDRAWN, decisions=decisions)


def hours_between(earlier: datetime, later: datetime) -> int:
    """Whole hours, rounded up; never negative."""
    return max(0, ceil((later - earlier).total_seconds() / 3600))


def _with_release(approved: Decided, at: Situation) -> Decided:
    if approved.submission.language != GERMAN:
        return approved
    released = release_german(approved.submission, at)
    return Decided(released.submission, (*approved.facts, *released.facts))


def _must_mean(submission: Submission, core_version: int) -> None:
    if submission.core.version != core_version:
        raise not_this_version(submission.core.version, submission.variant_version)


def _decision(submission: Submission, kind: Kind, at: Situation, **more: Any) -> Decision:
    assert at.person.staff is not None
    said = {"core_version": submission.core.version, "by_reviewer": at.person.is_qualified_reviewer, **more}
    return Decision(version=submission.version + 1, kind=kind, by=at.person.staff, at=at.now, **said)


def _decided(submission: Submission, now: datetime, fact: Any, state: State, **changes: Any) -> Decided:
    """Every one of these ends the taking."""
    return decided(submission, now, fact, state=state, taken_by=None, lease_until=None, **changes)


def _raise(refusal: LotseError | None) -> None:
    if refusal is not None:
        raise refusal
