"""The connection to NATS: tickets come in, matches go out."""

import json
import logging
from collections.abc import Callable
from typing import Any

import nats
from gamekit.problems import Problem, unavailable
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import BaseModel, ValidationError

from matchmaking.matchmaker import Matchmaker
from matchmaking.models import CancelRequest, Match, TicketRequest

_LOG = logging.getLogger(__name__)
_CONNECT_SECONDS = 5
_FLUSH_SECONDS = 10


class Bus:
    """Subjects below one prefix: PREFIX.tickets, PREFIX.cancel, PREFIX.matches.MODE."""

    def __init__(self, url: str | None, prefix: str) -> None:
        self._url = url
        self._prefix = prefix
        self._client: Client | None = None

    async def connect(self, matchmaker: Matchmaker) -> None:
        """Connect, however long it takes, and hand incoming tickets over."""
        if not self._url:
            return
        client = await nats.connect(
            self._url,
            name="matchmaking",
            connect_timeout=_CONNECT_SECONDS,
            # The service outlives a restart of NATS, and may start before it.
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            error_cb=_log_error,
        )
        await self._serve(client, "tickets", TicketRequest, matchmaker.enqueue)
        await self._serve(
            client, "cancel", CancelRequest, lambda it: matchmaker.cancel(it.player)
        )
        # The server has the subscriptions before anyone is told that it is ready.
        await confirm(client)
        self._client = client

    async def check(self) -> None:
        """Return when matches can be announced, and raise the problem if not."""
        if not self._url:
            raise unavailable("NATS_URL is not set")
        if not self._client or not self._client.is_connected:
            raise unavailable("NATS can't be reached")

    async def announce(self, match: Match) -> None:
        """Publish a match; it returns when the server has it."""
        await self.check()
        subject = f"{self._prefix}.matches.{match.mode}"
        await self._client.publish(subject, match.model_dump_json().encode())
        await confirm(self._client)

    async def close(self) -> None:
        """Answer what has arrived, then disconnect."""
        if not self._client:
            return
        if self._client.is_connected:
            await self._client.drain()
        else:
            await self._client.close()

    async def _serve(
        self,
        client: Client,
        name: str,
        model: type[BaseModel],
        handle: Callable[[Any], BaseModel | None],
    ) -> None:
        async def answer(message: Msg) -> None:
            body = _answer(message.data, model, handle)
            if message.reply:
                await message.respond(json.dumps(body).encode())

        # As a queue group, each ticket goes to one instance even if two overlap
        # during a deployment.
        await client.subscribe(f"{self._prefix}.{name}", queue=self._prefix, cb=answer)


async def confirm(client: Client) -> None:
    """Return when the server has everything that was sent before.

    The client writes a ping ahead of what it has buffered, so the first answer only
    proves that the buffer has left; the second one comes after what was in it.
    """
    for _ in range(2):
        await client.flush(_FLUSH_SECONDS)


def _answer(
    data: bytes, model: type[BaseModel], handle: Callable[[Any], BaseModel | None]
) -> dict[str, object]:
    try:
        result = handle(model.model_validate_json(data))
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in item['loc']) or 'message'}: {item['msg']}"
            for item in error.errors()
        ]
        return {"ok": False, "code": "invalid", "detail": "; ".join(lines)}
    except Problem as problem:
        return {"ok": False, "code": problem.code, "detail": problem.detail}
    answer: dict[str, object] = {"ok": True}
    if result:
        answer["ticket"] = result.model_dump(exclude_none=True)
    return answer


async def _log_error(error: Exception) -> None:
    _LOG.warning("NATS: %s", str(error) or type(error).__name__)
