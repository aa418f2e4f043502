"""Imports of spreadsheets over HTTP."""

import asyncio

from libs.edge.http import Call, Router
from libs.kit.transaction import Reply
from services.intake.spaces.api import WRITERS
from services.intake.spreadsheets import commands
from services.intake.spreadsheets.commands import Sheet
from services.intake.spreadsheets.shapes import AT_ONCE, BODY_LIMIT, Import, Report, shown
from services.intake.spreadsheets.sheets import MOST_ROWS, rows

PREFIX = "/intake/v1"
router = Router("spreadsheets", PREFIX)
ERRORS = ("column_missing", "file_too_large", "not_a_table", "not_utf8", "not_base64", "too_many_rows", "cell_too_long")


@router.command(
    "POST",
    "/imports/spaces",
    allow=WRITERS,
    body=Import,
    reply=Report,
    limit=BODY_LIMIT,
    summary="Bring in a spreadsheet of spaces; what is there already is left as it is",
    errors=ERRORS,
)
async def import_spaces(call: Call[Import]) -> Reply:
    sheet = await _sheet(call.body, "spaces")
    async with call.transaction() as tx:
        outcome = await commands.bring_spaces(tx, call.body.programme, sheet, call.body.dry_run)
        return tx.reply(200, shown(outcome))


@router.command(
    "POST",
    "/imports/observations",
    allow=WRITERS,
    body=Import,
    reply=Report,
    limit=BODY_LIMIT,
    summary="Bring in a spreadsheet of weekly observations; a week that differs is corrected",
    errors=ERRORS,
)
async def import_observations(call: Call[Import]) -> Reply:
    sheet = await _sheet(call.body, "observations")
    async with call.transaction() as tx:
        outcome = await commands.bring_weeks(tx, call.body.programme, sheet, call.body.dry_run)
        return tx.reply(200, shown(outcome))


async def _sheet(body: Import, kind: str) -> Sheet:
    """Read in a thread, so that nobody else waits for a large file."""
    table = await asyncio.to_thread(rows, body.file(), body.format)
    return commands.sheet(kind, table, body.from_row, MOST_ROWS if body.dry_run else AT_ONCE)
