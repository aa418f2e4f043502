"""One-time codes over HTTP. A code stands in bodies only, never in an address, a log or a stored reply."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from libs.edge.bodies import Action
from libs.edge.http import Call, Router
from libs.kit.errors import LotseError, invalid
from libs.kit.transaction import Reply, Tx
from services.referral.codes import commands, domain
from services.referral.codes.domain import TEXT_VERSION, ConsentKind
from services.referral.codes.guessing import guesses
from services.referral.codes.shapes import (
    CodeEffect,
    CodeIssue,
    CodeStatus,
    ConsentText,
    ConsentTexts,
    HeldCode,
    IssuedCode,
    OfficeAddress,
    Release,
)
from services.referral.directory.queries import office_by_id
from services.referral.referrals import domain as referrals
from services.referral.referrals.api import OFFICE, PREFIX, WRITERS, office_of
from services.referral.referrals.domain import Referral
from services.referral.referrals.shapes import ReferralRef

router = Router("codes", PREFIX)
# Version, kind, language: the words.
TEXTS: dict[str, dict[str, dict[str, str]]] = tomllib.loads(
    (Path(__file__).parents[1] / "consent_texts.toml").read_text()
)


@router.command(
    "POST",
    "/referrals/{id}/code",
    allow=WRITERS,
    body=CodeIssue,
    reply=IssuedCode,
    if_match=True,
    # The reply holds the code, so it must not be kept; If-Match shows a second try that the first one worked.
    idempotent=False,
    summary="A fresh one-time code, shown this once; an earlier one ends",
    errors=("not_yours", "wrong_state", "text_version_unknown"),
)
async def issue_code(call: Call[CodeIssue]) -> Reply:
    body = call.body
    _must_be_known(body.text_version)
    async with call.transaction() as tx:
        key = call.settings.key("codes")
        issued = await commands.issue(tx, call.uuid("id"), key, body.text_version, body.language)
        referral = issued.referral
        view = IssuedCode(
            id=referral.id,
            version=referral.version,
            state=referral.state,
            code=domain.shown(issued.code),
            expires_at=referral.expires_at,
            text_version=issued.told.text_version,
            language=issued.told.language,
            notices=issued.notices,
        )
        return tx.reply(200, view, version=referral.version)


@router.command(
    "POST",
    "/codes/redemption",
    allow=OFFICE,
    body=HeldCode,
    reply=ReferralRef,
    summary="The caller's office redeems a code, once",
    errors=("code_unknown", "code_redeemed", "not_a_code", "too_many_codes", "office_missing"),
)
async def redeem_code(call: Call[HeldCode]) -> Reply:
    office_of(call.actor)
    with _look(call) as code_hash:
        async with call.transaction() as tx:
            referral = await commands.redeem(tx, code_hash)
            ref = ReferralRef(id=referral.id, version=referral.version, state=referral.state)
            location = f"{PREFIX}/referrals/{referral.id}"
            return tx.reply(200, ref, version=referral.version, location=location)


@router.command(
    "POST",
    "/codes/status",
    allow=None,
    body=HeldCode,
    reply=CodeStatus,
    idempotent=False,
    summary="How it stands, for whoever holds the code; no sign-in",
    errors=("code_unknown", "not_a_code", "too_many_codes"),
)
async def read_status(call: Call[HeldCode]) -> Reply:
    with _look(call) as code_hash:
        async with call.transaction() as tx:
            referral = await commands.opened(tx, code_hash)
            view = CodeStatus(
                state=referrals.state_at(referral, tx.now),
                expires_at=referral.expires_at,
                office=await _address(tx, referrals.shown_office(referral)),
                released=referral.released,
                deletion=referral.deletion,
                actions=[
                    _action("withdraw", "withdrawal", referrals.refuse_withdrawal(referral, tx.now)),
                    _action("release", "release", referrals.refuse_release(referral, tx.now)),
                ],
            )
            return tx.reply(200, view)


@router.command(
    "POST",
    "/codes/withdrawal",
    allow=None,
    body=HeldCode,
    reply=CodeEffect,
    summary="Withdraw the consent: her contact is deleted here, and the office is told to delete; no sign-in",
    errors=("code_unknown", "wrong_state", "not_a_code", "too_many_codes"),
)
async def withdraw_code(call: Call[HeldCode]) -> Reply:
    with _look(call) as code_hash:
        async with call.transaction() as tx:
            return _effect(tx, await commands.withdraw(tx, code_hash))


@router.command(
    "POST",
    "/codes/release",
    allow=None,
    body=Release,
    reply=CodeEffect,
    summary="May the office tell us? Only asked for benefit agencies (§ 67b SGB X); no sign-in",
    errors=(
        *("code_unknown", "wrong_state", "release_not_needed", "already_released"),
        *("text_version_unknown", "not_a_code", "too_many_codes"),
    ),
)
async def release_outcome(call: Call[Release]) -> Reply:
    body = call.body
    _must_be_known(body.text_version)
    with _look(call) as code_hash:
        async with call.transaction() as tx:
            return _effect(tx, await commands.release(tx, code_hash, body.text_version, body.language))


@router.get("/consent-texts", allow=None, reply=ConsentTexts, summary="The words a consent refers to; no sign-in")
async def list_texts(call: Call) -> Reply:
    items = [
        ConsentText(kind=ConsentKind(kind), language=language, text=text)
        for kind, texts in TEXTS[TEXT_VERSION].items()
        for language, text in texts.items()
    ]
    async with call.transaction() as tx:
        return tx.reply(200, ConsentTexts(text_version=TEXT_VERSION, items=items))


@contextmanager
def _look(call: Call[Any]) -> Iterator[bytes]:
    """One counted look at the code in the body: its fingerprint."""
    with guesses(call.db).attempt(call.peer, call.now):
        yield domain.fingerprint(call.settings.key("codes"), call.body.code)


def _must_be_known(text_version: str) -> None:
    if text_version not in TEXTS:
        raise invalid("/text_version", "text_version_unknown", "There is no consent text of this version.")


async def _address(tx: Tx, office: UUID | None) -> OfficeAddress | None:
    if office is None:
        return None
    found = await office_by_id(tx, office)
    names = (name for name in OfficeAddress.model_fields if name != "notice")
    return OfficeAddress(**{name: getattr(found.entry, name) for name in names}, notice=found.notice)


def _action(name: str, path: str, reason: LotseError | None) -> Action:
    code = reason.code if reason else None
    return Action(name=name, method="POST", href=f"{PREFIX}/codes/{path}", allowed=code is None, reason=code)


def _effect(tx: Tx, referral: Referral) -> Reply:
    return tx.reply(200, CodeEffect(state=referral.state, released=referral.released, deletion=referral.deletion))
