"""Programmes over HTTP: everyone with a role may read a policy, an admin of the programme sets it."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from libs.contracts.codes import Role
from libs.contracts.intake import Policy
from libs.edge.bodies import Action, Body, Day, View
from libs.edge.http import Call, Router
from libs.kit.clock import local_day
from libs.kit.errors import NotFound
from libs.kit.transaction import Reply, Tx
from services.intake.programmes import commands, queries
from services.intake.programmes.domain import Programme, in_force

PREFIX = "/intake/v1"
router = Router("programmes", PREFIX)
READERS = tuple(role for role in Role if role not in (Role.HOLDER, Role.SYSTEM))
WRITERS = (Role.ADMIN,)

EXAMPLE_POLICY: JsonDict = {
    "languages": ["de", "ar", "uk"],
    "levels": ["information", "first-counselling", "referral"],
    "legal_classes": ["not-legal", "general-information", "individual-examination"],
    "review_rule": "always",
    "legal_basis": "rdg-6",
    "back_translation": True,
    "counsellor_confirms_reviewer": False,
    "question_text": "redacted",
    "working_days": 30,
    "permalink_days": 365,
    "answer_years": 3,
    "term_start": "2020-05-01",
    "term_end": "2029-06-30",
    "funder": "bundesagentur-fuer-arbeit",
}


class NewPolicy(Policy):
    """A policy as it is set. Readers of events are tolerant; who sets one is told of each typing error."""

    model_config = Body.model_config

    # An answer's last year must still be one that `answer.kept` can say.
    answer_years: Annotated[int, Field(ge=0, le=100)]
    term_start: Day
    term_end: Day


class Configuration(Body):
    """A whole policy and the day from which it holds."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"effective_from": "2026-12-01", "policy": EXAMPLE_POLICY}]}
    )

    effective_from: Day
    policy: NewPolicy


class Configured(View):
    """The programme's new version."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "fem-os", "version": 2}]})

    code: str
    version: int


class DatedPolicy(View):
    version: int
    effective_from: date
    policy: Policy


class ProgrammeView(View):
    """`policy` is in force today; `upcoming` will come into force."""

    code: str = Field(examples=["fem-os"])
    version: int
    policy: Policy | None
    upcoming: list[DatedPolicy]
    actions: list[Action]


class ProgrammeList(View):
    items: list[ProgrammeView]


@router.get("/programmes", allow=READERS, reply=ProgrammeList, summary="All programmes and their policies in force")
async def list_programmes(call: Call) -> Reply:
    async with call.transaction() as tx:
        return tx.reply(200, ProgrammeList(items=[view(tx, found) for found in await queries.programmes(tx)]))


@router.get("/programmes/{code}", allow=READERS, reply=ProgrammeView, summary="One programme's policy, now and to come")
async def read_programme(call: Call) -> Reply:
    async with call.transaction() as tx:
        programme = await queries.programme_by_code(tx, call.text("code"))
        if not programme.version:
            raise NotFound("programme_unknown", "There is no programme with this code.")
        return tx.reply(200, view(tx, programme), version=programme.version)


@router.command(
    "PUT",
    "/programmes/{code}",
    allow=WRITERS,
    body=Configuration,
    reply=Configured,
    if_match=True,
    summary='Set the policy that holds from a day on; `If-Match: "0"` for a programme that does not exist yet',
    errors=("policy_contradicts_itself",),
)
async def configure(call: Call[Configuration]) -> Reply:
    async with call.transaction() as tx:
        code = call.text("code")
        version = await commands.configure(tx, code, call.body.effective_from, call.body.policy)
        return tx.reply(200, Configured(code=code, version=version), version=version)


def view(tx: Tx, programme: Programme) -> ProgrammeView:
    """A programme as its readers see it today."""
    today = local_day(tx.now)
    dated = in_force(programme.policies, today)
    upcoming = [
        DatedPolicy(version=later.version, effective_from=later.effective_from, policy=later.policy)
        for later in programme.policies
        if later.effective_from > today
    ]
    allowed = tx.actor.holds(programme.code, Role.ADMIN)
    configure_action = Action(
        name="configure",
        method="PUT",
        href=f"{PREFIX}/programmes/{programme.code}",
        allowed=allowed,
        reason=None if allowed else "role_missing",
    )
    return ProgrammeView(
        code=programme.code,
        version=programme.version,
        policy=dated.policy if dated else None,
        upcoming=upcoming,
        actions=[configure_action],
    )
