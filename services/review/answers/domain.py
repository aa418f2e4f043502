"""An answer that was approved and released keeps a retention class of its own.

The question's text is gone after its days or on request; what we advised must be provable for as long as a claim can
be raised: three years to the end of the year by default (§§ 195, 199 BGB; art. 17(3)(e) GDPR).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.contracts.codes import Land, LegalClass
from libs.kit.clock import local_day
from libs.kit.errors import Fault, Gone, Invalid, LotseError
from libs.text.redaction import RedactionFailed, contains_personal_data


@dataclass(frozen=True)
class Text:
    """What somebody wrote, and the random 32 bytes under which facts commit to it."""

    words: str
    salt: bytes

    @property
    def commitment(self) -> str:
        """HMAC-SHA256 of the words' UTF-8 under the salt, hexadecimal."""
        return hmac.digest(self.salt, self.words.encode(), hashlib.sha256).hex()


@dataclass(frozen=True)
class Answer:
    """The pair of texts and the codes by which it is found again. The texts are None once dropped."""

    id: UUID
    programme: str
    version: int
    changed_at: datetime
    question: UUID
    submission: UUID
    language: str
    topic: str
    legal_class: LegalClass
    land: Land
    core: Text | None
    variant: Text | None
    kept_until_end_of: int
    withdrawn_at: datetime | None = None
    dropped_at: datetime | None = None
    held: bool = False


def last_year(now: datetime, years: int) -> int:
    """The year (Europe/Berlin) to whose end an answer released now is kept."""
    return local_day(now).year + years


def is_over(answer: Answer, now: datetime) -> bool:
    """Whether its retention has ended and no hold freezes it."""
    return answer.dropped_at is None and not answer.held and local_day(now).year > answer.kept_until_end_of


def check_texts(texts: Mapping[str, str | None]) -> None:
    """Raises `Invalid` with a pointer and a kind for each finding: what is approved is kept, so it may hold nobody's
    address, number or handle. Takes some 0.1 s for a long text."""
    try:
        found = [
            Fault(pointer, kind.replace("-", "_"), "Personal data was found here; an answer must not hold any.")
            for pointer, text in texts.items()
            for kind in contains_personal_data(text or "", in_answer=True)
        ]
    except RedactionFailed:
        raise Invalid("text_cannot_be_checked", "Personal data could not be looked for; nothing was stored.") from None
    if found:
        raise Invalid("personal_data_found", "The text holds personal data; take it out.", errors=tuple(found))


def refuse_keeping(answer: Answer) -> LotseError | None:
    """Why these texts may not be kept beyond the question: they were checked when they were written, but the rules may
    have become sharper since."""
    assert answer.core is not None and answer.variant is not None
    try:
        check_texts({"/core": answer.core.words, "/variant": answer.variant.words})
    except Invalid as refusal:
        return refusal
    return None


def refuse_reading(answer: Answer) -> LotseError | None:
    if answer.dropped_at is not None:
        return Gone("answer_dropped", "This answer reached the end of its retention.")
    return None
