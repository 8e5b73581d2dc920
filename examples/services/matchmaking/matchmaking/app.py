"""The service's HTTP interface and its background work."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from gamekit.app import create_service
from gamekit.players import PlayerId
from gamekit.settings import read_int, read_url

from matchmaking.bus import Bus
from matchmaking.matchmaker import Matchmaker
from matchmaking.models import TicketRequest, TicketStatus

NAME = "matchmaking"
_CANCEL_AGAIN_SECONDS = 0.2


def create_app(env: Mapping[str, str]) -> FastAPI:
    """Return the application for NATS_URL, NATS_PREFIX and TICK_MILLISECONDS."""
    bus = Bus(read_url(env, "NATS_URL", ("nats", "tls")), env.get("NATS_PREFIX", NAME))
    tick = read_int(env, "TICK_MILLISECONDS", default=250, minimum=1, maximum=60_000)
    matchmaker = Matchmaker(bus.announce, time.monotonic)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Connecting is background work too: /health must answer without NATS.
        connecting = asyncio.create_task(bus.connect(matchmaker))
        stop = asyncio.Event()
        ticking = asyncio.create_task(matchmaker.run(tick / 1000, stop))
        yield
        await _cancel(connecting)
        stop.set()
        await ticking
        await bus.close()

    app = create_service(NAME, {"nats": bus.check}, lifespan)
    _add_routes(app, bus, matchmaker)
    return app


async def _cancel(task: asyncio.Task[None]) -> None:
    # Once is not enough: a connection attempt that fails in the same moment swallows
    # the cancellation, and the client tries again.
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=_CANCEL_AGAIN_SECONDS)


def _add_routes(app: FastAPI, bus: Bus, matchmaker: Matchmaker) -> None:
    @app.post("/tickets", status_code=201)
    async def enqueue(request: TicketRequest) -> TicketStatus:
        """Let a player wait for an opponent."""
        # A match that can't be announced helps nobody, so better refuse at once.
        await bus.check()
        return matchmaker.enqueue(request)

    @app.get("/tickets/{player}")
    async def status(player: PlayerId) -> TicketStatus:
        """Return how a player's search goes."""
        return matchmaker.status(player)

    @app.delete("/tickets/{player}", status_code=204)
    async def cancel(player: PlayerId) -> None:
        """Stop looking for an opponent."""
        matchmaker.cancel(player)

    @app.get("/queue")
    async def queue() -> dict[str, int]:
        """Return how many players wait, by mode."""
        return matchmaker.waiting()
