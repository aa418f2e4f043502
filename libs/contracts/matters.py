"""What nobody asked and review judges all the same, like an answer: a correction, an item of a campaign."""

from datetime import datetime

from libs.contracts.codes import LegalClass, Level, Urgency
from libs.contracts.counting import Counted
from libs.contracts.envelope import Forgettable


class ForReview(Counted):
    """Something that nobody asked, to be judged like an answer. Review keeps it as it keeps a question."""

    level: Level
    legal_class: LegalClass
    urgency: Urgency


class ReviewedMatter(Forgettable):
    """What the reviewer judges: the words as they go round, what is meant in German, and when it is due."""

    text: str | None
    gist: str | None
    due_at: datetime
