"""Intake's composition root: the only wiring."""

import tomllib
from datetime import date
from pathlib import Path

from fastapi import FastAPI

from libs.contracts.intake import Policy
from libs.kit.actor import SYSTEM
from libs.kit.app import Service, assemble
from libs.kit.clock import Clock, SystemClock
from libs.kit.database import Database
from libs.kit.settings import Settings
from libs.kit.transaction import Cause
from services.intake.programmes import api as programmes
from services.intake.programmes.commands import configure_missing
from services.intake.spaces import api as spaces

SHIPPED = Path(__file__).with_name("programmes.toml")


def build(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The service as an ASGI application; nothing is opened before its lifespan begins."""
    service = Service(
        name="intake",
        routers=[programmes.router, spaces.router],
        seed=seed,
    )
    return assemble(service, settings, clock or SystemClock())


async def seed(db: Database) -> None:
    """Set the shipped programmes that do not exist yet."""
    for code, shipped in tomllib.loads(SHIPPED.read_text()).items():
        async with db.transaction(Cause(SYSTEM)) as tx:
            effective_from: date = shipped["effective_from"]
            await configure_missing(tx, code, effective_from, Policy.model_validate(shipped["policy"]))
