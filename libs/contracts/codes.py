"""The closed vocabularies. A code is `[a-z0-9-]{2,40}`; its label in people's words is configuration.

Sources: `docs/glossary.md` for the words; the topic list is taxonomy v1 (funder schemes, Vtiger heads).
Languages are no vocabulary: they are programme data, any well-formed BCP-47 tag.
"""

from enum import StrEnum

from libs.contracts.capturing import CapturedAs as CapturedAs
from libs.contracts.capturing import Contact as Contact
from libs.contracts.capturing import MachineHelp as MachineHelp
from libs.contracts.lands import Land as Land
from libs.contracts.reading import Purpose as Purpose
from libs.contracts.reading import ReadingReason as ReadingReason
from libs.contracts.reading import ResourceKind as ResourceKind
from libs.contracts.roles import Role as Role


class Platform(StrEnum):
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    REDDIT = "reddit"
    VK = "vk"
    X = "x-twitter"
    FORUM = "forum"
    OTHER = "other-platform"


class SpaceKind(StrEnum):
    GROUP = "group"
    PAGE = "page"
    CHANNEL = "channel"
    CHAT = "chat"
    FORUM = "forum"


class Access(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    SECRET = "secret"


class SizeClass(StrEnum):
    """Members of a space, coarse on purpose: a count would name the space."""

    UNDER_10000 = "under-10000"
    UNDER_100000 = "under-100000"
    FROM_100000 = "from-100000"


class Channel(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class Relation(StrEnum):
    """How a question stands to an earlier one under the same link."""

    NEW = "new"
    FOLLOW_UP = "follow-up"
    OTHER_PERSON = "other-person"


class LanguageSource(StrEnum):
    GIVEN = "given"
    SUGGESTED = "suggested"
    PRESELECTED = "preselected"


class Level(StrEnum):
    INFORMATION = "information"
    FIRST_COUNSELLING = "first-counselling"
    REFERRAL = "referral"


class LegalClass(StrEnum):
    """Rising order; the order is `LEGAL_CLASS_ORDER`."""

    NOT_LEGAL = "not-legal"
    GENERAL_INFORMATION = "general-information"
    INDIVIDUAL_EXAMINATION = "individual-examination"
    COURT = "court"


LEGAL_CLASS_ORDER: tuple[LegalClass, ...] = tuple(LegalClass)


class Urgency(StrEnum):
    """Priority classes of the inter-agency referral form: 24 hours, 72 hours, two weeks."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"


class ReviewRule(StrEnum):
    """Which answers need a legal reviewer's approval before they are posted."""

    ALWAYS = "always"
    LEGAL = "legal"
    INDIVIDUAL = "individual"


class QuestionTextPolicy(StrEnum):
    NONE = "none"
    SUMMARY = "summary"
    REDACTED = "redacted"


class LegalBasis(StrEnum):
    """The door of the RDG a programme goes through: §§ 6, 7 or 8."""

    RDG_6 = "rdg-6"
    RDG_7 = "rdg-7"
    RDG_8 = "rdg-8"


class Qualification(StrEnum):
    """RDG § 6(2): Befähigung zum Richteramt, or permission to serve for pay."""

    RICHTERAMT = "befaehigung-zum-richteramt"
    FOR_PAY = "erlaubnis-entgeltlich"


class ReturnReason(StrEnum):
    LAW_OUTDATED = "law-outdated"
    LAW_WRONG = "law-wrong"
    INCOMPLETE = "incomplete"
    NOT_UNDERSTANDABLE = "not-understandable"
    LAND_DIFFERS = "land-differs"
    FACTS_MISSING = "facts-missing"
    SOURCE_MISSING = "source-missing"
    DEADLINE_MISSING = "deadline-missing"
    PERSONAL_DATA = "personal-data"
    TRANSLATION_DIFFERS = "translation-differs"


class BlockReason(StrEnum):
    """Each block says where the person is sent instead: lawyer, law clinic or office."""

    NEEDS_LAWYER = "needs-lawyer"
    NEEDS_LAW_CLINIC = "needs-law-clinic"
    NEEDS_OFFICE = "needs-office"


class ReleaseMethod(StrEnum):
    """How the variant in the thread's language was bound to the approved German core."""

    SAME_LANGUAGE = "same-language"
    SECOND_SPEAKER = "second-speaker"
    BACK_TRANSLATION = "back-translation"


class Standing(StrEnum):
    """What a posted text is against the released variant."""

    MATCHING = "matching"
    DEVIATING = "deviating"
    WITHOUT_APPROVAL = "without-approval"
    SUPERSEDED = "superseded"
    REVIEW_NOT_REQUIRED = "review-not-required"


class IncidentDecision(StrEnum):
    CLEARED = "cleared"
    CORRECT = "correct-the-comment"
    REMOVE = "remove-the-comment"


class RepairResult(StrEnum):
    CORRECTED = "corrected"
    REMOVED = "removed"
    NOT_POSSIBLE = "not-possible"
    CLEARED = "cleared-by-review"


class CommentCheck(StrEnum):
    """Answer to the task *remove your comment?* that comes before an erasure."""

    REMOVED = "removed"
    KEPT = "kept"
    NOT_POSSIBLE = "not-possible"
    NO_ANSWER = "no-answer"
    NONE_POSTED = "none-posted"


class OfficeKind(StrEnum):
    JOBCENTER = "jobcenter"
    ARBEITSAGENTUR = "arbeitsagentur"
    IMMIGRATION_AUTHORITY = "immigration-authority"
    YOUTH_OFFICE = "youth-office"
    MBE = "mbe"
    JMD = "jmd"
    RECOGNITION_COUNSELLING = "recognition-counselling"
    LABOUR_RIGHTS = "labour-rights"
    LAWYER = "lawyer"
    LAW_CLINIC = "law-clinic"
    WOMENS_SHELTER = "womens-shelter"
    WELFARE_ASSOCIATION = "welfare-association"
    MIGRANT_ORGANISATION = "migrant-organisation"
    OTHER = "other-office"


class ReferralMode(StrEnum):
    ADDRESS_ONLY = "address-only"
    CODE = "one-time-code"


class DeclineReason(StrEnum):
    NOT_COMPETENT = "not-competent"
    FULL = "full"
    LANGUAGE_MISSING = "language-missing"
    NOT_ELIGIBLE = "not-eligible"
    NO_REPLY = "no-reply-from-client"


class Outcome(StrEnum):
    FIRST_CONTACT = "first-contact"
    ADVISED = "advised"
    PASSED_ON = "passed-on"
    NO_SHOW = "no-show"
    CLOSED_WITHOUT_RESULT = "closed-without-result"


class DeletionAnswer(StrEnum):
    """Answer of an office that was told to delete what it holds (art. 19 GDPR)."""

    CONFIRMED = "confirmed"
    NO_ANSWER = "no-answer"


class GiveBackReason(StrEnum):
    BY_HAND = "by-hand"
    LEASE_EXPIRED = "lease-expired"


class ClosingReason(StrEnum):
    """Why nothing more is expected of us."""

    ANSWERED = "answered"
    REFERRED = "referred"
    OUT_OF_SCOPE = "out-of-scope"
    TOO_LATE = "too-late"
    ASKER_DELETED = "asker-deleted"
    ANSWERED_BY_OTHERS = "answered-well-by-others"


class ForgettingCause(StrEnum):
    REQUEST = "request"
    RETENTION = "retention"


class SubmissionKind(StrEnum):
    ANSWER = "answer"


class Evidence(StrEnum):
    """What was seen to prove a qualification; the paper itself stays with the employer."""

    CERTIFICATE_SEEN = "certificate-seen"
    REGISTER_ENTRY = "register-entry"
    EMPLOYER_STATEMENT = "employer-statement"


class HoldReason(StrEnum):
    COMPLAINT = "complaint"
    LEGAL_CLAIM = "legal-claim"
    AUDIT = "audit"


class RetentionClass(StrEnum):
    """How long a row is kept; the days are the programme's policy, the meaning is in `docs/operations/retention.md`."""

    CONFIGURATION = "configuration"
    FACTS = "facts"
    WORKING_RECORD = "working-record"
    PERMALINK = "permalink"
    APPROVED_ANSWER = "approved-answer"
    SHORT_LIVED = "short-lived"
