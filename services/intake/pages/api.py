"""A programme's public page over HTTP: its admin writes it, everybody reads it, also after the programme's end."""

from libs.contracts.codes import Role
from libs.contracts.intake import Policy
from libs.contracts.intake_accounts import AccountState
from libs.edge.http import Call, Router
from libs.kit.clock import local_day
from libs.kit.errors import NotFound
from libs.kit.transaction import Reply, Tx
from libs.text.tags import direction
from services.intake.accounts.domain import SPEAKING, Account
from services.intake.accounts.queries import shown_accounts
from services.intake.pages import commands, domain, queries
from services.intake.pages.domain import PublicPage, Successor, Words
from services.intake.pages.rendering import rendered
from services.intake.pages.shapes import (
    NewPage,
    PageView,
    Published,
    ShownAccount,
    SuccessorView,
    TextView,
)
from services.intake.programmes.domain import in_force
from services.intake.programmes.queries import programme_by_code

PREFIX = "/intake/v1"
router = Router("pages", PREFIX)
WRITERS = (Role.ADMIN,)
SHOWN_AT_MOST = 200
# The page carries its style itself and needs nothing else; a shared link tells nobody where it was found.
HTML = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
}


@router.command(
    "PUT",
    "/programmes/{code}/page",
    allow=WRITERS,
    body=NewPage,
    reply=Published,
    if_match=True,
    summary='Publish the page of a programme; `If-Match: "0"` for the first time',
    errors=("page_contradicts_itself", "programme_unknown"),
)
async def publish(call: Call[NewPage]) -> Reply:
    async with call.transaction() as tx:
        said = call.body
        wanted = PublicPage(
            programme=call.text("code"),
            name=said.name,
            funder=said.funder,
            words=tuple(Words(**text.model_dump()) for text in said.texts),
            successor=Successor(said.successor.name, said.successor.link) if said.successor else None,
        )
        version = await commands.publish(tx, wanted)
        lacking = domain.missing(wanted, await _policy(tx, wanted.programme))
        return tx.reply(200, Published(version=version, missing_languages=lacking), version=version)


@router.get(
    "/programmes/{code}/page",
    allow=None,
    reply=PageView,
    summary="What a programme tells everyone about itself; no sign-in",
    errors=("page_unknown",),
)
async def read_page(call: Call) -> Reply:
    async with call.transaction() as tx:
        page = await view(tx, call.text("code"))
        return tx.reply(200, page)


@router.get(
    "/programmes/{code}/page/{language}",
    allow=None,
    reply=PageView,
    html=True,
    summary="The same as a page to be looked at, in one of its languages; no sign-in",
    errors=("page_unknown",),
)
async def show_page(call: Call) -> Reply:
    async with call.transaction() as tx:
        page = await view(tx, call.text("code"))
    text = next((text for text in page.texts if text.language == call.text("language")), None)
    if text is None:
        raise NotFound("page_unknown", "There is no page in this language.")
    return Reply(200, rendered(page, text).encode(), HTML)


async def view(tx: Tx, code: str) -> PageView:
    """The page as everyone sees it today. Raises `NotFound`."""
    page = await queries.page_of(tx, code)
    if not page.version:
        raise NotFound("page_unknown", "This programme has no public page.")
    policy = await _policy(tx, code)
    return PageView(
        programme=code,
        version=page.version,
        name=page.name,
        funder=page.funder,
        term_start=policy.term_start,
        term_end=policy.term_end,
        ended=domain.ended(policy, local_day(tx.now)),
        texts=[_text(code, words) for words in page.words],
        missing_languages=domain.missing(page, policy),
        accounts=[_shown(account) for account in await shown_accounts(tx, code, SHOWN_AT_MOST)],
        successor=SuccessorView.model_validate(page.successor, from_attributes=True) if page.successor else None,
    )


async def _policy(tx: Tx, code: str) -> Policy:
    """The policy in force; a page exists only where there is one."""
    dated = in_force((await programme_by_code(tx, code)).policies, local_day(tx.now))
    if dated is None:
        raise NotFound("page_unknown", "This programme has no public page.")
    return dated.policy


def _text(code: str, words: Words) -> TextView:
    return TextView(
        language=words.language,
        direction="rtl" if direction(words.language) == "rtl" else "ltr",
        offer=words.offer,
        contact=words.contact,
        privacy=words.privacy,
        href=f"{PREFIX}/programmes/{code}/page/{words.language}",
    )


def _shown(account: Account) -> ShownAccount:
    in_use = account.state in SPEAKING or account.state is AccountState.BLOCKED
    return ShownAccount(platform=account.platform, label=account.label, link=account.link, in_use=in_use)
