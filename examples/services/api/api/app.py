"""The gateway's HTTP interface."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import httpx2
from fastapi import Depends, FastAPI, HTTPException, Request
from gamekit.app import create_service
from gamekit.settings import read_int

from api.chat import chat_routes
from api.limits import RateLimiter
from api.play import play_routes
from api.players import player_routes
from api.results import result_routes
from api.upstreams import create_upstreams
from api.world import world_routes

NAME = "api"


def create_app(
    env: Mapping[str, str],
    transport: httpx2.AsyncBaseTransport | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """Return the application for the addresses and limits in the environment."""
    timeout = read_int(env, "UPSTREAM_TIMEOUT_MILLISECONDS", 2000, 1, 60_000)
    client = httpx2.AsyncClient(
        timeout=timeout / 1000,
        transport=transport,
        # The services are neighbours: a proxy of the environment is not for them.
        trust_env=False,
    )
    upstreams = create_upstreams(env, client, clock)
    limiter = RateLimiter(
        per_second=read_int(env, "REQUESTS_PER_SECOND", 20, 1, 100_000),
        burst=read_int(env, "REQUEST_BURST", 40, 1, 100_000),
        clock=clock,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await client.aclose()

    app = create_service(NAME, {"settings": upstreams.check}, lifespan)
    for routes in (
        player_routes,
        play_routes,
        result_routes,
        chat_routes,
        world_routes,
    ):
        app.include_router(
            routes(upstreams), prefix="/v1", dependencies=[Depends(_limit(limiter))]
        )
    return app


def _limit(limiter: RateLimiter) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        wait = limiter.take(request.client.host if request.client else "")
        if wait:
            raise HTTPException(
                429,
                f"too many requests: wait {wait} s",
                headers={"retry-after": str(wait)},
            )

    return check
