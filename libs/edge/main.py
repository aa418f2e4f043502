"""`python -m services.<name> serve|migrate|scrub|settle|rewind|progress|dead-letters …`: what a pod or the supervisor
runs, nothing else.
"""

import argparse
import asyncio
import base64
import gc
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI

from libs.edge.connections import Bounded
from libs.kit import deadletters, migrate, replay
from libs.kit.actor import SYSTEM
from libs.kit.clock import SystemClock
from libs.kit.database import Database
from libs.kit.errors import LotseError
from libs.kit.running import Running
from libs.kit.settings import Settings, load
from libs.kit.transaction import Cause
from libs.restoring import scrubbing
from libs.restoring.agreement import settle

Build = Callable[[Settings], FastAPI]
Extra = Mapping[str, Callable[[Database], Awaitable[object]]]
# For requests in hand. A statement ends after 30 s; and a Pod's 60 s must hold this, 5 s before it and three times
# DRAIN_SECONDS after it.
GRACE_SECONDS = 35
SERVING: dict[str, Any] = {
    "http": Bounded,
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "date_header": False,
    "timeout_graceful_shutdown": GRACE_SECONDS,
}


def main(service: str, build: Build, arguments: list[str] | None = None, extra: Extra | None = None) -> int:
    """Run one command of one service; the exit code is 0 when it did what it says. `extra` commands of its own are told
    the database, return what is printed as JSON, and are explained by their docstring's first line."""
    own = extra or {}
    asked = _parser(service, own).parse_args(arguments)
    settings = load(service, os.environ.get("LOTSE_SECRETS_DIR"))
    if asked.command == "serve":
        return _serve(settings, build)
    if asked.command == "migrate":
        migrate.run(settings)
        return 0
    work = _scrubbed(settings) if asked.command == "scrub" else _once(settings, build, asked, own)
    try:
        print(json.dumps(asyncio.run(work), default=str))
    except LotseError as refused:
        print(f"{refused.code}: {refused.message}", file=sys.stderr)
        return 1
    return 0


async def _scrubbed(settings: Settings) -> object:
    return {"tables": await scrubbing.scrub(settings)}


def _parser(service: str, extra: Extra) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(f"python -m services.{service}", description=f"The {service} service of Lotse.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve HTTP, read the bus, publish what was said")
    commands.add_parser("migrate", help="bring the database to this release (as the owner role)")
    commands.add_parser("scrub", help="write the tables anew that held erased texts (as the owner role)")
    commands.add_parser("settle", help="take a restored database for whole, where the bus cannot tell what it lacks")
    commands.add_parser("rewind", help="let the relay publish every event again, after the bus was lost")
    commands.add_parser("progress", help="how far the relay has published")
    for name, work in extra.items():
        commands.add_parser(name, help=(work.__doc__ or "").splitlines()[0])
    letters = commands.add_parser("dead-letters", help="events that could not be applied")
    actions = letters.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="the open ones, oldest first")
    for action, text in (
        ("show", "one, with its bytes"),
        ("requeue", "apply it again"),
        ("skip", "move on without it"),
    ):
        one = actions.add_parser(action, help=text)
        one.add_argument("id", type=UUID)
        if action == "skip":
            one.add_argument("--reason", required=True, type=_code, help="a code, for example known-duplicate")
    return parser


def _code(given: str) -> str:
    # Kept for ever beside the letter: a code cannot hold what a sentence might.
    if not re.fullmatch(r"[a-z0-9-]{2,40}", given):
        raise argparse.ArgumentTypeError("a code has 2 to 40 of a-z, 0-9 and -")
    return given


def _serve(settings: Settings, build: Build) -> int:
    app = build(settings)
    # What is there now stays: the collector need not walk through it again and again while requests wait.
    gc.freeze()
    uvicorn.run(app, host=settings.http_host, port=settings.http_port, **SERVING)
    return 0


async def _once(settings: Settings, build: Build, asked: argparse.Namespace, extra: Extra) -> object:
    db = Database(settings, SystemClock())
    await db.open()
    try:
        if asked.command in extra:
            return await extra[asked.command](db)
        if asked.command == "settle":
            await settle(db)
            return {"settled": True}
        if asked.command == "rewind":
            return {"events": await replay.rewind(db)}
        if asked.command == "progress":
            published, numbered = await replay.progress(db)
            return {"published": published, "numbered": numbered}
        return await _letters(settings, db, build, asked)
    finally:
        await db.close()


async def _letters(settings: Settings, db: Database, build: Build, asked: argparse.Namespace) -> object:
    if asked.action == "skip":
        return {"skipped": (await replay.skip(db, asked.id, asked.reason)).id}
    async with db.transaction(Cause(SYSTEM)) as tx:
        if asked.action == "list":
            return [_shown(letter, whole=False) for letter in await deadletters.listed(tx)]
        letter = await deadletters.shown(tx, asked.id)
    if asked.action == "show":
        return _shown(letter, whole=True)
    running: Running = build(settings).state.running
    work: Callable[..., Awaitable[int]] = replay.requeue
    applied = await replay.with_consumer(
        settings, db, running.subscribers, letter.source, lambda consumer: work(consumer, asked.id)
    )
    return {"requeued": asked.id, "applied": applied}


def _shown(letter: deadletters.DeadLetter, *, whole: bool) -> dict[str, object]:
    shown = asdict(letter)
    raw = shown.pop("raw")
    return {**shown, "bytes_base64": base64.b64encode(raw).decode()} if whole else shown
