"""The closed vocabularies of spaces: their life, what may be posted there, and what a week in them was like."""

from enum import StrEnum


class SpaceState(StrEnum):
    """From the first look at a space to its end."""

    CANDIDATE = "candidate"
    ASSESSED = "assessed"
    ADMIN_CONTACTED = "admin-contacted"
    JOINED = "joined"
    REFUSED = "refused"
    ACTIVE = "active"
    PAUSED = "paused"
    LOST = "lost"
    ARCHIVED = "archived"


class SpaceReason(StrEnum):
    """Why a space was refused, paused, lost or put away."""

    ADMINS_DECLINED = "admins-declined"
    NO_REPLY = "no-reply"
    RULES_FORBID = "rules-forbid"
    REMOVED_BY_ADMINS = "removed-by-admins"
    REMOVED_BY_PLATFORM = "removed-by-platform"
    SPACE_CLOSED = "space-closed"
    TOO_FEW_QUESTIONS = "too-few-questions"
    NO_STAFF = "no-staff"
    HOSTILE = "hostile"
    NOT_SUITABLE = "not-suitable"
    REPEATED = "entered-twice"
    PROGRAMME_ENDED = "programme-ended"


class SpaceRisk(StrEnum):
    """What writing there may bring upon those who ask and those who answer."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


class PostingRule(StrEnum):
    """What a space's own rules say to whoever writes there."""

    LINKS_ALLOWED = "links-allowed"
    NO_LINKS = "no-links"
    NO_ADVERTISING = "no-advertising"
    ADMINS_APPROVE = "admins-approve-posts"
    COMMENTS_ONLY = "comments-only"
    ONE_LANGUAGE = "one-language-only"
    NO_POLITICS = "no-politics"
    NO_LEGAL_ADVICE = "no-legal-advice"
    NO_PRIVATE_MESSAGES = "no-private-messages"
    FIXED_DAYS = "fixed-days"


class ProfessionFocus(StrEnum):
    """The work a space talks about; none is a space about everything."""

    CARE = "care"
    LIVE_IN_CARE = "live-in-care"
    HEALTH = "health"
    CONSTRUCTION = "construction"
    CLEANING = "cleaning"
    TRANSPORT = "transport"
    HOSPITALITY = "hospitality"
    AGRICULTURE = "agriculture"
    FOOD_INDUSTRY = "food-industry"
    INDUSTRY = "industry"
    CRAFTS = "crafts"
    EDUCATION = "education"
    ENGINEERING = "engineering"
    IT = "it"
    ACADEMIC = "academic"
    STUDENTS = "students"
    SELF_EMPLOYED = "self-employed"


class Tone(StrEnum):
    """How people speak with each other in a space, as one week showed it."""

    UNKNOWN = "unknown"
    HELPFUL = "helpful"
    NEUTRAL = "neutral"
    TENSE = "tense"
    HOSTILE = "hostile"
