"""Puts a service together: the edge, what runs behind it, and the three pages an operator asks for.

`assemble` is called by each service's `build`; tests call the same with other settings and a clock moved by hand.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from libs.edge.auth import Tokens
from libs.edge.http import Edge, Router
from libs.edge.serving import application, mount
from libs.kit import logs, telemetry
from libs.kit.clock import Clock
from libs.kit.database import Database
from libs.kit.running import Numbering, Running
from libs.kit.settings import Settings
from libs.kit.subscribers import Subscribers
from libs.kit.timers import Timer
from libs.restoring.agreement import Agreement


@dataclass(frozen=True)
class Service:
    """What a service is made of. `seed` runs once the database is there; `projector` replaces the subscribers of a
    service that reads in batches, and `numbering` remembers an event's number for it."""

    name: str
    routers: Sequence[Router]
    subscribers: Sequence[Subscribers] = ()
    timers: Sequence[Timer] = field(default=())
    seed: Callable[[Database], Awaitable[None]] | None = None
    projector: Callable[[Running], Awaitable[None]] | None = None
    numbering: Numbering | None = None


def assemble(service: Service, settings: Settings, clock: Clock) -> FastAPI:
    """The ASGI application. Nothing is opened before its lifespan begins; `app.state.running` is then at work."""
    everything = Subscribers()
    for subscribers in service.subscribers:
        everything.include(subscribers)
    running = Running(settings, clock, everything, list(service.timers), service.seed, service.projector)
    running.numbering, running.agreement = service.numbering, Agreement

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logs.configure(service.name, settings.log_level)
        telemetry.start(service.name, settings.metrics_port)
        await running.start()
        try:
            yield
        finally:
            await running.stop()
            await tokens.close()

    tokens = Tokens(settings.oidc_issuer, settings.oidc_audience, clock)
    app = application(f"Lotse {service.name}", lifespan)
    app.state.running = running
    edge = Edge(settings, running.db, clock, tokens, settings.key("idempotency"))
    mount(app, edge, service.name, service.routers)
    _pages(app, service.name, running)
    return app


def _pages(app: FastAPI, name: str, running: Running) -> None:
    release = released()

    async def healthz() -> JSONResponse:
        # Alive means the event loop turns; a dependency that is away is a matter of readiness.
        return JSONResponse({"status": "alive"})

    async def readyz(request: Request) -> JSONResponse:
        # `?exclude=bus`, as at a Kubernetes API server: who only asks whether to send people here leaves out what need
        # not keep them away, because the event table keeps what is said while the bus is gone.
        left_out = request.query_params.getlist("exclude")
        wrong = {name: reason for name, reason in running.readiness.wrong.items() if name not in left_out}
        return JSONResponse({"status": "not ready" if wrong else "ready", "reasons": wrong}, 503 if wrong else 200)

    async def version_page() -> JSONResponse:
        return JSONResponse({"service": name, "version": release})

    pages: list[tuple[str, Any]] = [("/healthz", healthz), ("/readyz", readyz), ("/version", version_page)]
    for path, page in pages:
        app.add_api_route(path, page, include_in_schema=False)


def released() -> str:
    """The release: from the installed package, else from the project file beside the code."""
    try:
        return version("lotse")
    except PackageNotFoundError:
        import tomllib

        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
        return str(project["project"]["version"])
