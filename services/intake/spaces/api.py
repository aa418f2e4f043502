"""Spaces over HTTP."""

from typing import Any
from uuid import UUID

from libs.contracts.codes import Role
from libs.contracts.space_codes import SpaceState
from libs.edge.bodies import Action
from libs.edge.http import Call, Router
from libs.kit.ids import new_id
from libs.kit.transaction import Reply, Tx
from services.intake.spaces import commands, domain, queries
from services.intake.spaces.domain import Space
from services.intake.spaces.shapes import (
    NewSpace,
    SpaceDescription,
    SpaceFilter,
    SpaceItem,
    SpaceList,
    SpaceMove,
    SpaceRef,
    SpaceView,
)

PREFIX = "/intake/v1"
router = Router("spaces", PREFIX)
WRITERS = (Role.COUNSELLOR, Role.SPACE_SCOUT, Role.COORDINATOR)
READERS = (*WRITERS, Role.SECOND_READER, Role.EDITOR)


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
        shown = SpaceView(**item(space).model_dump(), actions=_actions(tx, space))
        return tx.reply(200, shown, version=space.version)


@router.get("/spaces", allow=READERS, query=SpaceFilter, reply=SpaceList, summary="The inventory, by name")
async def list_spaces(call: Call[Any, SpaceFilter]) -> Reply:
    paging = call.paging("name", tuple[str, UUID])
    filters = call.query.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    async with call.transaction() as tx:
        rows, total = await queries.spaces(tx, filters, paging.after, paging.limit)
        shown, page = paging.page(rows, lambda space: (space.name, space.id), total)
        return tx.reply(200, SpaceList(items=[item(space) for space in shown], page=page))


@router.command(
    "PUT",
    "/spaces/{id}",
    allow=WRITERS,
    body=SpaceDescription,
    reply=SpaceRef,
    if_match=True,
    summary="Write anew what is known of a space",
    errors=("language_not_offered", "space_not_assessed"),
)
async def describe_space(call: Call[SpaceDescription]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.describe(tx, call.uuid("id"), call.body.model_dump()))


@router.command(
    "POST",
    "/spaces/{id}/state",
    allow=WRITERS,
    body=SpaceMove,
    reply=SpaceRef,
    if_match=True,
    summary="Bring a space into its next state",
    errors=("space_state", "space_not_assessed", "admins_not_asked", "reason_missing", "reason_unexpected"),
)
async def move_space(call: Call[SpaceMove]) -> Reply:
    async with call.transaction() as tx:
        return _reply(tx, await commands.move(tx, call.uuid("id"), call.body.state, call.body.reason))


def item(space: Space) -> SpaceItem:
    """A space as a list shows it."""
    return SpaceItem.model_validate(space, from_attributes=True)


def _reply(tx: Tx, space: Space) -> Reply:
    return tx.reply(200, SpaceRef(id=space.id, version=space.version), version=space.version)


def _actions(tx: Tx, space: Space) -> list[Action]:
    """What the caller could do next, from the same rules that the commands obey: describe, and a move to each state."""
    role = "role_missing" if tx.actor.role_in(space.programme, WRITERS) is None else None
    href = f"{PREFIX}/spaces/{space.id}"
    made = [Action(name="describe", method="PUT", href=href, allowed=role is None, reason=role)]
    for state in SpaceState:
        reason = role or domain.refusal(space, state)
        name = f"move-to-{state}"
        made.append(Action(name=name, method="POST", href=f"{href}/state", allowed=reason is None, reason=reason))
    return made
