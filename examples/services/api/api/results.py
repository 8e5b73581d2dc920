"""Match results: they move the ratings, and the ladder follows."""

import asyncio
from typing import Any

from fastapi import APIRouter
from gamekit.problems import Problem

from api.models import Result
from api.upstreams import Upstreams

LADDER = "ladder"


def result_routes(upstreams: Upstreams) -> APIRouter:
    """Return the routes below /results."""
    router = APIRouter()

    @router.post("/results")
    async def record(result: Result) -> dict[str, Any]:
        """Record how a match ended."""
        rated = await upstreams.player_profile.send(
            "POST", "/results", result.model_dump()
        )
        ratings = {
            result.first: rated["first_rating"],
            result.second: rated["second_rating"],
        }
        return {"ratings": ratings, "ladder": await _update_ladder(upstreams, ratings)}

    return router


async def _update_ladder(upstreams: Upstreams, ratings: dict[str, int]) -> str:
    # The ratings are stored by now. Reporting the same result again is harmless, so a
    # client that wants the ladder to be right can simply repeat the request.
    board = f"/boards/{LADDER}"
    try:
        await upstreams.leaderboard.send("PUT", board, {"mode": "last"})
        await asyncio.gather(
            *(
                upstreams.leaderboard.send(
                    "POST", f"{board}/scores", {"player": player, "score": rating}
                )
                for player, rating in ratings.items()
            )
        )
    except Problem:
        return "stale"
    return "updated"
