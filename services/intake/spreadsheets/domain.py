"""What the columns of a spreadsheet mean, in the words such programmes use, English or German."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

SPACES: Mapping[str, tuple[str, ...]] = {
    "platform": ("platform", "plattform"),
    "kind": ("kind", "art", "typ"),
    "name": ("name", "gruppenname", "gruppe", "plattform_gruppenname"),
    "languages": ("languages", "language", "sprachen", "sprache"),
    "members": ("members", "mitglieder", "mitgliederzahl"),
    "access": ("access", "zugang", "zugang_gruppe"),
    "region": ("region", "land", "bundesland"),
    "place": ("place", "ort", "stadt"),
    "professions": ("professions", "profession", "berufe", "beruf"),
    "communities": ("communities", "community"),
    "state": ("state", "stand", "status"),
}
WEEKS: Mapping[str, tuple[str, ...]] = {
    "platform": SPACES["platform"],
    "name": SPACES["name"],
    "week": ("week", "woche", "kw", "datum"),
    "members": SPACES["members"],
    "posts": ("posts", "beiträge", "beitraege"),
    "questions": ("questions", "fragen"),
    "own_posts": ("own_posts", "eigene_beiträge", "eigene_beitraege"),
    "tone": ("tone", "ton", "stimmung"),
}
NEEDED = {
    "spaces": ("platform", "name", "languages", "members"),
    "observations": ("name", "week", "members", "posts", "questions", "own_posts"),
}
WORDS = {
    "gruppe": "group",
    "seite": "page",
    "kanal": "channel",
    "offen": "open",
    "öffentlich": "open",
    "geschlossen": "closed",
    "privat": "closed",
    "geheim": "secret",
    "kandidat": "candidate",
    "aktiv": "active",
    "hilfsbereit": "helpful",
    "neutral": "neutral",
    "angespannt": "tense",
    "feindselig": "hostile",
    "twitter": "x-twitter",
    "x": "x-twitter",
    "bund": "federal",
    "bundesweit": "federal",
}
CODED = {"platform", "kind", "access", "region", "state", "tone"}
LISTED = {"languages", "professions", "communities"}
NUMBERS = {"members", "posts", "questions", "own_posts"}


@dataclass(frozen=True)
class RowFault:
    """One cell that is wrong: the row as the spreadsheet counts it, its column's own heading, code and words."""

    row: int
    column: str
    code: str
    message: str


def columns(header: list[str], known: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Where each known column stands; others are left alone, and of two that mean the same the first counts."""
    found: dict[str, int] = {}
    for place, heading in enumerate(header):
        word = heading.strip().casefold().replace(" ", "_").replace("-", "_")
        for name, words in known.items():
            if word in words:
                found.setdefault(name, place)
    return found


def values(row: list[str], places: Mapping[str, int]) -> dict[str, Any]:
    """The row's cells as the API would be sent them; empty cells are left out."""
    cells = {name: row[place].strip() for name, place in places.items() if place < len(row)}
    return {name: _value(name, cell) for name, cell in cells.items() if cell}


def week_of(cell: str) -> str:
    """`2026-W47`, `2026-47`, or any day of the week (2026-11-16 or 16.11.2026); what is none is given back."""
    readings: tuple[Callable[[str], date], ...] = (
        date.fromisoformat,
        lambda text: date(*(int(part) for part in reversed(text.split(".")))),
    )
    for read in readings:
        try:
            year, week, _ = read(cell).isocalendar()
        except (ValueError, TypeError):
            continue
        return f"{year}-W{week:02d}"
    return cell


def _value(name: str, cell: str) -> Any:
    if name in LISTED:
        return [part.strip() for part in cell.replace(";", ",").split(",") if part.strip()]
    if name in NUMBERS:
        digits = cell.replace(".", "").replace(" ", "").replace("\u00a0", "")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else cell
    if name in CODED:
        return WORDS.get(cell.casefold(), cell.casefold())
    return week_of(cell) if name == "week" else cell
