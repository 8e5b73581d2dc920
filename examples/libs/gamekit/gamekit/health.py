"""Liveness and readiness endpoints."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse

Probe = Callable[[], Awaitable[None]]
"""Returns when the thing it probes can be used, and raises with the reason if not."""


def health_router(
    service: str, probes: Mapping[str, Probe], probe_timeout: float = 2.0
) -> APIRouter:
    """Return a router with /health (this process) and /ready (what it depends on)."""
    router = APIRouter(tags=["health"])

    @router.get("/health")
    async def health() -> dict[str, str]:
        """Say that the process answers; nothing else is asked."""
        return {"status": "ok", "service": service}

    @router.get("/ready")
    async def ready() -> JSONResponse:
        """Say whether every probe succeeds, and why not."""
        outcomes = await asyncio.gather(
            *(_outcome(probe, probe_timeout) for probe in probes.values())
        )
        checks = dict(zip(probes, outcomes, strict=True))
        is_ready = all(outcome == "ok" for outcome in outcomes)
        body = {"status": "ready" if is_ready else "not ready", "checks": checks}
        return JSONResponse(body, status_code=200 if is_ready else 503)

    return router


async def _outcome(probe: Probe, limit: float) -> str:
    try:
        async with asyncio.timeout(limit):
            await probe()
    except TimeoutError:
        return f"no answer within {limit:g} s"
    except Exception as error:
        # A probe may meet any error of its client library; each of them is a "no".
        return str(error) or type(error).__name__
    return "ok"
