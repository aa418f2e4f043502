"""Everything that can be said, in one place: NATS permissions, provisioner, schemas and docs are made from it."""

from collections.abc import Iterable

from libs.contracts import (
    intake,
    intake_accounts,
    intake_campaigns,
    intake_channels,
    intake_misinformation,
    intake_needs,
    intake_pages,
    intake_partners,
    intake_spaces,
    referral,
    reporting,
    review,
)
from libs.contracts.envelope import FACTS, SERVICES, Fact

MODULES = (
    *(intake, intake_accounts, intake_campaigns, intake_channels, intake_misinformation, intake_needs, intake_pages),
    *(intake_partners, intake_spaces, review, referral, reporting),
)


def facts_of(service: str) -> list[type[Fact]]:
    """The facts a service says, by type."""
    return [cls for name, cls in sorted(FACTS.items()) if cls.owner == service]


def sources_for(service: str) -> list[str]:
    """The services whose stream this service reads: one durable consumer each."""
    return [source for source in SERVICES if any(service in cls.readers for cls in facts_of(source))]


def text_sources_for(service: str) -> list[str]:
    """The services whose forgettable texts this service may read. Reporting counts and never reads text."""
    return [source for source in SERVICES if any(service in cls.text_readers for cls in facts_of(source))]


def all_facts() -> Iterable[type[Fact]]:
    return (FACTS[name] for name in sorted(FACTS))
