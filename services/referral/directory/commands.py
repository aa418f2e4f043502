"""Listing an office."""

from uuid import UUID

from libs.contracts.referral import OfficeListed
from libs.contracts.topics import fact_topic
from libs.kit.clock import local_day
from libs.kit.errors import Stale
from libs.kit.transaction import Tx
from services.referral.directory import domain, queries
from services.referral.directory.domain import Entry, Office


async def list_office(tx: Tx, id: UUID, entry: Entry) -> int:
    """Add an office to the directory or change its entry; returns its version. An entry that says nothing new changes
    nothing. Raises `Forbidden`, `Invalid`, `Stale`."""
    tx.must_act_in(entry.listed_by)
    domain.check_entry(entry, local_day(tx.now))
    found = await queries.find(tx, id, lock=True)
    loaded = found.version if found else 0
    tx.expect(loaded)
    if found is not None and found.entry == entry:
        return loaded
    after = found.changed_at if found else tx.now
    office = Office(id, loaded + 1, max(tx.now, after), entry)
    if found is not None:
        await queries.save(tx, office, loaded)
    elif not await queries.add(tx, office):
        raise Stale("stale", "Someone listed an office under this id meanwhile; load it again.", current_version=1)
    tx.emit(_listed(entry), id=id, version=office.version, programme=entry.listed_by, after=after)
    return office.version


def _listed(entry: Entry) -> OfficeListed:
    return OfficeListed(
        kind=entry.kind,
        languages=entry.languages,
        topics=tuple(dict.fromkeys(map(fact_topic, entry.topics))),
        land=entry.land,
        reporting_duty=entry.reporting_duty,
    )
