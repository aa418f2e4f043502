"""Making a draft of what was shared. It opens no transaction: nothing is loaded and nothing kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.text.links import canonical
from services.intake.questions.arrival import redacted
from services.intake.shares.domain import parted


@dataclass(frozen=True)
class Drafted:
    """`redacted` counts what was taken out of the text, by kind; `link_unreadable` says that a link was left out."""

    text: str | None
    link: str | None
    redacted: Mapping[str, int]
    link_unreadable: bool


def draft(text: str | None, url: str | None) -> Drafted:
    """Redact the text and fold the link. Raises `Invalid` redaction_failed."""
    rest, address = parted(text, url)
    link = canonical(address) if address else None
    clean, taken_out = redacted(rest)
    return Drafted(clean, link, taken_out, link_unreadable=address is not None and link is None)
