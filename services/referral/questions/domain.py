"""What referral knows of a question: codes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Land, LegalClass, Platform, Urgency
from libs.kit.clock import iso_week


@dataclass(frozen=True)
class KnownQuestion:
    """`topic` is the code it is counted under; `held` freezes the erasure of whatever concerns it."""

    id: UUID
    programme: str
    version: int
    platform: Platform
    language: str
    topic: str
    legal_class: LegalClass | None
    urgency: Urgency
    land: Land
    held: bool = False

    def counted(self, now: datetime) -> dict[str, Any]:
        """The codes every counted fact carries, as of now."""
        return {"week": iso_week(now), "platform": self.platform, "language": self.language, "topic": self.topic}
