"""What must be there before the first question: qualified reviewers, spaces, offices; and languages that a file brings
and no programme offers yet."""

import asyncio
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from cli.client import Problem
from cli.demo.cast import JURISTS, Cast
from cli.demo.lines import SAMPLE
from cli.demo.plan import FALLBACK, Space
from cli.programme import add_language
from libs.kit.clock import SystemClock, local_day

QUALIFICATION = "befaehigung-zum-richteramt"


def _sample(name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads((SAMPLE / f"{name}s.toml").read_text(encoding="utf-8"))[name]
    return entries


async def offered(cast: Cast) -> dict[str, list[str]]:
    """Programme → the languages it counsels in today."""
    page = await cast.caller("admin").get("/intake/v1/programmes")
    return {one["code"]: one["policy"]["languages"] for one in page["items"] if one["policy"]}


async def qualify(cast: Cast, programmes: Mapping[str, object]) -> int:
    """Record that the sample jurists may decide; returns how many qualifications are there."""
    today = local_day(SystemClock().now())
    for person in JURISTS:
        for programme in programmes:
            await _qualify(cast, cast.staff(person), programme, today)
    return len(JURISTS) * len(programmes)


async def _qualify(cast: Cast, staff: str, programme: str, today: date) -> None:
    admin, path = cast.caller("admin"), f"/review/v1/reviewers/{staff}"
    version, recorded = 0, []
    try:
        found = await admin.get(path)
        version, recorded = found["version"], found["qualifications"]
    except Problem as problem:
        if problem.code != "reviewer_unknown":
            raise
    if any(one["programme"] == programme and one["valid_today"] for one in recorded):
        return
    body = {
        "programme": programme,
        "qualification": QUALIFICATION,
        "evidence": "certificate-seen",
        "valid_from": str(today - timedelta(days=30)),
        "valid_until": str(today + timedelta(days=700)),
    }
    await admin.put(path, body, version=version)


async def spaces(cast: Cast) -> list[Space]:
    """Register the twenty invented spaces."""
    scout = cast.caller("scout")

    async def register(entry: dict[str, Any]) -> Space:
        made = await scout.post("/intake/v1/spaces", entry)
        return Space(made["id"], entry["programme"], entry["platform"], tuple(entry["languages"]))

    return await asyncio.gather(*map(register, _sample("space")))


async def offices(cast: Cast) -> list[dict[str, Any]]:
    """List the twenty invented offices, under the ids that the sample people at their desks sign in for."""
    coordinator = cast.caller("referral-coordinator")

    async def enlist(entry: dict[str, Any]) -> dict[str, Any]:
        id, body = entry["id"], {name: value for name, value in entry.items() if name != "id"}
        try:
            await coordinator.put(f"/referral/v1/offices/{id}", body, version=0)
        except Problem as problem:
            if problem.code != "stale":
                raise
        return entry

    return await asyncio.gather(*map(enlist, _sample("office")))


async def open_language(cast: Cast, tag: str) -> None:
    """Let the fallback programme counsel in one more language from today on: the one command, while questions come."""
    await add_language(cast.caller("admin"), FALLBACK, tag, local_day(SystemClock().now()))
