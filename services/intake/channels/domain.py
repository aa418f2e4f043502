"""Rules on channel decisions: which platform for whom, compared with which, and when to look again."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from libs.contracts.codes import Platform
from libs.contracts.intake_channels import ChannelReason, ChannelResult
from libs.kit.errors import Conflict, Fault, Invalid, invalid


@dataclass(frozen=True)
class Decision:
    """A record: what was decided stays as it was decided, and a later look adds its result."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    target_group: str
    languages: tuple[str, ...]
    compared: tuple[Platform, ...]
    choice: Platform
    reason: ChannelReason
    decided_on: date
    review_on: date
    result: ChannelResult | None = None


def check(decision: Decision, today: date) -> None:
    """Raises `Invalid` with a pointer to each place."""
    faults = []
    if len(set(decision.compared)) != len(decision.compared):
        faults.append(Fault("/compared", "repeated", "A platform is named twice."))
    if decision.choice not in decision.compared:
        faults.append(Fault("/choice", "not_compared", "Only what was compared can be chosen."))
    if decision.decided_on > today:
        faults.append(Fault("/decided_on", "in_the_future", "A decision that is yet to be taken is none."))
    if decision.review_on <= decision.decided_on:
        faults.append(Fault("/review_on", "before_start", "A decision is looked at again after it was taken."))
    if faults:
        raise Invalid("invalid_input", "Some of what was sent cannot be accepted.", errors=tuple(faults))


def reviewed(decision: Decision, result: ChannelResult, review_on: date | None, today: date) -> Decision:
    """The decision after another look: kept until a next one, or at its end. Raises `Conflict`, `Invalid`."""
    if decision.result in (ChannelResult.CHANGED, ChannelResult.DROPPED):
        raise Conflict("decision_over", "This decision is over; take a new one.")
    if result is ChannelResult.KEPT:
        if review_on is None or review_on <= today:
            raise invalid("/review_on", "review_missing", "A decision that is kept needs a next date ahead.")
        return replace(decision, result=result, review_on=review_on)
    if review_on is not None:
        raise invalid("/review_on", "review_unexpected", "A decision that is over is not looked at again.")
    return replace(decision, result=result)
