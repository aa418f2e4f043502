"""Publishing a programme's page."""

from dataclasses import replace

from libs.contracts.intake_pages import PagePublished
from libs.kit.clock import local_day
from libs.kit.errors import NotFound
from libs.kit.transaction import Tx
from services.intake.pages import domain, queries
from services.intake.pages.domain import PublicPage
from services.intake.programmes.domain import in_force
from services.intake.programmes.queries import programme_by_code


async def publish(tx: Tx, wanted: PublicPage) -> int:
    """Publish a page, at once and also after the programme's end; returns its version. Raises `Forbidden`,
    `Invalid`, `NotFound`, `Stale`."""
    tx.must_act_in(wanted.programme)
    programme = await programme_by_code(tx, wanted.programme, lock=True)
    dated = in_force(programme.policies, local_day(tx.now))
    if dated is None:
        raise NotFound("programme_unknown", "There is no programme with this code.")
    domain.check_words(wanted.words, dated.policy)
    found = await queries.page_of(tx, wanted.programme)
    tx.expect(found.version)
    moment = max(tx.now, found.changed_at or tx.now)
    page = replace(wanted, version=found.version + 1, changed_at=moment)
    await queries.save(tx, page)
    languages = tuple(words.language for words in page.words)
    fact = PagePublished(languages=languages, has_successor=page.successor is not None)
    code = page.programme
    tx.emit(fact, id=code, version=page.version, programme=code, after=found.changed_at)
    return page.version
