"""Referrals over HTTP: counsellors refer and see states, offices see what they redeemed and answer it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.edge.bodies import Action
from libs.edge.http import Call, Router
from libs.kit.actor import Actor
from libs.kit.errors import Fault, Forbidden, Invalid, LotseError
from libs.kit.transaction import Reply, Tx
from libs.text.redaction import RedactionFailed, contains_personal_data
from services.referral.directory.domain import Notice
from services.referral.referrals import commands, domain, queries
from services.referral.referrals.domain import Referral, Wanted
from services.referral.referrals.shapes import (
    Decline,
    InboxFilter,
    NewReferral,
    OutcomeReport,
    ReferralFilter,
    ReferralItem,
    ReferralList,
    ReferralRef,
    ReferralView,
    Referred,
)

PREFIX = "/referral/v1"
router = Router("referrals", PREFIX)
WRITERS = (Role.COUNSELLOR, Role.REFERRAL_COORDINATOR)
READERS = (*WRITERS, Role.COORDINATOR)
OFFICE = (Role.PARTNER_OFFICE,)


@router.command(
    "POST",
    "/referrals",
    allow=WRITERS,
    body=NewReferral,
    reply=Referred,
    status=201,
    summary="Give an address, or offer a referral that a one-time code will open",
    errors=(
        *("not_yet_known", "office_unknown", "office_inactive", "referral_not_offered", "only_with_code"),
        *("summary_not_kept", "personal_data_found", "redaction_failed", "forgotten"),
    ),
)
async def refer(call: Call[NewReferral]) -> Reply:
    body = call.body
    if body.summary is not None:
        _must_be_without_personal_data(body.summary)
    wanted = Wanted(**{name: getattr(body, name) for name in NewReferral.model_fields})
    async with call.transaction() as tx:
        referral, notices = await commands.refer(tx, wanted)
        location = f"{PREFIX}/referrals/{referral.id}"
        return tx.reply(201, Referred(**_ref(referral), notices=notices), version=1, location=location)


def _must_be_without_personal_data(summary: str) -> None:
    """A summary is refused rather than redacted: it goes to an office, so a person must have looked at it."""
    try:
        kinds = contains_personal_data(summary)
    except RedactionFailed:
        raise Invalid("redaction_failed", "Personal data could not be looked for, so nothing was stored.") from None
    if kinds:
        sentence = "The summary holds personal data; say what it is about without it."
        fault = Fault("/summary", "personal_data_found", sentence)
        raise Invalid("personal_data_found", sentence, errors=(fault,), kinds=list(kinds))


@router.get(
    "/referrals", allow=READERS, query=ReferralFilter, reply=ReferralList, summary="Referrals made, newest first"
)
async def list_referrals(call: Call[Any, ReferralFilter]) -> Reply:
    paging = call.paging("made_at", tuple[datetime, UUID])
    wanted = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.made(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(rows, _place, total)
        return tx.reply(200, ReferralList(items=[ReferralItem(**_made(tx, one)) for one in shown], page=page))


@router.get(
    "/inbox",
    allow=OFFICE,
    query=InboxFilter,
    reply=ReferralList,
    summary="What the caller's office redeemed, newest first",
)
async def list_inbox(call: Call[Any, InboxFilter]) -> Reply:
    paging = call.paging("made_at", tuple[datetime, UUID])
    office = office_of(call.actor)
    async with call.transaction() as tx:
        rows, total = await queries.received(tx, office, call.query.state, paging.after, paging.limit)
        shown, page = paging.page(rows, _place, total)
        return tx.reply(200, ReferralList(items=[ReferralItem(**_received(tx, one)) for one in shown], page=page))


@router.get(
    "/referrals/{id}",
    # The office first: it is as the office that somebody reads a summary.
    allow=(*OFFICE, *READERS),
    reply=ReferralView,
    summary="One referral; the office's reading of the summary is recorded",
)
async def read_referral(call: Call) -> Reply:
    async with call.transaction() as tx:
        referral = await queries.referral_by_id(tx, call.uuid("id"))
        return tx.reply(200, await _view(tx, referral), version=referral.version)


async def _view(tx: Tx, referral: Referral) -> ReferralView:
    """Raises `NotFound` for whoever neither referred in the programme nor redeemed the code."""
    programme = referral.programme
    if tx.actor.role_in(programme, OFFICE) and domain.seen_by(referral, tx.actor.office):
        summary = domain.readable_summary(referral)
        if summary is not None:
            commands.record_reading(tx, referral)
        language = referral.summary_language if summary is not None else None
        return ReferralView(**_received(tx, referral), summary=summary, summary_language=language, notices=[])
    if not tx.actor.role_in(programme, READERS):
        raise queries.unknown()
    notices = await _notices(tx, referral)
    return ReferralView(**_made(tx, referral), summary=None, summary_language=None, notices=notices)


async def _notices(tx: Tx, referral: Referral) -> list[Notice]:
    if domain.shown_office(referral) is None:
        return []
    question, office = await commands.behind(tx, referral)
    return domain.notices(office, question.legal_class)


@router.command(
    "POST",
    "/referrals/{id}/acceptance",
    allow=OFFICE,
    reply=ReferralRef,
    if_match=True,
    summary="The office takes the case on",
    errors=("wrong_state", "social_data"),
)
async def accept(call: Call) -> Reply:
    return await _step(call, commands.accept)


@router.command(
    "POST",
    "/referrals/{id}/decline",
    allow=OFFICE,
    body=Decline,
    reply=ReferralRef,
    if_match=True,
    summary="The office declines with a coded reason",
    errors=("wrong_state", "social_data"),
)
async def decline(call: Call[Decline]) -> Reply:
    return await _step(call, lambda tx, referral: commands.decline(tx, referral, call.body.reason))


@router.command(
    "POST",
    "/referrals/{id}/outcome",
    allow=OFFICE,
    body=OutcomeReport,
    reply=ReferralRef,
    if_match=True,
    summary="The office reports the first contact or the end",
    errors=("wrong_state", "social_data", "outcome_known"),
)
async def report_outcome(call: Call[OutcomeReport]) -> Reply:
    return await _step(call, lambda tx, referral: commands.report_outcome(tx, referral, call.body.outcome))


@router.command(
    "POST",
    "/referrals/{id}/deletion-confirmation",
    allow=OFFICE,
    reply=ReferralRef,
    if_match=True,
    summary="The office confirms that it deleted what it held (art. 19 GDPR)",
    errors=("nothing_to_delete",),
)
async def confirm_deletion(call: Call) -> Reply:
    return await _step(call, commands.confirm_deletion)


async def _step(call: Call[Any], command: Callable[[Tx, UUID], Awaitable[Referral]]) -> Reply:
    office_of(call.actor)
    async with call.transaction() as tx:
        referral = await command(tx, call.uuid("id"))
        return tx.reply(200, ReferralRef(**_ref(referral)), version=referral.version)


def office_of(actor: Actor) -> UUID:
    """The office the caller signs in for. Raises `Forbidden` when her token names none."""
    if actor.office is None:
        raise Forbidden("office_missing", "Your sign-in names no office; ask whoever manages it.")
    return actor.office


def _place(referral: Referral) -> queries.Place:
    return referral.made_at, referral.id


def _ref(referral: Referral) -> dict[str, Any]:
    return {"id": referral.id, "version": referral.version, "state": referral.state}


def _made(tx: Tx, referral: Referral) -> dict[str, Any]:
    """A referral for those who refer in its programme."""
    code = domain.refuse_code(referral, tx.actor, tx.now)
    issue = _action(tx, referral, "issue-code", "code", WRITERS, code)
    return _item(referral) | {"office": domain.shown_office(referral), "actions": [issue]}


def _received(tx: Tx, referral: Referral) -> dict[str, Any]:
    """A referral for the office that redeemed its code: neither the question nor who made it."""
    answer, outcome = domain.refuse_answer(referral, tx.now), domain.refuse_outcome(referral, tx.now)
    actions = [
        _action(tx, referral, "accept", "acceptance", OFFICE, answer),
        _action(tx, referral, "decline", "decline", OFFICE, answer),
        _action(tx, referral, "report-outcome", "outcome", OFFICE, outcome),
        _action(
            tx, referral, "confirm-deletion", "deletion-confirmation", OFFICE, domain.refuse_deletion_answer(referral)
        ),
    ]
    return _item(referral) | {"question": None, "made_by": None, "actions": actions}


def _action(
    tx: Tx, referral: Referral, name: str, path: str, roles: tuple[Role, ...], reason: LotseError | None
) -> Action:
    held = tx.actor.role_in(referral.programme, roles)
    code = "role_missing" if held is None else reason.code if reason else None
    href = f"{PREFIX}/referrals/{referral.id}/{path}"
    return Action(name=name, method="POST", href=href, allowed=code is None, reason=code)


def _item(referral: Referral) -> dict[str, Any]:
    return {name: getattr(referral, name) for name in ReferralItem.model_fields if name != "actions"}
