"""Reviewers over HTTP: an admin of the programme records their qualification, colleagues may see it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import Evidence, Qualification, Role
from libs.contracts.types import Code
from libs.edge.bodies import Action, Body, Day, Page, View
from libs.edge.cursors import Paged, Query
from libs.edge.http import Call, Router
from libs.kit.clock import local_day
from libs.kit.errors import LotseError, NotFound
from libs.kit.transaction import Reply, Tx
from services.review.supervision import commands, domain, queries
from services.review.supervision.domain import Recorded, Reviewer

PREFIX = "/review/v1"
router = Router("supervision", PREFIX)
WRITERS = (Role.ADMIN,)
READERS = (Role.ADMIN, Role.COORDINATOR, Role.LEGAL_REVIEWER, Role.COUNSELLOR, Role.DPO, Role.AUDITOR)


class QualificationBody(Body):
    """What was seen, and from when until when it holds; both days belong to it. The paper stays with the employer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "fem-os",
                    "qualification": "befaehigung-zum-richteramt",
                    "evidence": "certificate-seen",
                    "valid_from": "2026-01-01",
                    "valid_until": "2027-12-31",
                }
            ]
        }
    )

    programme: Code
    qualification: Qualification
    evidence: Evidence
    valid_from: Day
    valid_until: Day


class ReviewerRef(View):
    id: UUID
    version: int


class QualificationView(View):
    """`valid_today` is what lets her decide; `ended_at` is set when it ended before its last day."""

    programme: str
    qualification: Qualification
    evidence: Evidence
    valid_from: date
    valid_until: date
    ended_at: datetime | None
    valid_today: bool


class ReviewerView(ReviewerRef):
    """A staff member with her qualifications in the caller's programmes; `version` runs over all programmes."""

    qualifications: list[QualificationView]
    actions: list[Action]


class ReviewerList(View):
    items: list[ReviewerView]
    page: Page


class ReviewerFilter(Paged):
    programme: Code | None = None


class InProgramme(Query):
    programme: Code = Field(description="Where the qualification ends.")


@router.get("/reviewers", allow=READERS, query=ReviewerFilter, reply=ReviewerList, summary="Who is qualified to review")
async def list_reviewers(call: Call[Any, ReviewerFilter]) -> Reply:
    paging = call.paging("id", tuple[UUID])
    async with call.transaction() as tx:
        after = paging.after[0] if paging.after else None
        rows, total = await queries.listed(tx, call.query.programme, after, paging.limit)
        shown, page = paging.page(rows, lambda reviewer: (reviewer.id,), total)
        return tx.reply(200, ReviewerList(items=[view(tx, reviewer) for reviewer in shown], page=page))


@router.get("/reviewers/{id}", allow=READERS, reply=ReviewerView, summary="One reviewer's qualifications")
async def read_reviewer(call: Call) -> Reply:
    async with call.transaction() as tx:
        found = await queries.reviewers_by_ids(tx, [call.uuid("id")])
        if not found:
            raise NotFound("reviewer_unknown", "No qualification is recorded for this person.")
        return tx.reply(200, view(tx, found[0]), version=found[0].version)


@router.command(
    "PUT",
    "/reviewers/{id}",
    allow=WRITERS,
    body=QualificationBody,
    reply=ReviewerRef,
    if_match=True,
    summary='Record a qualification in one programme; `If-Match: "0"` for a person not yet known',
    errors=("own_qualification", "before_start", "already_over"),
)
async def qualify_reviewer(call: Call[QualificationBody]) -> Reply:
    async with call.transaction() as tx:
        version = await commands.qualify(tx, call.uuid("id"), Recorded(**call.body.model_dump()))
        return tx.reply(200, ReviewerRef(id=call.uuid("id"), version=version), version=version)


@router.command(
    "DELETE",
    "/reviewers/{id}",
    allow=WRITERS,
    query=InProgramme,
    reply=ReviewerRef,
    if_match=True,
    summary="End a qualification in one programme before its last day",
    errors=("reviewer_unknown",),
)
async def disqualify_reviewer(call: Call[Any, InProgramme]) -> Reply:
    async with call.transaction() as tx:
        version = await commands.disqualify(tx, call.uuid("id"), call.query.programme)
        return tx.reply(200, ReviewerRef(id=call.uuid("id"), version=version), version=version)


def view(tx: Tx, reviewer: Reviewer) -> ReviewerView:
    """A reviewer with what the caller could do: record anew in any programme she administers, end where one is."""
    today, href = local_day(tx.now), f"{PREFIX}/reviewers/{reviewer.id}"
    shown = [
        QualificationView.model_validate({**vars(one), "valid_today": one.holds_on(today)}) for one in reviewer.recorded
    ]
    administers = tx.actor.programmes_for(WRITERS)
    may_qualify = domain.refuse_qualifying(reviewer.id, tx.actor.staff) if administers else role_missing()
    actions = [_action("qualify", "PUT", href, may_qualify)]
    for one in reviewer.recorded:
        if one.ended_at is None:
            reason = None if one.programme in administers else role_missing()
            actions.append(_action("disqualify", "DELETE", f"{href}?programme={one.programme}", reason))
    return ReviewerView(id=reviewer.id, version=reviewer.version, qualifications=shown, actions=actions)


def role_missing() -> LotseError | None:
    """The reason for somebody who administers nothing here."""
    return domain.refuse_role(domain.Person(None), WRITERS)


def _action(name: str, method: Any, href: str, reason: LotseError | None) -> Action:
    return Action(name=name, method=method, href=href, allowed=reason is None, reason=reason.code if reason else None)
