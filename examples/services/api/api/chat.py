"""Chat: what players say is judged before anyone reads it."""

from typing import Any

from fastapi import APIRouter
from gamekit.players import PlayerId
from gamekit.problems import Problem

from api.models import ChatMessage
from api.upstreams import Upstreams


def chat_routes(upstreams: Upstreams) -> APIRouter:
    """Return the routes below /rooms."""
    router = APIRouter()

    @router.post("/rooms/{room}/messages", status_code=202)
    async def say(room: PlayerId, message: ChatMessage) -> dict[str, Any]:
        """Send a message to everybody in a room."""
        # Without a verdict nothing is published: better silence than an open door.
        verdict = await upstreams.moderation.send(
            "POST", "/check", {"text": message.text, "context": "chat"}
        )
        if verdict["action"] == "reject":
            raise Problem(422, "message_refused", "the message breaks the chat rules")
        text = verdict["text"]
        published = await upstreams.realtime_gateway.send(
            "POST",
            f"/rooms/{room}/messages",
            {"from": message.player, "data": {"text": text}},
        )
        return {"id": published["id"], "text": text}

    return router
