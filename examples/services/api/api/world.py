"""The game world and the help pages: passed through, with nothing added."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query

from api.upstreams import Upstreams


def world_routes(upstreams: Upstreams) -> APIRouter:
    """Return the routes below /world, and /help."""
    router = APIRouter()

    @router.get("/world")
    async def changes(since: Annotated[int | None, Query(ge=0)] = None) -> Any:
        """Return the world, or what changed since a tick."""
        if since is None:
            return await upstreams.world_state.get("/state")
        return await upstreams.world_state.get("/changes", {"since": since})

    @router.post("/world/commands", status_code=202)
    async def command(body: Annotated[dict[str, Any], Body()]) -> Any:
        """Do something in the world at its next tick."""
        return await upstreams.world_state.send("POST", "/commands", body)

    @router.get("/help")
    async def search_help(
        q: Annotated[str, Query(min_length=1, max_length=200)],
    ) -> Any:
        """Find help articles."""
        return await upstreams.knowledge_base.get("/search", {"q": q})

    return router
