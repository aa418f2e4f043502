"""Writing keyword lists."""

from dataclasses import replace
from uuid import UUID

from libs.contracts.intake_channels import KeywordListWritten
from libs.kit.errors import Conflict
from libs.kit.transaction import Tx
from services.intake.keywords import domain, queries
from services.intake.keywords.domain import KeywordList


async def add(tx: Tx, made: KeywordList) -> None:
    """Add a list; there is one for each community and language. Raises `Conflict`, `Forbidden`, `Invalid`."""
    tx.must_act_in(made.programme)
    domain.check(made.phrases)
    await queries.take_turn(tx, made.programme)
    there = await queries.of_programme(tx, made.programme)
    if any((one.community, one.language) == (made.community, made.language) for one in there):
        raise Conflict("keyword_list_exists", "There is a list for this community and language; write it anew.")
    if len(there) >= domain.MOST_LISTS:
        raise Conflict("too_many_lists", f"A programme has at most {domain.MOST_LISTS} keyword lists.")
    await queries.add(tx, made)
    fact = KeywordListWritten(language=made.language, phrases=len(made.phrases))
    tx.emit(fact, id=made.id, version=1, programme=made.programme)


async def rewrite(tx: Tx, id: UUID, phrases: tuple[str, ...]) -> KeywordList:
    """Write a list's phrases anew. Raises `Invalid`, `NotFound`, `Stale`."""
    domain.check(phrases)
    found = await queries.list_by_id(tx, id, lock=True)
    tx.expect(found.version)
    moment = max(tx.now, found.changed_at)
    saved = replace(found, phrases=phrases, version=found.version + 1, changed_at=moment)
    await queries.save(tx, saved)
    fact = KeywordListWritten(language=saved.language, phrases=len(phrases))
    tx.emit(fact, id=id, version=saved.version, programme=saved.programme, after=found.changed_at)
    return saved
