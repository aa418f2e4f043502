"""The roles a token gives in a programme, and the two that act without one: the holder of a code, and the system."""

from enum import StrEnum


class Role(StrEnum):
    COUNSELLOR = "counsellor"
    SECOND_READER = "second-reader"
    LEGAL_REVIEWER = "legal-reviewer"
    COORDINATOR = "coordinator"
    SPACE_SCOUT = "space-scout"
    EDITOR = "editor"
    REFERRAL_COORDINATOR = "referral-coordinator"
    BA_EXPERT = "ba-expert"
    PARTNER_OFFICE = "partner-office"
    MO_REPRESENTATIVE = "mo-representative"
    MO_NETWORK = "mo-network-coordinator"
    EXPERT = "expert-pool-member"
    BOARD = "advisory-board"
    EVALUATOR = "evaluator"
    FUNDER = "funder"
    DPO = "dpo"
    AUDITOR = "auditor"
    ADMIN = "admin"
    HOLDER = "code-holder"
    SYSTEM = "system"
