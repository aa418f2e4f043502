"""Imports over HTTP: rows in, a report on each row that was refused out."""

import asyncio
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from libs.contracts.codes import Role
from libs.edge.bodies import Body, View
from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.intake.imports import commands, rows
from services.intake.imports.commands import Brought

LIMIT = 1024 * 1024
router = Router("imports", "/intake/v1")


class NewImport(Body):
    """Rows with the members of a new question, as JSON Lines or CSV with a head. Other columns are left alone.

    CSV: comma, semicolon or tab; yes or no for what is true or false; several codes of `machine_help` with `|` between.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "space": "0198c0de-0000-7000-8000-000000000001",
                    "format": "csv",
                    "content": "text;language;captured_as\nWas kostet die Anerkennung?;de;typed\n",
                    "dry_run": True,
                }
            ]
        }
    )

    space: Annotated[UUID, Field(description="Of rows that name none.")]
    format: Literal["jsonl", "csv"]
    content: Annotated[str, Field(min_length=1, max_length=LIMIT)]
    dry_run: bool = False


class RowFault(View):
    """Why a row was not captured. `row` counts as people see it; `field` is null where it is about the whole row."""

    row: int
    field: str | None
    code: str
    message: str


class ImportReport(View):
    """With `dry_run`, `captured` are those that would be. `repeated` had been brought in before."""

    dry_run: bool
    rows: int
    captured: int
    repeated: int
    refused: int
    faults: list[RowFault]


@router.command(
    "POST",
    "/imports",
    allow=(Role.COUNSELLOR,),
    body=NewImport,
    reply=ImportReport,
    limit=LIMIT,
    summary="Capture the rows of a file; a row that cannot be is told and does not stop the others",
    errors=("space_unknown", "too_many_rows", "head_unreadable", "csv_unreadable"),
)
async def import_questions(call: Call[NewImport]) -> Reply:
    body = call.body
    # Redacting many texts takes a while; others are answered meanwhile.
    read = await asyncio.to_thread(rows.read, body.content, body.format, body.space)
    async with call.transaction() as tx:
        brought = await commands.bring(tx, body.space, read, call.settings.key("permalink"), body.dry_run)
        return tx.reply(200, _report(brought, len(read), body.dry_run))


def _report(brought: Brought, count: int, dry_run: bool) -> ImportReport:
    faults = [
        RowFault(row=number, field=fault.pointer.strip("/") or None, code=fault.code, message=fault.message)
        for number, fault in brought.refused
    ]
    return ImportReport(
        dry_run=dry_run,
        rows=count,
        captured=brought.captured,
        repeated=brought.repeated,
        refused=len({fault.row for fault in faults}),
        faults=faults,
    )
