"""Rules on a programme's policy."""

from dataclasses import dataclass, field
from datetime import date, datetime

from libs.contracts.codes import LEGAL_CLASS_ORDER, LegalClass, Level, ReviewRule
from libs.contracts.intake import Policy
from libs.kit.errors import Fault, Invalid


@dataclass(frozen=True)
class Dated:
    """A policy and the day (00:00 Europe/Berlin) from which it holds."""

    version: int
    effective_from: date
    policy: Policy


@dataclass(frozen=True)
class Programme:
    """`policies` holds every version ever set; version 0 is a programme that does not exist yet."""

    code: str
    version: int = 0
    changed_at: datetime | None = None
    policies: tuple[Dated, ...] = field(default=())


def in_force(policies: tuple[Dated, ...], day: date) -> Dated | None:
    """The policy that holds on a day: of those begun, the one set last for the latest beginning."""
    begun = [dated for dated in policies if dated.effective_from <= day]
    return max(begun, key=lambda dated: (dated.effective_from, dated.version), default=None)


def check_policy(policy: Policy) -> None:
    """Refuse a policy that contradicts itself. Raises `Invalid` with a pointer to each place."""
    faults = list(_contradictions(policy))
    if faults:
        raise Invalid("policy_contradicts_itself", "This policy contradicts itself.", errors=tuple(faults))


def _contradictions(policy: Policy) -> list[Fault]:
    faults = []
    if policy.term_end < policy.term_start:
        faults.append(Fault("/policy/term_end", "before_start", "The term ends before it begins."))
    if len(set(policy.languages)) != len(policy.languages):
        faults.append(Fault("/policy/languages", "repeated", "A language is named twice."))
    if "de" not in policy.languages:
        faults.append(Fault("/policy/languages", "german_missing", "The core of every answer is German: add de."))
    if LegalClass.COURT in policy.legal_classes:
        faults.append(
            Fault(
                "/policy/legal_classes",
                "court_never",
                "The RDG covers out-of-court advice only; court goes to a lawyer.",
            )
        )
    if not policy.levels or not policy.legal_classes:
        faults.append(Fault("/policy", "empty", "At least one level and one legal class must be allowed."))
    return faults


def answers(policy: Policy, legal_class: LegalClass) -> bool:
    """Whether the programme answers questions of this legal class at all; what it does not answer it refers."""
    return legal_class in policy.legal_classes


def needs_review(policy: Policy, legal_class: LegalClass) -> bool:
    """The legal gate (RDG §§ 2, 6): whether an answer of this class may be posted only with an approval.

    An individual examination always needs one, whatever a policy says.
    """
    if LEGAL_CLASS_ORDER.index(legal_class) >= LEGAL_CLASS_ORDER.index(LegalClass.INDIVIDUAL_EXAMINATION):
        return True
    if policy.review_rule is ReviewRule.LEGAL:
        return legal_class is not LegalClass.NOT_LEGAL
    return policy.review_rule is ReviewRule.ALWAYS


def selectable(policy: Policy, level: Level, legal_class: LegalClass) -> bool:
    """Whether triage may set this pair. A class the programme does not answer is recorded truthfully, but only to
    refer.
    """
    return level in policy.levels and (answers(policy, legal_class) or level is Level.REFERRAL)
