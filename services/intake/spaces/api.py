"""Spaces over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from libs.contracts.codes import Access, Platform, Role, SizeClass, SpaceKind
from libs.contracts.types import Code, LanguageTag
from libs.edge.bodies import Body, Page, ShortText, View
from libs.edge.cursors import Paged
from libs.edge.http import Call, Router
from libs.kit.ids import new_id
from libs.kit.transaction import Reply
from services.intake.spaces import commands, queries
from services.intake.spaces.domain import Space

PREFIX = "/intake/v1"
router = Router("spaces", PREFIX)
WRITERS = (Role.COUNSELLOR, Role.SPACE_SCOUT, Role.COORDINATOR)
READERS = (*WRITERS, Role.SECOND_READER, Role.EDITOR)
EXAMPLE: JsonDict = {
    "programme": "fem-os",
    "platform": "facebook",
    "kind": "group",
    "name": "Frauen in Musterstadt",
    "languages": ["ar", "de"],
    "members": 3200,
    "access": "closed",
}


class NewSpace(Body):
    """A group, page, channel, chat or forum where the target group already asks. Never a list of its members."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    programme: Code
    platform: Platform
    kind: SpaceKind
    name: ShortText
    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1, max_length=20)]
    members: Annotated[int, Field(ge=0, le=1_000_000_000)]
    access: Access


class SpaceRef(View):
    id: UUID
    version: int


class SpaceView(View):
    id: UUID
    programme: str
    version: int
    platform: Platform
    kind: SpaceKind
    name: str
    languages: tuple[str, ...]
    members: int
    size_class: SizeClass
    access: Access


class SpaceList(View):
    items: list[SpaceView]
    page: Page


class SpaceFilter(Paged):
    programme: Code | None = None


@router.command("POST", "/spaces", allow=WRITERS, body=NewSpace, reply=SpaceRef, status=201, summary="Register a space")
async def register_space(call: Call[NewSpace]) -> Reply:
    async with call.transaction() as tx:
        space = Space(id=new_id(), version=1, changed_at=tx.now, **call.body.model_dump())
        await commands.register(tx, space)
        reply = SpaceRef(id=space.id, version=1)
        return tx.reply(201, reply, version=1, location=f"{PREFIX}/spaces/{space.id}")


@router.get("/spaces/{id}", allow=READERS, reply=SpaceView, summary="One space")
async def read_space(call: Call) -> Reply:
    async with call.transaction() as tx:
        space = await queries.space_by_id(tx, call.uuid("id"))
        return tx.reply(200, view(space), version=space.version)


@router.get("/spaces", allow=READERS, query=SpaceFilter, reply=SpaceList, summary="The inventory, by name")
async def list_spaces(call: Call[Any, SpaceFilter]) -> Reply:
    paging = call.paging("name", tuple[str, UUID])
    async with call.transaction() as tx:
        rows, total = await queries.spaces(tx, call.query.programme, paging.after, paging.limit)
    shown, page = paging.page(rows, lambda space: (space.name, space.id), total)
    return tx.reply(200, SpaceList(items=[view(space) for space in shown], page=page))


def view(space: Space) -> SpaceView:
    return SpaceView.model_validate(space, from_attributes=True)
