"""What a recorded reading says: which text was read, to what end, and why where a reason had to be given."""

from enum import StrEnum


class ResourceKind(StrEnum):
    """What a recorded reading read."""

    QUESTION_TEXT = "question-text"
    SUBMISSION_TEXT = "submission-text"
    REFERRAL_SUMMARY = "referral-summary"
    TRACE = "trace"


class Purpose(StrEnum):
    COUNSELLING = "counselling"
    LEGAL_REVIEW = "legal-review"
    REFERRAL = "referral"
    AUDIT = "audit"
    DATA_PROTECTION = "data-protection"


class ReadingReason(StrEnum):
    """Why somebody who does not counsel herself must read what a person wrote in private."""

    TRIAGE = "triage"
    QUALITY_SAMPLE = "quality-sample"
    COMPLAINT = "complaint"
    DANGER = "danger"
