"""Rules on the directory of offices."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from libs.contracts.codes import Land, OfficeKind
from libs.contracts.topics import CLUSTER_OF, TOPICS, Cluster
from libs.kit.errors import Fault, Invalid

PLACE = ("postcode", "city", "street")


class Mode(StrEnum):
    """How an office can be reached."""

    ON_SITE = "on-site"
    PHONE = "phone"
    VIDEO = "video"
    CHAT = "chat"


class Notice(StrEnum):
    """What must be told before somebody is sent somewhere; the words are the reader's."""

    # § 87 AufenthG. It stands at every office with the duty: a notice for some would be a flag on the person.
    REPORTING_DUTY = "reporting-duty"
    NEEDS_LAWYER = "needs-lawyer"


@dataclass(frozen=True)
class Entry:
    """What somebody says of an office. `topics` may name whole clusters; a shelter's place is not part of it."""

    listed_by: str
    name: str
    kind: OfficeKind
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    land: Land
    postcode: str | None
    city: str | None
    street: str | None
    phone: str | None
    web: str | None
    hours: str | None
    modes: tuple[Mode, ...]
    reporting_duty: bool
    secret_address: bool
    assured_date: date | None
    active: bool


@dataclass(frozen=True)
class Office:
    """An entry of the directory at a version."""

    id: UUID
    version: int
    changed_at: datetime
    entry: Entry

    @property
    def notice(self) -> Notice | None:
        """The § 87 notice, at every office that must report."""
        return Notice.REPORTING_DUTY if self.entry.reporting_duty else None


def check_entry(entry: Entry, today: date) -> None:
    """Refuse an entry that contradicts itself. Raises `Invalid` with a pointer to each place."""
    faults = []
    if entry.secret_address:
        # What is not stored cannot be shown, searched or seized.
        faults += [
            Fault(f"/{name}", "address_is_secret", "The place of an office with a secret address is not kept here.")
            for name in PLACE
            if getattr(entry, name) is not None
        ]
    if entry.assured_date is not None and entry.assured_date > today:
        faults.append(Fault("/assured_date", "in_the_future", "This day has not come yet."))
    for name in ("languages", "topics", "modes"):
        if len(set(getattr(entry, name))) != len(getattr(entry, name)):
            faults.append(Fault(f"/{name}", "repeated", "Something is named twice."))
    if faults:
        raise Invalid("invalid_input", "Some of what was sent cannot be accepted.", errors=tuple(faults))


def covering(topic: str) -> list[str]:
    """The codes under which an office covers a topic: itself and its cluster; for a cluster all of its topics."""
    if topic in CLUSTER_OF:
        return [topic, str(CLUSTER_OF[topic])]
    return [topic, *TOPICS[Cluster(topic)]]
