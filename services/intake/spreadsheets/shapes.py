"""What goes in and comes out over HTTP for imports."""

import base64
import binascii
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from libs.contracts.types import Code
from libs.edge.bodies import Body, View
from libs.kit.errors import invalid
from services.intake.spreadsheets.sheets import MOST_BYTES, MOST_ROWS

# A request applies so many rows, so that its transaction stays short; `next_row` says where to go on.
AT_ONCE = 200
BODY_LIMIT = MOST_BYTES * 4 // 3 + 64 * 1024


class Import(Body):
    """A spreadsheet. `from_row` counts as the spreadsheet does: the headings are row 1."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "programme": "fem-os",
                    "format": "csv",
                    "content": base64.b64encode(
                        b"Plattform;Gruppenname;Sprache;Mitglieder\nFacebook;Frauen in Musterstadt;ar, de;3200\n"
                    ).decode(),
                    "dry_run": True,
                }
            ]
        }
    )

    programme: Code
    format: Literal["csv", "xlsx"]
    content: Annotated[str, Field(min_length=1, max_length=BODY_LIMIT, description="The file in Base64.")]
    dry_run: bool
    from_row: Annotated[int, Field(ge=2, le=MOST_ROWS + 1)] = 2

    def file(self) -> bytes:
        """Raises `Invalid`."""
        try:
            return base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError):
            raise invalid("/content", "not_base64", "The file is sent in Base64.") from None


class FaultView(View):
    row: int
    column: str
    code: str
    message: str


class Report(View):
    """`made` and `changed` rows were written (or, in a dry run, would be), `present` ones were there already. Rows with
    a fault are left out and do not stop the others.
    """

    dry_run: bool
    rows: int
    looked_at: int
    made: int
    changed: int
    present: int
    refused: int
    faults: list[FaultView]
    next_row: int | None


def shown(report: Any) -> Report:
    return Report.model_validate(report, from_attributes=True)
