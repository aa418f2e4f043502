"""What is left behind afterwards: in files, in tables, on the bus, in figures and traces."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
from nats.aio.client import Client

from cli.scrub import turn_log
from libs.contracts.envelope import SERVICES
from libs.contracts.registry import sources_for
from libs.kit.connection import api, close, connect
from libs.kit.forgetting import TOMBSTONE
from libs.kit.provision import renew_texts
from libs.kit.streams import PROVISIONER, event_stream, says_text, text_stream
from libs.restoring.scrubbing import scrub
from tests.faults.fleet import Fleet
from tests.faults.lives import LETTERS, PREFIX, Life, Stage
from tests.stack.waiting import eventually

REPORTING = "/reporting/v1"
WORD = re.compile(rb"%s[a-z]{%d}" % (PREFIX.encode(), LETTERS))
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")


async def as_owner(fleet: Fleet, service: str, sql: str) -> None:
    """Run a statement as the role that owns a service's tables."""
    settings = await fleet.stack.settings(service)
    assert settings.migration_database_url is not None
    connection = await asyncpg.connect(settings.migration_database_url.get_secret_value())
    await connection.execute(sql)
    await connection.close()


@asynccontextmanager
async def _bus(fleet: Fleet) -> AsyncIterator[Client]:
    password = fleet.stack.secrets.password(f"nats-{PROVISIONER}")
    client = await connect(fleet.stack.nats.url, PROVISIONER, password, "test")
    try:
        yield client
    finally:
        await close(client)


async def settled(fleet: Fleet) -> bool:
    """Everything said is on the bus, and everything there has been acknowledged by all who read it."""
    for service in SERVICES:
        sql = "SELECT published_through, (SELECT count(*) FROM event) AS said FROM relay"
        (row,) = await fleet.rows(service, sql)
        if row["published_through"] < row["said"]:
            return False
    async with _bus(fleet) as client:
        names = [f"{event_stream(source)}.{service}" for service in SERVICES for source in sources_for(service)]
        found = [await api(client, f"CONSUMER.INFO.{name}") for name in names]
    return not any(one["num_pending"] or one["num_ack_pending"] for one in found)


async def figures(fleet: Fleet, stage: Stage) -> list[Any]:
    """Every cell of the programme, counts and hours, whichever week it fell into."""
    cell = "measure, language, topic, platform"
    counts = f"SELECT {cell}, sum(count)::int FROM figure WHERE programme = $1 GROUP BY {cell} ORDER BY {cell}"
    hours = (
        f"SELECT {cell}, bucket, sum(count)::int, bit_or(slots) FROM duration WHERE programme = $1"
        f" GROUP BY {cell}, bucket ORDER BY {cell}, bucket"
    )
    found = await asyncio.gather(*(fleet.rows("reporting", sql, stage.programme) for sql in (counts, hours)))
    return [tuple(row) for rows in found for row in rows if any(row)]


async def trace(life: Life) -> Any:
    """What the auditor sees of it, without ids, moments, weeks and her own reading; in any order, which time alone
    decides."""
    seen = await life.who("auditor").get(f"{REPORTING}/questions/{life.id}/trace")
    assert seen["complete"] and (seen["erased"]["state"] == "erased") == life.erased
    types = {event["id"]: event["what"]["type"] for event in seen["events"]}
    bare = Counter(
        repr(
            (
                event["what"]["type"],
                event["what"]["version"],
                sorted(_bare(event["what"]["data"]).items()),
                event["who"],
                types.get(event["why"]["causation"]),
                event["why"]["reasons"],
            )
        )
        for event in seen["events"]
        if event["what"]["service"] != "reporting"
    )
    return seen["erased"]["state"], seen["erased"]["by"], bare


def _bare(data: dict[str, Any]) -> dict[str, str]:
    return {name: ID.sub("…", str(value)) for name, value in data.items() if "week" not in name}


async def nothing_is_put_aside(fleet: Fleet) -> None:
    """No dead letter and no parked event anywhere."""
    for service in SERVICES:
        assert await fleet.rows(service, "SELECT reason FROM dead_letter") == []
        assert await fleet.rows(service, "SELECT aggregate FROM parked") == []


async def scrubbed(fleet: Fleet) -> None:
    """What `lotse scrub` does."""
    for service in SERVICES:
        await scrub(await fleet.stack.settings(service))
    await turn_log(fleet.stack.postgres.url)
    async with _bus(fleet) as client:
        made = await renew_texts(client)
    for service, stream in made.items():

        async def filled(service: str = service, stream: str = stream) -> bool:
            (row,) = await fleet.rows(service, "SELECT texts_of FROM relay")
            return bool(row["texts_of"] == stream)

        await eventually(filled, 60)


async def no_row_holds_it(fleet: Fleet, lives: list[Life]) -> None:
    """Before the files are looked at: no row of any table, whatever programme it is of."""
    gone = _gone(lives)
    for service in SERVICES:
        for table in await fleet.rows(service, "SELECT relname FROM pg_stat_user_tables"):
            sql = f"SELECT r::text AS text FROM {table['relname']} r WHERE r::text LIKE '%{PREFIX}%'"
            held = {
                word.decode() for row in await fleet.rows(service, sql) for word in WORD.findall(row["text"].encode())
            }
            assert held & gone == set(), f"{table['relname']} of {service}"


async def no_text_is_on_the_bus(fleet: Fleet, lives: list[Life]) -> None:
    """Of what was erased, nothing but tombstones."""
    async with _bus(fleet) as client:
        for stream, service in ((text_stream(name), name) for name in SERVICES if says_text(name)):
            asked = {"subjects_filter": f"forgettable.{service}.>"}
            subjects = (await api(client, f"STREAM.INFO.{stream}", asked))["state"].get("subjects") or {}
            erased = {life.id for life in lives if life.erased}
            left = [one for one in subjects if one.split(".")[2] in erased and not one.endswith(TOMBSTONE)]
            assert left == [], left


def _gone(lives: list[Life]) -> set[str]:
    return {word for life in lives if life.erased for word in life.secrets - life.stands}


def only_what_stands_is_found(fleet: Fleet, lives: list[Life]) -> None:
    """In every file there is: databases with their log, streams with their consumers, logs of all parts."""
    found = words_in(fleet.folder)
    left = {word: places for word, places in found.items() if word in _gone(lives)}
    assert left == {}, left
    here = {word for life in lives for word in (life.stands if life.erased else life.secrets)}
    assert here - set(found) == set()


def words_in(folder: Path) -> dict[str, set[str]]:
    """Every canary in any file below a folder, and where it is."""
    found: dict[str, set[str]] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            for word in set(WORD.findall(path.read_bytes())):
                found.setdefault(word.decode(), set()).add(str(path.relative_to(folder)))
    return found
