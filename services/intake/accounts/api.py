"""Professional accounts over HTTP: who speaks for a programme, where, and how that is met."""

from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.contracts.intake_accounts import AccountState
from libs.edge.bodies import Action
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.errors import NotFound
from libs.kit.ids import new_id
from libs.kit.transaction import Reply, Tx
from services.intake.accounts import commands, domain, queries
from services.intake.accounts.domain import Account, WeeklyStanding
from services.intake.accounts.shapes import (
    AccountFilter,
    AccountList,
    AccountRef,
    AccountView,
    Description,
    Move,
    NewAccount,
    Noted,
    WeekList,
    WeekView,
)

PREFIX = "/intake/v1"
router = Router("accounts", PREFIX)
KEEPERS = (Role.COORDINATOR, Role.ADMIN)
NOTERS = (Role.COUNSELLOR, Role.SPACE_SCOUT, Role.COORDINATOR)
READERS = (*NOTERS, Role.ADMIN, Role.EDITOR)


@router.command(
    "POST",
    "/accounts",
    allow=KEEPERS,
    body=NewAccount,
    reply=AccountRef,
    status=201,
    summary="Ask for a professional account",
    errors=("account_contradicts_itself",),
)
async def request(call: Call[NewAccount]) -> Reply:
    async with call.transaction() as tx:
        told = call.body.model_dump()
        account = Account(
            id=new_id(), version=1, changed_at=tx.now, since=tx.now, state=AccountState.REQUESTED, cause=None, **told
        )
        await commands.request(tx, account)
        ref = AccountRef(id=account.id, version=1)
        return tx.reply(201, ref, version=1, location=f"{PREFIX}/accounts/{account.id}")


@router.get("/accounts", allow=READERS, query=AccountFilter, reply=AccountList, summary="All accounts, by label")
async def list_accounts(call: Call[Any, AccountFilter]) -> Reply:
    paging = call.paging("label", tuple[str, UUID])
    async with call.transaction() as tx:
        rows, total = await queries.accounts(tx, call.query.programme, call.query.state, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda account: (account.label, account.id), total)
        return tx.reply(200, AccountList(items=[view(tx, account) for account in shown], page=page))


@router.get("/accounts/{id}", allow=READERS, reply=AccountView, summary="One account")
async def read_account(call: Call) -> Reply:
    async with call.transaction() as tx:
        account = await queries.account_by_id(tx, call.uuid("id"))
        return tx.reply(200, view(tx, account), version=account.version)


@router.command(
    "PUT",
    "/accounts/{id}",
    allow=KEEPERS,
    body=Description,
    reply=AccountRef,
    if_match=True,
    summary="Change label, link, languages and notice links",
    errors=("account_contradicts_itself", "notice_missing", "link_missing"),
)
async def describe(call: Call[Description]) -> Reply:
    async with call.transaction() as tx:
        id, said = call.uuid("id"), call.body
        version = await commands.describe(tx, id, said.label, said.link, said.languages, said.notices)
        return tx.reply(200, AccountRef(id=id, version=version), version=version)


@router.command(
    "POST",
    "/accounts/{id}/state",
    allow=KEEPERS,
    body=Move,
    reply=AccountRef,
    if_match=True,
    summary="Say that an account is live, warned, blocked, recovered or retired",
    errors=("account_state", "notice_missing", "link_missing"),
)
async def move(call: Call[Move]) -> Reply:
    async with call.transaction() as tx:
        id = call.uuid("id")
        version = await commands.move(tx, id, call.body.state, call.body.cause)
        return tx.reply(200, AccountRef(id=id, version=version), version=version)


@router.command(
    "PUT",
    "/accounts/{id}/standings/{week}",
    allow=NOTERS,
    body=Noted,
    reply=AccountRef,
    if_match=True,
    summary="Note how an account stood in a week, or correct it",
)
async def note(call: Call[Noted]) -> Reply:
    async with call.transaction() as tx:
        id = call.uuid("id")
        version = await commands.note(tx, id, WeeklyStanding(week=_week(call), **call.body.model_dump()))
        return tx.reply(200, AccountRef(id=id, version=version), version=version)


@router.get(
    "/accounts/{id}/standings", allow=READERS, query=Paged, reply=WeekList, summary="Its weeks, the newest first"
)
async def list_standings(call: Call[Any, Paged]) -> Reply:
    paging = call.paging("week", tuple[str])
    async with call.transaction() as tx:
        account = await queries.account_by_id(tx, call.uuid("id"))
        rows, total = await queries.standings(tx, account.id, paging.after, paging.limit)
    shown, page = paging.page(rows, lambda standing: (standing.week,), total)
    items = [WeekView.model_validate(standing, from_attributes=True) for standing in shown]
    return tx.reply(200, WeekList(items=items, page=page))


def view(tx: Tx, account: Account) -> AccountView:
    """An account as its readers see it, with the moves that are open to it."""
    told = {name: getattr(account, name) for name in queries.COLUMNS if name != "changed_at"}
    missing = domain.missing_notices(account)
    return AccountView(**told, missing_notices=missing, actions=_actions(tx, account))


def _actions(tx: Tx, account: Account) -> list[Action]:
    keeps = any(tx.actor.holds(account.programme, role) for role in KEEPERS)
    href = f"{PREFIX}/accounts/{account.id}/state"
    found = []
    for state in domain.NEXT[account.state]:
        reason = domain.refusal(account, state) if keeps else "role_missing"
        found.append(Action(name=state, method="POST", href=href, allowed=reason is None, reason=reason))
    return found


def _week(call: Call[Any]) -> str:
    week = call.text("week")
    if not domain.WEEK.fullmatch(week):
        raise NotFound("not_found", "There is no such week; weeks are written 2026-W47.")
    return week
