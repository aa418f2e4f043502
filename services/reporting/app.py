"""Reporting's composition root: the only wiring."""

from fastapi import FastAPI

from libs.edge.app import Service, assemble
from libs.kit.clock import Clock, SystemClock
from libs.kit.settings import Settings
from services.reporting.figures import api as figures
from services.reporting.figures.projector import projector
from services.reporting.figures.subscribers import subscribers
from services.reporting.history import api as history
from services.reporting.history.commands import remember_number


def build(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The service as an ASGI application; nothing is opened before its lifespan begins."""
    service = Service(
        name="reporting",
        routers=[figures.router, history.router],
        subscribers=[subscribers],
        projector=projector,
        numbering=remember_number,
    )
    return assemble(service, settings, clock or SystemClock())
