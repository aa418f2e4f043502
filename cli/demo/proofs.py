"""Proofs at the end: traces are whole, and what was erased is found nowhere, neither in a database nor on the bus."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from cli.client import Caller
from cli.demo.tally import Erased
from cli.inside import bus, owned
from cli.where import Installation
from libs.contracts.envelope import SERVICES
from libs.kit.connection import api
from libs.kit.streams import says_text, text_stream

COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
"""
BYTES, SHORTEST = "bytea", 12
SECONDS = 120.0
# How one column is looked through: as text, or its bytes as they are.
SOUGHT = {
    False: 'position(needle IN "{0}"::text) > 0',
    True: "position(convert_to(needle, 'UTF8') IN \"{0}\") > 0",
}


async def traces(auditor: Caller, questions: Sequence[str], said: Sequence[dict[str, Any]]) -> int:
    """How many of these questions' traces hold exactly the events that the event tables hold for them, each aggregate
    in the order of its versions, and every cause before its effects."""
    expected: dict[str, set[str]] = {id: set() for id in questions}
    for event in said:
        if event["correlationid"] in expected:
            expected[event["correlationid"]].add(event["id"])
    whole = 0
    for id in questions:
        trace = await auditor.get(f"/reporting/v1/questions/{id}/trace")
        shown = trace["events"]
        whole += trace["complete"] and expected[id] <= {event["id"] for event in shown} and in_order(shown)
    return whole


def in_order(events: Sequence[Mapping[str, Any]]) -> bool:
    """Whether versions rise by one within each aggregate and no event stands before its cause."""
    versions: Counter[str] = Counter()
    places = {event["id"]: number for number, event in enumerate(events)}
    for number, event in enumerate(events):
        aggregate = f"{event['what']['service']}/{event['what']['aggregate']}"
        versions[aggregate] += 1
        if event["what"]["version"] != versions[aggregate] or places.get(event["why"]["causation"], -1) > number:
            return False
    return True


async def found_in_databases(place: Installation, erased: Sequence[Erased]) -> list[str]:
    """`service.table` wherever a text or link of an erased question still stands, in whatever column."""
    needles = sorted({needle for one in erased for needle in one.needles if len(needle) >= SHORTEST})
    if not needles:
        return []
    # In JSON a quotation mark is written otherwise.
    written = sorted({*needles, *(json.dumps(needle, ensure_ascii=False)[1:-1] for needle in needles)})
    return [where for service in SERVICES for where in await _found_in(place, service, written)]


async def _found_in(place: Installation, service: str, needles: list[str]) -> list[str]:
    async with owned(place, service) as connection:
        tables: dict[str, list[str]] = {}
        for row in await connection.fetch(COLUMNS):
            sought = SOUGHT[row["data_type"] == BYTES].format(row["column_name"])
            tables.setdefault(row["table_name"], []).append(sought)
        found = [table for table, columns in tables.items() if await _stands_in(connection, table, columns, needles)]
    return [f"{service}.{table}" for table in found]


async def _stands_in(connection: Any, table: str, columns: list[str], needles: list[str]) -> bool:
    statement = f'SELECT EXISTS (SELECT FROM "{table}", unnest($1::text[]) AS needle WHERE {" OR ".join(columns)})'
    return bool(await connection.fetchval(statement, needles, timeout=SECONDS))


async def left_on_the_bus(place: Installation, erased: Sequence[Erased]) -> list[str]:
    """Subjects of forgettable texts of erased questions that are still there; of each only its tombstone may be."""
    left = []
    async with bus(None, place) as client:
        for one in erased:
            for service in filter(says_text, SERVICES):
                subjects = f"forgettable.{service}.{one.question}.>"
                info = await api(client, f"STREAM.INFO.{text_stream(service)}", {"subjects_filter": subjects})
                there = info["state"].get("subjects") or {}
                left += [subject for subject in there if not subject.endswith(".tombstone")]
    return left
