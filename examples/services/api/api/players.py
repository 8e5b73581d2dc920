"""Players: signing up, and all that is known about one."""

import asyncio
from typing import Any

from fastapi import APIRouter
from gamekit.players import PlayerId
from gamekit.problems import Problem

from api.models import SignUp
from api.results import LADDER
from api.upstreams import Upstreams


def player_routes(upstreams: Upstreams) -> APIRouter:
    """Return the routes below /players."""
    router = APIRouter()

    @router.post("/players", status_code=201)
    async def sign_up(new: SignUp) -> Any:
        """Sign a player up, if the handle is one that others can be shown."""
        verdict = await upstreams.moderation.send(
            "POST", "/check", {"text": new.handle, "context": "handle"}
        )
        if verdict["action"] != "allow":
            raise Problem(422, "handle_refused", "choose another handle")
        return await upstreams.player_profile.send("POST", "/players", new.model_dump())

    @router.get("/players/{player}")
    async def overview(player: PlayerId) -> dict[str, Any]:
        """Return a player's profile, with the rank if that can be told now."""
        profile, standing = await asyncio.gather(
            upstreams.player_profile.get(f"/players/{player}"),
            _standing(upstreams, player),
        )
        return {"profile": profile, **standing}

    return router


async def _standing(upstreams: Upstreams, player: str) -> dict[str, Any]:
    try:
        entry = await upstreams.leaderboard.get(f"/boards/{LADDER}/players/{player}")
    except Problem as problem:
        # Someone who hasn't played yet has no rank; that isn't a fault.
        missing = [] if problem.status == 404 else ["leaderboard"]
        return {"rank": None, "missing": missing}
    return {"rank": entry["rank"], "missing": []}
