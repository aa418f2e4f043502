"""Signals of need over HTTP."""

from uuid import UUID

from pydantic import ConfigDict

from libs.contracts.codes import Role
from libs.contracts.types import LanguageTag, TopicCode
from libs.edge.bodies import Body, View
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.intake.needs import commands

router = Router("need-signals", "/intake/v1")
NOTERS = (Role.COUNSELLOR, Role.SPACE_SCOUT, Role.COORDINATOR)


class NewNeedSignal(Body):
    """What is needed, in which language, seen where. The space gives programme and platform and is not kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"space": "0198c0de-0000-7000-8000-000000000001", "topic": "c-contract", "language": "pl"}]
        }
    )

    space: UUID
    topic: TopicCode
    language: LanguageTag


class NeedSignalRef(View):
    id: UUID
    version: int


@router.command(
    "POST",
    "/need-signals",
    allow=NOTERS,
    body=NewNeedSignal,
    reply=NeedSignalRef,
    status=201,
    summary="Note that something is needed, though nobody asked",
    errors=("space_unknown",),
)
async def note_need_signal(call: Call[NewNeedSignal]) -> Reply:
    body = call.body
    async with call.transaction() as tx:
        id = await commands.note(tx, body.space, body.topic, body.language)
        return tx.reply(201, NeedSignalRef(id=id, version=1))
