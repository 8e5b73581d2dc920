"""The common outside of a service: health, problems and request ids."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.types import Lifespan

from gamekit.health import Probe, health_router
from gamekit.problems import DOCUMENTED_PROBLEM, install_problem_handlers
from gamekit.request_ids import RequestIdMiddleware


def create_service(
    name: str,
    probes: Mapping[str, Probe] | None = None,
    lifespan: Lifespan[FastAPI] | None = None,
) -> FastAPI:
    """Return an application that has everything but its own routes."""
    app = FastAPI(title=name, lifespan=lifespan, responses=DOCUMENTED_PROBLEM)
    app.add_middleware(RequestIdMiddleware)
    install_problem_handlers(app)
    app.include_router(health_router(name, probes or {}))
    return app
