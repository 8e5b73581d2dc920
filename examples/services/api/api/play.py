"""Looking for an opponent."""

from typing import Any

from fastapi import APIRouter
from gamekit.players import PlayerId

from api.models import Play
from api.upstreams import Upstreams


def play_routes(upstreams: Upstreams) -> APIRouter:
    """Return the routes below /play."""
    router = APIRouter()

    @router.post("/play", status_code=201)
    async def play(wish: Play) -> Any:
        """Let a player wait for an opponent of similar strength."""
        # Rating and region come from the profile: a client could claim anything.
        profile = await upstreams.player_profile.get(f"/players/{wish.player}")
        ticket = {
            "player": wish.player,
            "rating": profile["rating"],
            "region": profile["region"],
            "mode": wish.mode,
        }
        return await upstreams.matchmaking.send("POST", "/tickets", ticket)

    @router.get("/play/{player}")
    async def status(player: PlayerId) -> Any:
        """Return how the search goes."""
        return await upstreams.matchmaking.get(f"/tickets/{player}")

    @router.delete("/play/{player}", status_code=204)
    async def cancel(player: PlayerId) -> None:
        """Stop looking."""
        await upstreams.matchmaking.send("DELETE", f"/tickets/{player}")

    return router
