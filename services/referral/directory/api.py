"""The directory over HTTP: who refers searches it, the referral coordinator keeps it, an office sees its own entry."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from libs.contracts.codes import Land, OfficeKind, Role
from libs.contracts.types import Code, LanguageTag, TopicCode
from libs.edge.bodies import Action, Body, Day, HttpLink, MediumText, Page, ShortText, View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.errors import NotFound
from libs.kit.transaction import Reply, Tx
from services.referral.directory import commands, queries
from services.referral.directory.domain import Entry, Mode, Notice, Office

PREFIX = "/referral/v1"
router = Router("directory", PREFIX)
WRITERS = (Role.REFERRAL_COORDINATOR, Role.COORDINATOR)
REFERRERS = (Role.COUNSELLOR, Role.REFERRAL_COORDINATOR)
SEARCHERS = (
    *REFERRERS,
    Role.COORDINATOR,
    Role.SECOND_READER,
    Role.LEGAL_REVIEWER,
    Role.EDITOR,
    Role.BA_EXPERT,
    Role.MO_REPRESENTATIVE,
    Role.MO_NETWORK,
    Role.EXPERT,
    Role.DPO,
    Role.AUDITOR,
    Role.ADMIN,
)
EXAMPLE: JsonDict = {
    "listed_by": "fem-os",
    "name": "Beratungsstelle Musterstadt",
    "kind": "mbe",
    "languages": ["de", "ar"],
    "topics": ["f-residence", "m-forms"],
    "land": "de-be",
    "postcode": "10115",
    "city": "Musterstadt",
    "street": "Musterweg 1",
    "phone": "+49 30 000000",
    "modes": ["on-site", "phone"],
    "reporting_duty": False,
    "assured_date": "2026-11-02",
}


class Listing(Body):
    """A whole entry. `listed_by` is a programme in which the caller keeps the directory; all programmes share it.

    With `secret_address` the entry has neither postcode, city nor street.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    listed_by: Code
    name: ShortText
    kind: OfficeKind
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1, max_length=60)]
    topics: Annotated[tuple[TopicCode, ...], Field(min_length=1, max_length=40)]
    land: Land
    postcode: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")] | None = None
    city: ShortText | None = None
    street: ShortText | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()/.-]{2,39}$")] | None = None
    web: HttpLink | None = None
    hours: MediumText | None = None
    modes: Annotated[tuple[Mode, ...], Field(min_length=1, max_length=4)]
    reporting_duty: Annotated[bool, Field(description="§ 87 AufenthG: must inform immigration authorities.")]
    secret_address: bool = False
    assured_date: Annotated[Day | None, Field(description="When somebody last made sure that this holds.")] = None
    active: bool = True


class OfficeRef(View):
    id: UUID
    version: int


class OfficeView(View):
    """`notice` is what must be told before somebody is sent there."""

    id: UUID
    version: int
    listed_by: str
    name: str
    kind: OfficeKind
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    land: Land
    postcode: str | None
    city: str | None
    street: str | None
    phone: str | None
    web: str | None
    hours: str | None
    modes: tuple[Mode, ...]
    reporting_duty: bool
    secret_address: bool
    assured_date: date | None
    active: bool
    notice: Notice | None
    actions: list[Action]


class OfficeList(View):
    items: list[OfficeView]
    page: Page


class OfficeFilter(Paged):
    """Filters combine with AND. `language` is a basic range of RFC 4647, `q` looks for words in name and town."""

    language: LanguageTag | None = None
    topic: TopicCode | None = None
    land: Land | None = None
    kind: OfficeKind | None = None
    q: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None
    active: bool = True


@router.command(
    "PUT",
    "/offices/{id}",
    allow=WRITERS,
    body=Listing,
    reply=OfficeRef,
    if_match=True,
    summary='List an office or change its entry; `If-Match: "0"` for one that is not listed yet',
    errors=("address_is_secret",),
)
async def list_office(call: Call[Listing]) -> Reply:
    entry = Entry(**{name: getattr(call.body, name) for name in queries.ENTRY})
    async with call.transaction() as tx:
        office = call.uuid("id")
        version = await commands.list_office(tx, office, entry)
        location = f"{PREFIX}/offices/{office}"
        return tx.reply(200, OfficeRef(id=office, version=version), version=version, location=location)


@router.get("/offices", allow=SEARCHERS, query=OfficeFilter, reply=OfficeList, summary="The directory, by name")
async def list_offices(call: Call[Any, OfficeFilter]) -> Reply:
    paging = call.paging("name", tuple[str, UUID])
    wanted = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.listed(tx, wanted, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda office: (office.entry.name, office.id), total)
        return tx.reply(200, OfficeList(items=[view(tx, office) for office in shown], page=page))


@router.get(
    "/offices/{id}",
    allow=(*SEARCHERS, Role.PARTNER_OFFICE),
    reply=OfficeView,
    summary="One office; who signs in for an office sees its own entry",
)
async def read_office(call: Call) -> Reply:
    asked = call.uuid("id")
    if not call.actor.programmes_for(SEARCHERS) and call.actor.office != asked:
        raise NotFound("office_unknown", "There is no office with this id.")
    async with call.transaction() as tx:
        office = await queries.office_by_id(tx, asked)
        return tx.reply(200, view(tx, office), version=office.version)


def view(tx: Tx, office: Office) -> OfficeView:
    """An office as the caller sees it, with what she could do about it."""
    keeps = None if tx.actor.programmes_for(WRITERS) else "role_missing"
    refers = None if tx.actor.programmes_for(REFERRERS) else "role_missing"
    if refers is None and not office.entry.active:
        refers = "office_inactive"
    change = Action(
        name="change", method="PUT", href=f"{PREFIX}/offices/{office.id}", allowed=keeps is None, reason=keeps
    )
    refer = Action(name="refer", method="POST", href=f"{PREFIX}/referrals", allowed=refers is None, reason=refers)
    return OfficeView(
        id=office.id,
        version=office.version,
        notice=office.notice,
        actions=[change, refer],
        **{name: getattr(office.entry, name) for name in queries.ENTRY},
    )
