"""Reads a table out of CSV or XLSX, as lists of texts, and refuses what would cost more than it can be worth.

XLSX is a ZIP of XML: before the reader sees it, its unpacked size and the farthest cell named in it are looked at,
because the reader makes room for the whole rectangle up to there. The reader is imported only when one is sent.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime

from libs.kit.errors import Invalid, invalid

MOST_BYTES, MOST_UNPACKED = 2 * 2**20, 32 * 2**20
MOST_ROWS, MOST_COLUMNS, MOST_CELL = 5_000, 40, 2_000
_R = rb"""(?<![:\w.-])r\s*=\s*["']"""
_PLACE = re.compile(_R + rb"""\s*([A-Z]{0,4})([0-9]{1,9})\s*["']""")
# A reference to a cell written in any other way (as `&#82;`, in UTF-16, in lower case) is none that a table needs.
_STRANGE = re.compile(rb"\x00|<!DOCTYPE|<!ENTITY|" + _R + rb"""([^"'A-Z0-9]|[^"'&]*&)""")


def rows(content: bytes, kind: str) -> list[list[str]]:
    """Every row, the header first; cells are texts without space around. Raises `Invalid`."""
    if len(content) > MOST_BYTES:
        raise invalid("/content", "file_too_large", f"A file has at most {MOST_BYTES // 2**20} MiB.")
    found = [[_text(cell) for cell in row] for row in (_csv(content) if kind == "csv" else _xlsx(content))]
    while found and not any(found[-1]):
        found.pop()
    if len(found) > MOST_ROWS + 1 or any(len(row) > MOST_COLUMNS for row in found):
        raise _too_many()
    if any(len(cell) > MOST_CELL for row in found for cell in row):
        raise invalid("/content", "cell_too_long", f"A cell has at most {MOST_CELL} characters.")
    return found


def _csv(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid(
            "/content", "not_utf8", "Save the table as CSV UTF-8; this file is in another encoding."
        ) from None
    header = text.partition("\n")[0]
    delimiter = max(";,\t", key=header.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)):
            if number > 2 * MOST_ROWS:
                raise _too_many()
            yield row
    except csv.Error:
        raise invalid("/content", "not_a_table", "This file cannot be read as CSV.") from None


def _xlsx(content: bytes) -> Iterator[list[object]]:
    looked_at = _copy(content)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(looked_at)
        read = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError):
        raise _no_table() from None
    return (list(row) for row in read)


def _copy(content: bytes) -> io.BytesIO:
    """The workbook's XML packed anew, so that the reader meets the bytes that were looked at and no others: a ZIP may
    say one size and hold another. Raises `Invalid` for what is too large, or names a cell too far away.
    """
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(made, "w") as copy:
            members = {member.filename: member for member in packed.infolist() if _is_xml(member.filename)}
            if len(members) > 500 or sum(member.file_size for member in members.values()) > MOST_UNPACKED:
                raise invalid("/content", "file_too_large", "Unpacked, this file is too large.")
            for name, member in members.items():
                copy.writestr(name, _looked_at(packed.read(member)))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError):
        raise _no_table() from None
    made.seek(0)
    return made


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _looked_at(xml: bytes) -> bytes:
    if _STRANGE.search(xml):
        raise _no_table()
    for match in _PLACE.finditer(xml):
        if int(match[2]) > MOST_ROWS + 1 or _column(match[1]) > MOST_COLUMNS:
            raise _too_many()
    return xml


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    if isinstance(cell, bool) or cell is None:
        return "" if cell is None else str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def _no_table() -> Invalid:
    return invalid("/content", "not_a_table", "This file cannot be read as XLSX.")


def _too_many() -> Invalid:
    return invalid("/content", "too_many_rows", f"A table has at most {MOST_ROWS} rows and {MOST_COLUMNS} columns.")
